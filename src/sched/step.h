// SPDX-License-Identifier: Apache-2.0
// The scheduler core: a pure state machine. In: events and the time. Out: rows to store, commands
// for the executor, answers, causes in words. Cost per event: O(out-degree of the task concerned).
// Threads: none. One step = one transaction of the caller (group commit): if that fails, throw the
// State away and restore() from the stored rows.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sched/effect.h"
#include "sched/event.h"
#include "sched/row.h"
#include "sched/state.h"

namespace aiflow::sched {

/// Applies the events in order, then fires what is due at `now`, then grants attempts as the limits
/// allow. Equal state, events and time give equal effects.
[[nodiscard]] Effects step(State& state, std::span<const Event> events, Now now);

/// Rebuilds the state after a restart. Attempts that were running get a fresh lease; queued ones
/// stay queued: the outbox, not the scheduler, sends their jobs again. A row that fits no DAG
/// version is an error (corrupt). Follow with step(state, {}, now) to fire what is due.
[[nodiscard]] Result<State> restore(const Rows& rows, Options options, Now now);

/// An answer to "why?": in words, and as a code with its values for other languages.
struct Explanation {
  std::string code{};  ///< "rule_open", "pool_full", ...; "state": the text is a stored cause
  std::vector<std::pair<std::string, std::string>> params{};
  std::string text{};  ///< one sentence or more, in English
};

/// Why an instance is in its state and, if it is not running, what it waits for; from the code that
/// decides.
[[nodiscard]] Explanation explain(const State& state, const TaskKey& key);
/// Why a run is in its state: what it waits for while it is queued, what is left while it runs.
[[nodiscard]] Explanation explain(const State& state, const RunKey& key);
/// When the DAG's schedule makes the next run, or why it makes none.
[[nodiscard]] Explanation explain(const State& state, const DagId& dag_id);

}  // namespace aiflow::sched

// SPDX-License-Identifier: Apache-2.0
// Which deferred instances wait where: derived from the scheduler's rows after each commit, so that
// the host's waits are the database's. Waits for other runs and tasks stay here: what they wait for
// is what the conductor commits. Owned by the conductor's thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "conductor/detail/rows.h"
#include "sched/effect.h"
#include "sched/row.h"
#include "sched/state.h"
#include "store/store.h"
#include "trigger/host.h"

namespace aiflow::conductor::detail {

class Waits {
 public:
  struct Waiting {
    sched::TaskKey key{};
    sched::Epoch epoch = 0;
  };

  /// `fire` takes what fires here; it must not call back. `host` may be null: nothing waits then.
  Waits(store::Store& store, trigger::Host* host, trigger::FiredSink fire)
      : store_(store), host_(host), fire_(std::move(fire)) {}

  /// After a restore: what `rows` do not have waits no more, what they have waits once.
  void restore(const sched::Rows& rows);
  /// After a commit.
  void follow(const sched::Effects& effects, const sched::State& state);
  /// nullopt: it was given up.
  [[nodiscard]] std::optional<Waiting> find(trigger::WaitId id) const;

 private:
  struct Entry {
    Waiting waiting{};
    std::optional<trigger::ExternalTaskTrigger> external{};  ///< else it waits at the host
  };

  void follow_row(const sched::TaskInstanceRow& row);
  void add(const sched::TaskInstanceRow& row);
  void remove(const sched::TaskKey& key);
  void add_external(trigger::WaitId id, const trigger::ExternalTaskTrigger& trigger);
  void remove_external(trigger::WaitId id, const trigger::ExternalTaskTrigger& trigger);
  /// Looks whether what it waits for is there.
  void look(trigger::WaitId id);
  [[nodiscard]] std::set<trigger::WaitId> concerned(const sched::Effects& effects,
                                                    const sched::State& state) const;

  store::Store& store_;
  trigger::Host* host_;
  trigger::FiredSink fire_;
  trigger::WaitId next_id_ = 1;
  std::map<sched::TaskKey, trigger::WaitId> ids_;
  std::map<trigger::WaitId, Entry> entries_;
  std::multimap<sched::RunKey, trigger::WaitId> by_run_;
  std::multimap<std::pair<DagId, WallTime>, trigger::WaitId> by_date_;
};

/// What the event of an external task's trigger says; nullopt: not yet.
[[nodiscard]] Result<std::optional<json::Value>> look_at_external(
    store::Store& store, const trigger::ExternalTaskTrigger& trigger);

}  // namespace aiflow::conductor::detail

// SPDX-License-Identifier: Apache-2.0
// Which messages start runs or make assets new: the watchers of all DAGs that are active and not
// paused, and of the assets that these name, wait at the host, each for message after message.
// Owned by the conductor's thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "conductor/detail/book.h"
#include "trigger/host.h"

namespace aiflow::conductor::detail {

class Watchers {
 public:
  struct Watching {
    DagId dag_id{};          ///< empty: of an asset, whichever DAGs name it
    dag::AssetName asset{};  ///< empty: of a DAG
    std::string name{};
    auto operator<=>(const Watching&) const = default;
  };

  /// `host` may be null: nothing waits then.
  explicit Watchers(trigger::Host* host) : host_(host) {}

  /// After DAGs have changed: what they watch waits, and nothing else.
  void follow(const std::map<DagId, KnownDag>& dags);
  /// nullopt: it was given up.
  [[nodiscard]] std::optional<Watching> find(trigger::WaitId id) const;
  /// A trigger that failed waits again from `at`.
  void failed(trigger::WaitId id, SteadyTime at);
  void retry(SteadyTime now);
  /// When retry() has something to do; SteadyTime::max(): nothing.
  [[nodiscard]] SteadyTime retry_at() const;

 private:
  struct Entry {
    trigger::WaitId id = 0;
    json::Value trigger{};
    SteadyTime retry_at = SteadyTime::max();
  };
  void add(const Watching& watching, const json::Value& trigger);

  trigger::Host* host_;
  trigger::WaitId next_id_ = trigger::WaitId{1} << 62;  ///< apart from those of deferred tasks
  std::map<Watching, Entry> entries_;
  std::map<trigger::WaitId, Watching> ids_;
};

/// The watchers of a DAG and its assets as its file gives them. Errors: invalid_argument naming the
/// watcher.
[[nodiscard]] Status check_watchers(const wire::DagSpec& spec);

}  // namespace aiflow::conductor::detail

// SPDX-License-Identifier: Apache-2.0
// What the conductor keeps in memory beside the scheduler's state: the same rows as the database,
// read back from it after a restart or a failed commit. Owned by the conductor's thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "conductor/detail/rows.h"
#include "store/asset_store.h"
#include "store/dag_store.h"
#include "store/notice_store.h"
#include "store/run_store.h"

namespace aiflow::conductor::detail {

struct KnownDag {
  store::DagRow row;   ///< file and times; the rest is the scheduler's
  wire::DagSpec spec;  ///< of the newest version
};

/// A callback of a DAG that is not known to have been run.
struct PendingNotice {
  store::NoticeRow row;
  bool claimed = false;  ///< its worker has said so to this server
  SteadyTime send_again_at{};
};

struct PendingSubmit {
  std::int64_t epoch = 0;
  SteadyTime send_again_at{};
};

struct PendingCancel {
  int try_number = 0;
  std::string reason;
  SteadyTime send_again_at{};
};

using AttemptId = std::pair<store::TaskKey, std::int64_t>;  ///< with its epoch

struct Book {
  std::map<DagId, KnownDag> dags;
  std::map<std::pair<DagId, int>, DefinitionPtr> definitions;
  std::map<store::TaskKey, PendingSubmit> submits;  ///< rows of the outbox
  std::map<AttemptId, PendingCancel> cancels;       ///< rows of the outbox
  std::map<store::TaskKey, std::int64_t> pids;      ///< of attempts that were claimed
  std::map<store::RunKey, std::string> notes;       ///< of runs that have one
  std::set<store::RunKey> uncached;                 ///< runs that take no kept results
  std::map<store::TaskKey, PendingNotice> notices;  ///< by notice_key()
  /// By name; `true`: some DAG names it. Those that tasks made under aliases only are not here.
  std::map<std::string, std::pair<wire::AssetSpec, bool>> assets;
  dag::BackfillId last_backfill{};  ///< the highest id given so far
  /// Connected, or lost within their lease; with their executors.
  std::map<std::string, std::vector<std::string>> workers;

  /// nullptr when that version was never loaded.
  [[nodiscard]] const Definition* definition(const DagId& dag_id, int version) const {
    const auto found = definitions.find({dag_id, version});
    return found == definitions.end() ? nullptr : found->second.get();
  }
};

}  // namespace aiflow::conductor::detail

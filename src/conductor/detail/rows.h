// SPDX-License-Identifier: Apache-2.0
// Between the scheduler's rows and the database's. Pure.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "sched/row.h"
#include "store/asset_store.h"
#include "store/backfill_store.h"
#include "store/dag_store.h"
#include "store/run_store.h"

namespace aiflow::conductor::detail {

/// One version of a DAG with its tasks by id.
struct Definition {
  explicit Definition(dag::Dag given);
  /// nullptr when the version has no such task.
  [[nodiscard]] const dag::Task* find(const TaskId& id) const;
  dag::Dag dag;
  std::unordered_map<TaskId, std::size_t> index;
};
using DefinitionPtr = std::shared_ptr<const Definition>;

[[nodiscard]] store::RunKey to_store(const sched::RunKey& key);
[[nodiscard]] sched::RunKey to_sched(const store::RunKey& key);
[[nodiscard]] store::TaskKey to_store(const sched::TaskKey& key);
[[nodiscard]] sched::TaskKey to_sched(const store::TaskKey& key);

/// `base` gives what the scheduler does not know (file, times of parsing and creation).
[[nodiscard]] store::DagRow to_store(const sched::DagRow& dag, const store::DagRow& base);
[[nodiscard]] sched::DagRow to_sched(const store::DagRow& dag);

[[nodiscard]] store::PoolRow to_store(const sched::PoolRow& pool);
[[nodiscard]] sched::PoolRow to_sched(const store::PoolRow& pool);

[[nodiscard]] store::RunRow to_store(const sched::RunRow& run);
[[nodiscard]] sched::RunRow to_sched(const store::RunRow& run);

[[nodiscard]] store::AssetEventRow to_store(const sched::AssetEventRow& event);
[[nodiscard]] store::AssetQueueRow to_store(const sched::AssetQueueRow& row);
[[nodiscard]] sched::AssetQueueRow to_sched(const store::AssetQueueRow& row);

[[nodiscard]] store::BackfillRow to_store(const sched::BackfillRow& backfill);
[[nodiscard]] sched::BackfillRow to_sched(const store::BackfillRow& backfill);

[[nodiscard]] store::TaskRow to_store(const sched::TaskInstanceRow& task,
                                      const Definition& definition);
[[nodiscard]] sched::TaskInstanceRow to_sched(const store::TaskRow& task);

}  // namespace aiflow::conductor::detail

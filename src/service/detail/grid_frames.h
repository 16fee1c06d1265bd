// SPDX-License-Identifier: Apache-2.0
// What the grid of a DAG shows beside its runs: the same at each load of a version, and with
// 10,000 tasks a third of the work. Private to src/service; thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "store/dag_store.h"
#include "wire/engine.h"

namespace aiflow::service::detail {

struct GridFrame {
  store::VersionStamp stamp{};
  std::vector<wire::GridTask> tasks;  ///< in topological order
  std::vector<wire::GraphGroup> groups;
  /// Where each task stands in `tasks`, by its name; the names are those in `tasks`.
  std::vector<std::pair<std::string_view, std::size_t>> places;
};

class GridFrames {
 public:
  /// Of the DAG's newest version. Errors: not_found.
  [[nodiscard]] Result<std::shared_ptr<const GridFrame>> of(store::DagStore& dags, const DagId& id);

 private:
  std::mutex mutex_;
  /// The one that was wanted last comes first.
  std::deque<std::pair<DagId, std::shared_ptr<const GridFrame>>> kept_;
};

}  // namespace aiflow::service::detail

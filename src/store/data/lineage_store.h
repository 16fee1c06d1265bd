// SPDX-License-Identifier: Apache-2.0
// What came of what: task -> artifact -> task, task -> model variant, report, pack, service,
// camera; service -> camera -> scene event. The edges are read from the rows that know them; there
// is no second copy of them that could be wrong.
#pragma once

#include <string>

#include "db/connection.h"
#include "store/data/sight.h"
#include "wire/engine.h"

namespace aiflow::store {

inline constexpr int kLineageDepthMax = 32;
inline constexpr int kLineageNodesMax = 1000;

struct LineageQuery {
  std::string node;   ///< KIND:ID; task:DAG/RUN/TASK, artifact:ID, variant:ID, report:ID,
                      ///< pack:DIGEST, service:NAME, camera:ID, event:ID
  bool is_up = true;  ///< what led to it; else what came of it
  int depth_max = 8;
  int nodes_max = 200;
  Sight sight{};  ///< nodes of other projects, and packs, are as if they were not there
};

class LineageStore {
 public:
  explicit LineageStore(db::Connection& db) : db_(db) {}

  /// Breadth first. Errors: not_found, invalid_argument (no node).
  [[nodiscard]] Result<wire::LineageGraph> graph(const LineageQuery& query);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store

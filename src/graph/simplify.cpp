// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "graph/pass.h"

namespace aiflow::graph {

Status simplify(Graph& graph, const PassOptions& options) {
  using Pass = Status (*)(Graph&, const PassOptions&);
  constexpr std::array<Pass, 6> kPasses{clean_inputs,    infer_shapes,    fold_constants,
                                        fold_batch_norm, remove_identity, remove_dead};
  for (int round = 0; round < 8; ++round) {
    const Graph before = graph;
    for (const Pass pass : kPasses) AIFLOW_TRY(pass(graph, options));
    if (graph == before) break;
  }
  return check(graph);
}

}  // namespace aiflow::graph

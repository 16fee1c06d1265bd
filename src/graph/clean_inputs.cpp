// SPDX-License-Identifier: Apache-2.0
#include "graph/pass.h"

namespace aiflow::graph {

Status clean_inputs(Graph& graph, const PassOptions& /*options*/) {
  std::erase_if(graph.inputs,
                [&](const ValueInfo& input) { return graph.initializers.contains(input.name); });
  return {};
}

}  // namespace aiflow::graph

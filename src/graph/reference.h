// SPDX-License-Identifier: Apache-2.0
// The meaning of the operators in plain C++: slow, simple, double accumulation. Constant folding
// uses it, and tests compare passes and engines against it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "tensor/tensor.h"

namespace aiflow::graph {

using Bindings = std::map<std::string, tensor::Tensor>;

struct EvaluateLimits {
  std::int64_t elements_max = std::int64_t{1} << 24;  ///< of any one result
};

/// One operator. `inputs` has one pointer per input of the node, null when absent.
/// Errors: not_found (operator not known here), invalid_argument (shapes or types do not fit).
[[nodiscard]] Result<std::vector<tensor::Tensor>> evaluate_node(
    const Node& node, std::span<const tensor::Tensor* const> inputs,
    const EvaluateLimits& limits = {});

/// The whole graph; gives every value it calculated, the outputs among them.
[[nodiscard]] Result<Bindings> evaluate(const Graph& graph, const Bindings& inputs,
                                        const EvaluateLimits& limits = {});

}  // namespace aiflow::graph

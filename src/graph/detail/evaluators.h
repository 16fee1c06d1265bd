// SPDX-License-Identifier: Apache-2.0
// The reference evaluators, one per operator, by family. Shared helpers of their .cpp files.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "graph/reference.h"
#include "tensor/tensor.h"

namespace aiflow::graph::detail {

using Dims = std::vector<std::int64_t>;

/// What an evaluator gets: the node, its inputs (null = absent), the limits.
struct Call {
  const Node& node;
  std::span<const tensor::Tensor* const> inputs;
  const EvaluateLimits& limits;

  [[nodiscard]] bool has(std::size_t index) const {
    return index < inputs.size() && inputs[index] != nullptr;
  }
  /// Errors: invalid_argument when the input is absent.
  [[nodiscard]] Result<const tensor::Tensor*> input(std::size_t index) const;
  /// A shape that respects the limits.
  [[nodiscard]] Result<tensor::Shape> result_shape(const Dims& dims) const;
  /// Integers of an input, or of an attribute (older opsets), or nothing.
  [[nodiscard]] Dims ints(std::size_t index, const std::string& attribute) const;
};

using Results = Result<std::vector<tensor::Tensor>>;
using Evaluator = Results (*)(const Call&);
using EvaluatorTable = std::map<std::string, Evaluator>;

[[nodiscard]] const EvaluatorTable& elementwise_evaluators();
[[nodiscard]] const EvaluatorTable& layout_evaluators();
[[nodiscard]] const EvaluatorTable& index_evaluators();
[[nodiscard]] const EvaluatorTable& neural_evaluators();

[[nodiscard]] inline Results one(tensor::Tensor value) {
  std::vector<tensor::Tensor> out;
  out.push_back(std::move(value));
  return out;
}

[[nodiscard]] Dims dims_of(const tensor::Tensor& value);

/// axis in [-rank, rank) -> [0, rank). Errors: invalid_argument.
[[nodiscard]] Result<std::size_t> normal_axis(std::int64_t axis, std::size_t rank);

[[nodiscard]] bool is_float(tensor::DType dtype);

/// Values as floats in a tensor of `dtype`, a float type.
[[nodiscard]] tensor::Tensor float_tensor(tensor::DType dtype, const tensor::Shape& shape,
                                          const std::vector<float>& values);

[[nodiscard]] inline std::unexpected<Error> wrong(const std::string& reason) {
  return fail(ErrorCode::invalid_argument, reason);
}

/// Window of a convolution or pool, read from a node's attributes, all 2-D.
struct Window {
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;

  /// Errors: invalid_argument when an attribute is not sane, auto_pad is not NOTSET, VALID,
  /// SAME_UPPER or SAME_LOWER, or the picture is smaller than the window.
  [[nodiscard]] static Result<Window> of(const Node& node, const Dims& picture, Dims kernel);
  [[nodiscard]] std::int64_t out_h(std::int64_t height) const;
  [[nodiscard]] std::int64_t out_w(std::int64_t width) const;
};

}  // namespace aiflow::graph::detail

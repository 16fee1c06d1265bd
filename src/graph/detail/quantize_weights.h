// SPDX-License-Identifier: Apache-2.0
// Weights as int8, one scale per output channel, and what the rounding does to a channel's mean.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "graph/graph.h"
#include "tensor/tensor.h"

namespace aiflow::graph::detail {

struct QuantizedWeights {
  tensor::Tensor values;  ///< INT8
  std::vector<float> scales;
};

struct WeightRules {
  std::size_t axis = 0;  ///< of the output channels: 0 or 1 of a matrix, 0 of a convolution
  /// Two neighbouring products fit 16 bits, whatever the activations are.
  bool pairs_fit_int16 = false;
  /// No scale is smaller (else a channel's bias overflows 31 bits); empty = no floor.
  std::vector<float> scale_floor;
};

[[nodiscard]] QuantizedWeights quantize_weights(const tensor::Tensor& weights,
                                                const WeightRules& rules);

/// A convolution with one input and one output channel a group.
[[nodiscard]] bool is_depthwise(const Node& node, const tensor::Tensor& weights);

/// What the quantised weights take from each output channel's mean, when the node's input channels
/// have these means; empty when their number does not fit. Zero padding is left out of account.
[[nodiscard]] std::vector<float> mean_errors(const tensor::Tensor& weights,
                                             const QuantizedWeights& quantized, std::size_t axis,
                                             std::span<const float> input_means);

}  // namespace aiflow::graph::detail

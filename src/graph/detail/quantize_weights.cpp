// SPDX-License-Identifier: Apache-2.0
#include "graph/detail/quantize_weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aiflow::graph::detail {
namespace {

using tensor::Tensor;

constexpr float kLargest = 127;
/// 255 * 128 is the largest product sum that fits; one is left for rounding.
constexpr float kPairLargest = 127;

/// Index arithmetic of a weight tensor, seen as channels of `taps` groups of `depth` inputs.
struct Layout {
  std::size_t channels;
  std::size_t depth;  ///< input channels a group
  std::size_t taps;   ///< positions of a convolution's window, 1 for a matrix
  std::size_t channel_step;
  std::size_t depth_step;

  Layout(const Tensor& weights, std::size_t axis) {
    const auto& shape = weights.shape();
    const auto extent = [&](std::size_t i) { return static_cast<std::size_t>(shape[i]); };
    channels = extent(axis);
    depth = extent(1 - axis);
    taps = static_cast<std::size_t>(weights.elements()) / channels / depth;
    channel_step = static_cast<std::size_t>(shape.strides()[axis]);
    depth_step = static_cast<std::size_t>(shape.strides()[1 - axis]);
  }
  [[nodiscard]] std::size_t at(std::size_t channel, std::size_t input, std::size_t tap) const {
    return channel * channel_step + input * depth_step + tap;
  }
};

/// The largest sum of two neighbours' positive or negative parts. An engine walks the window's
/// positions inside the input channels or the other way round: both orders count.
float largest_pair(std::span<const float> weights, const Layout& layout, std::size_t channel) {
  float largest = 0;
  const auto walk = [&](std::size_t outer, std::size_t inner, auto index) {
    float before = 0;
    for (std::size_t i = 0; i < outer * inner; ++i) {
      const float value = weights[index(i / inner, i % inner)];
      const float up = std::max(value, 0.0F) + std::max(before, 0.0F);
      const float down = std::min(value, 0.0F) + std::min(before, 0.0F);
      largest = std::max({largest, up, -down});
      before = value;
    }
  };
  walk(layout.depth, layout.taps,
       [&](std::size_t input, std::size_t tap) { return layout.at(channel, input, tap); });
  walk(layout.taps, layout.depth,
       [&](std::size_t tap, std::size_t input) { return layout.at(channel, input, tap); });
  return largest;
}

float largest_magnitude(std::span<const float> weights, const Layout& layout, std::size_t channel) {
  float largest = 0;
  for (std::size_t input = 0; input < layout.depth; ++input) {
    for (std::size_t tap = 0; tap < layout.taps; ++tap) {
      largest = std::max(largest, std::fabs(weights[layout.at(channel, input, tap)]));
    }
  }
  return largest;
}

}  // namespace

QuantizedWeights quantize_weights(const Tensor& weights, const WeightRules& rules) {
  const auto source = weights.data<float>();
  const Layout layout(weights, rules.axis);
  QuantizedWeights out{Tensor(tensor::DType::i8, weights.shape()), {}};
  const auto target = out.values.data<std::int8_t>();
  for (std::size_t c = 0; c < layout.channels; ++c) {
    float scale = largest_magnitude(source, layout, c) / kLargest;
    if (rules.pairs_fit_int16) {
      scale = std::max(scale, largest_pair(source, layout, c) / kPairLargest);
    }
    if (!rules.scale_floor.empty()) scale = std::max(scale, rules.scale_floor[c]);
    if (!(scale > 1e-30F)) scale = 1;
    for (std::size_t i = 0; i < layout.depth * layout.taps; ++i) {
      const std::size_t at = layout.at(c, i / layout.taps, i % layout.taps);
      const float rounded = std::nearbyint(source[at] / scale);
      target[at] = static_cast<std::int8_t>(std::clamp(rounded, -kLargest, kLargest));
    }
    out.scales.push_back(scale);
  }
  return out;
}

bool is_depthwise(const Node& node, const Tensor& weights) {
  const std::int64_t group = int_attribute(node, "group", 1);
  return node.op == "Conv" && group > 1 && weights.shape()[1] == 1 && weights.shape()[0] == group;
}

std::vector<float> mean_errors(const Tensor& weights, const QuantizedWeights& quantized,
                               std::size_t axis, std::span<const float> input_means) {
  const Layout layout(weights, axis);
  if (input_means.empty() || input_means.size() % layout.depth != 0) return {};
  const std::size_t groups = input_means.size() / layout.depth;
  if (layout.channels % groups != 0) return {};
  const auto source = weights.data<float>();
  const auto stored = quantized.values.data<std::int8_t>();
  std::vector<float> out(layout.channels, 0);
  for (std::size_t c = 0; c < layout.channels; ++c) {
    const std::size_t first = c / (layout.channels / groups) * layout.depth;
    double sum = 0;
    for (std::size_t i = 0; i < layout.depth * layout.taps; ++i) {
      const std::size_t at = layout.at(c, i / layout.taps, i % layout.taps);
      const float error = source[at] - static_cast<float>(stored[at]) * quantized.scales[c];
      sum += static_cast<double>(error) * static_cast<double>(input_means[first + i / layout.taps]);
    }
    out[c] = static_cast<float>(sum);
  }
  return out;
}

}  // namespace aiflow::graph::detail

// SPDX-License-Identifier: Apache-2.0
// Static INT8 quantisation. Weights: symmetric int8, one scale per output channel. Activations:
// asymmetric uint8 by calibrated ranges. Biases: int32. QuantizeLinear and DequantizeLinear stand
// where ONNX Runtime fuses them to QLinearConv and its kin: DQ -> Conv -> Q, with a Relu or Clip
// after the Conv absorbed into the range of the Q.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"

namespace aiflow::graph {

struct Range {
  float min = 0;
  float max = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

/// Sees the values of one tensor over many runs and then says which range to quantise.
class RangeCollector {
 public:
  /// NaN and infinities are counted and left out.
  void add(std::span<const float> values);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t not_finite() const { return not_finite_; }
  /// Everything that was seen; {0,0} when nothing was.
  [[nodiscard]] Range min_max() const { return {min_, max_}; }
  /// Leaves out (100 - percent) / 2 percent at each end; 50 < percent <= 100. Resolution: 1/2048 of
  /// the largest magnitude, or better.
  [[nodiscard]] Range percentile(double percent) const;

 private:
  void widen(float magnitude);

  static constexpr std::size_t kHalfBins = 4096;  ///< for each sign
  std::vector<std::uint64_t> bins_;               ///< 2 * kHalfBins, from -limit_ to limit_
  float limit_ = 0;                               ///< a power of two
  float min_ = 0;
  float max_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t not_finite_ = 0;
};

struct QuantizeOptions {
  std::map<std::string, Range> ranges;  ///< by value name, of calibration_values()
  /// Mean of each channel over the calibration data, by value name. Where one is known, the bias
  /// makes up for what rounding the weights takes from a channel's mean.
  std::map<std::string, std::vector<float>> channel_means = {};
  /// Weights so small that two neighbouring u8*s8 products fit in int16. Needed on CPUs without
  /// VNNI: their kernels add pairs of them in int16, and saturate. Costs up to one of 8 bits.
  bool reduce_range = false;
  /// Graph outputs that need finer steps than 8 bits give (coordinates). The last nodes with
  /// weights before them keep 8-bit weights, but calculate in float.
  std::set<std::string> float_outputs = {};
  std::set<std::string> ops = {
      "Conv",    "Gemm",      "MatMul",  "Add",         "Concat",
      "MaxPool", "Reshape",   "Flatten", "AveragePool", "GlobalAveragePool",
      "Resize",  "Transpose", "Squeeze", "Unsqueeze"};
  std::set<std::string> float_nodes = {};  ///< stay in float, by node name
};

struct QuantizeSummary {
  std::size_t nodes_quantized = 0;
  std::size_t nodes_weights_only = 0;
  std::size_t nodes_float = 0;        ///< of the nodes that calculate in float
  std::vector<std::string> unranged;  ///< nodes left in float for want of a calibrated range
};

/// The values whose ranges quantize() needs, for this choice of operators.
[[nodiscard]] std::vector<std::string> calibration_values(const Graph& graph,
                                                          const QuantizeOptions& options);

/// A copy of the graph in which these values are outputs too, for calibration with any engine.
[[nodiscard]] Graph expose_values(const Graph& graph, std::span<const std::string> values);

/// Quantises in place. The graph should be simplified. Running it on a quantised graph changes
/// nothing. Errors: invalid_argument when the opset is below 13 (no per-channel DequantizeLinear).
[[nodiscard]] Result<QuantizeSummary> quantize(Graph& graph, const QuantizeOptions& options);

}  // namespace aiflow::graph

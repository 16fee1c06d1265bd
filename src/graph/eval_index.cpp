// SPDX-License-Identifier: Apache-2.0
// Operators that pick elements, and the quantisation pair.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "graph/detail/evaluators.h"

namespace aiflow::graph::detail {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

struct Cut {
  std::size_t axis = 0;
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

/// One axis of a Slice, with numpy's rules for negative and far-away numbers.
Result<Cut> cut_of(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
  if (step == 0 || step < -extent - 1 || step > (std::int64_t{1} << 31)) {
    return wrong("the step is not sane");
  }
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? extent : extent - 1;
  const auto clamp = [&](std::int64_t at) {
    return std::clamp(at < 0 ? std::max(at, -extent - 1) + extent : at, low, high);
  };
  const std::int64_t first = clamp(start);
  // "to the start" backwards is written as a number below -extent.
  const std::int64_t last = end < -extent ? low : clamp(end);
  const std::int64_t span = step > 0 ? last - first : first - last;
  const std::int64_t width = std::abs(step);
  return Cut{0, first, step, span <= 0 ? 0 : (span + width - 1) / width};
}

Tensor take(const Tensor& input, const Cut& cut) {
  Dims dims = dims_of(input);
  std::int64_t outer = 1, inner = 1;
  for (std::size_t a = 0; a < dims.size(); ++a) {
    if (a < cut.axis) outer *= dims[a];
    if (a > cut.axis) inner *= dims[a];
  }
  const std::int64_t extent = dims[cut.axis];
  dims[cut.axis] = cut.count;
  auto shape = Shape::make(dims);
  Tensor out(input.dtype(), *std::move(shape));
  const std::size_t piece = static_cast<std::size_t>(inner) * element_bytes(input.dtype());
  std::byte* target = out.bytes().data();
  if (piece == 0) return out;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < cut.count; ++i) {
      const std::int64_t row = o * extent + cut.start + i * cut.step;
      std::memcpy(target, input.bytes().data() + static_cast<std::size_t>(row) * piece, piece);
      target += piece;
    }
  }
  return out;
}

Results slice(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  const Dims starts = call.ints(1, "starts");
  const Dims ends = call.ints(2, "ends");
  Dims axes = call.ints(3, "axes");
  Dims steps = call.has(4) ? to_ints(call.inputs[4]->view()) : Dims(starts.size(), 1);
  for (std::size_t i = axes.size(); axes.size() < starts.size(); ++i) {
    axes.push_back(static_cast<std::int64_t>(i));
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    return wrong("starts, ends, axes and steps have different lengths");
  }
  Tensor out = *input;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    AIFLOW_ASSIGN(const std::size_t axis, normal_axis(axes[i], out.shape().rank()));
    AIFLOW_ASSIGN(Cut cut, cut_of(out.shape()[axis], starts[i], ends[i], steps[i]));
    cut.axis = axis;
    out = take(out, cut);
  }
  return one(std::move(out));
}

Results gather(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  AIFLOW_ASSIGN(const Tensor* indices, call.input(1));
  const std::size_t rank = input->shape().rank();
  AIFLOW_ASSIGN(const std::size_t axis, normal_axis(int_attribute(call.node, "axis", 0), rank));
  const Dims source = dims_of(*input);
  const Dims picked = dims_of(*indices);
  const auto split = static_cast<std::ptrdiff_t>(axis);
  Dims dims(source.begin(), source.begin() + split);
  dims.insert(dims.end(), picked.begin(), picked.end());
  dims.insert(dims.end(), source.begin() + split + 1, source.end());
  AIFLOW_ASSIGN(Shape shape, call.result_shape(dims));
  Tensor out(input->dtype(), std::move(shape));
  std::int64_t outer = 1, inner = 1;
  for (std::size_t a = 0; a < rank; ++a) (a < axis ? outer : inner) *= a == axis ? 1 : source[a];
  const std::size_t piece = static_cast<std::size_t>(inner) * element_bytes(input->dtype());
  std::byte* target = out.bytes().data();
  const Dims rows = to_ints(indices->view());
  for (std::int64_t o = 0; o < outer; ++o) {
    for (const std::int64_t wanted : rows) {
      const std::int64_t row = wanted < 0 ? wanted + source[axis] : wanted;
      if (row < 0 || row >= source[axis]) return wrong("an index lies outside");
      if (piece == 0) continue;
      const auto at = static_cast<std::size_t>(o * source[axis] + row) * piece;
      std::memcpy(target, input->bytes().data() + at, piece);
      target += piece;
    }
  }
  return one(std::move(out));
}

/// Scales and zero points spread over the elements: one for all, or one per index of an axis.
struct Scheme {
  std::vector<float> scales;
  std::vector<std::int64_t> zeros;
  DType dtype = DType::u8;
  std::int64_t inner = 1;  ///< elements between two indices of the axis

  static Result<Scheme> of(const Call& call) {
    AIFLOW_ASSIGN(const Tensor* input, call.input(0));
    AIFLOW_ASSIGN(const Tensor* scale, call.input(1));
    Scheme out;
    out.scales = to_floats(scale->view());
    out.zeros.assign(out.scales.size(), 0);
    if (call.has(2)) {
      out.zeros = to_ints(call.inputs[2]->view());
      out.dtype = call.inputs[2]->dtype();
    }
    if (out.scales.empty() || out.zeros.size() != out.scales.size()) {
      return wrong("scales and zero points do not fit");
    }
    if (scale->shape().rank() == 0 || out.scales.size() == 1) return out;
    const std::int64_t wanted = int_attribute(call.node, "axis", 1);
    AIFLOW_ASSIGN(const std::size_t axis, normal_axis(wanted, input->shape().rank()));
    if (input->shape()[axis] != static_cast<std::int64_t>(out.scales.size())) {
      return wrong("there is not one scale per index of the axis");
    }
    out.inner = input->shape().strides()[axis];
    return out;
  }
  [[nodiscard]] std::size_t channel(std::size_t index) const {
    return scales.size() == 1 ? 0 : index / static_cast<std::size_t>(inner) % scales.size();
  }
};

Results quantize_linear(const Call& call) {
  AIFLOW_ASSIGN(const Scheme scheme, Scheme::of(call));
  const Tensor& input = *call.inputs[0];
  const bool is_signed = scheme.dtype == DType::i8;
  if (!is_signed && scheme.dtype != DType::u8) return wrong("only INT8 and UINT8 are supported");
  const double low = is_signed ? -128 : 0;
  const double high = is_signed ? 127 : 255;
  const auto values = to_floats(input.view());
  std::vector<std::int64_t> out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = scheme.channel(i);
    // Ties to even, as ONNX says; the division in float, as engines do it.
    const double steps = std::nearbyint(values[i] / scheme.scales[c]);
    const double shifted = steps + static_cast<double>(scheme.zeros[c]);
    out[i] = static_cast<std::int64_t>(std::isnan(shifted) ? low : std::clamp(shifted, low, high));
  }
  return one(tensor::cast(Tensor::of<std::int64_t>(input.shape(), out).view(), scheme.dtype));
}

Results dequantize_linear(const Call& call) {
  AIFLOW_ASSIGN(const Scheme scheme, Scheme::of(call));
  const Tensor& input = *call.inputs[0];
  const auto values = to_ints(input.view());
  std::vector<float> out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = scheme.channel(i);
    out[i] = static_cast<float>(values[i] - scheme.zeros[c]) * scheme.scales[c];
  }
  return one(Tensor::of<float>(input.shape(), out));
}

}  // namespace

const EvaluatorTable& index_evaluators() {
  static const EvaluatorTable kTable{{"Slice", slice},
                                     {"Gather", gather},
                                     {"QuantizeLinear", quantize_linear},
                                     {"DequantizeLinear", dequantize_linear}};
  return kTable;
}

}  // namespace aiflow::graph::detail

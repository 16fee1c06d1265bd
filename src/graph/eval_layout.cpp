// SPDX-License-Identifier: Apache-2.0
// Operators that only move, rename or retype elements.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "graph/detail/evaluators.h"

namespace aiflow::graph::detail {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

Results with_shape(const Call& call, const Tensor& value, const Dims& dims) {
  AIFLOW_ASSIGN(Shape shape, call.result_shape(dims));
  Tensor out = value;
  AIFLOW_TRY(out.reshape(std::move(shape)));
  return one(std::move(out));
}

Results identity(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  return one(*input);
}

Results constant(const Call& call) {
  const auto& attributes = call.node.attributes;
  if (attributes.size() != 1) return wrong("a Constant needs exactly one value");
  const auto& [key, value] = *attributes.begin();
  if (const auto* held = std::get_if<Tensor>(&value)) return one(*held);
  if (const auto* number = std::get_if<float>(&value)) return one(Tensor::scalar(*number));
  if (const auto* number = std::get_if<std::int64_t>(&value)) return one(Tensor::scalar(*number));
  const auto line = [](std::size_t n) { return Shape{static_cast<std::int64_t>(n)}; };
  if (const auto* list = std::get_if<std::vector<float>>(&value)) {
    return one(Tensor::of<float>(line(list->size()), *list));
  }
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
    return one(Tensor::of<std::int64_t>(line(list->size()), *list));
  }
  return wrong("the Constant's '" + key + "' is not supported");
}

Results reshape(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  Dims dims = call.ints(1, "shape");
  const bool keep_zero = int_attribute(call.node, "allowzero", 0) != 0;
  std::ptrdiff_t open = -1;
  std::int64_t known = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && !keep_zero) {
      if (i >= input->shape().rank()) return wrong("a 0 in the shape has no dimension to copy");
      dims[i] = input->shape()[i];
    }
    if (dims[i] == -1 && open >= 0) return wrong("the shape has two -1");
    if (dims[i] == -1) open = static_cast<std::ptrdiff_t>(i);
    if (dims[i] < -1) return wrong("the shape has a negative dimension");
    if (dims[i] > 0 && known > call.limits.elements_max / dims[i]) return wrong("too large");
    if (dims[i] != -1) known *= dims[i];
  }
  if (open >= 0) {
    if (known == 0 || input->elements() % known != 0) return wrong("the -1 has no solution");
    dims[static_cast<std::size_t>(open)] = input->elements() / known;
  }
  return with_shape(call, *input, dims);
}

Results flatten(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  const auto rank = static_cast<std::int64_t>(input->shape().rank());
  std::int64_t axis = int_attribute(call.node, "axis", 1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) return wrong("the axis does not exist");
  const auto dims = input->shape().dims();
  const auto lead = dims.first(static_cast<std::size_t>(axis));
  const auto rest = dims.subspan(static_cast<std::size_t>(axis));
  const auto product = [](std::span<const std::int64_t> part) {
    return std::accumulate(part.begin(), part.end(), std::int64_t{1}, std::multiplies<>());
  };
  return with_shape(call, *input, {product(lead), product(rest)});
}

/// Axes as a sorted list without repeats. Errors: invalid_argument.
Result<std::vector<std::size_t>> axes_of(const Dims& axes, std::size_t rank) {
  std::vector<std::size_t> out;
  for (const std::int64_t axis : axes) {
    AIFLOW_ASSIGN(const std::size_t normal, normal_axis(axis, rank));
    out.push_back(normal);
  }
  std::ranges::sort(out);
  if (std::ranges::adjacent_find(out) != out.end()) return wrong("an axis is named twice");
  return out;
}

Results squeeze(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  const Dims dims = dims_of(*input);
  AIFLOW_ASSIGN(const auto axes, axes_of(call.ints(1, "axes"), dims.size()));
  Dims out;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    const bool named = std::ranges::find(axes, axis) != axes.end();
    if (named && dims[axis] != 1) return wrong("a squeezed axis is not 1");
    if (!(axes.empty() ? dims[axis] == 1 : named)) out.push_back(dims[axis]);
  }
  return with_shape(call, *input, out);
}

Results unsqueeze(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  const Dims wanted = call.ints(1, "axes");
  Dims dims = dims_of(*input);
  if (wanted.size() > tensor::kRankMax) return wrong("too many axes");
  AIFLOW_ASSIGN(const auto axes, axes_of(wanted, dims.size() + wanted.size()));
  for (const std::size_t axis : axes) {
    dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  }
  return with_shape(call, *input, dims);
}

Results transpose(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  const std::size_t rank = input->shape().rank();
  Dims order = ints_attribute(call.node, "perm");
  if (order.empty()) {
    for (std::size_t i = rank; i-- > 0;) order.push_back(static_cast<std::int64_t>(i));
  }
  AIFLOW_ASSIGN(const auto sorted, axes_of(order, rank));
  if (sorted.size() != rank) return wrong("perm is not a permutation");
  const auto strides = input->shape().strides();
  Dims dims(rank), steps(rank);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    AIFLOW_ASSIGN(const std::size_t from, normal_axis(order[axis], rank));
    dims[axis] = input->shape()[from];
    steps[axis] = strides[from];
  }
  AIFLOW_ASSIGN(Shape shape, call.result_shape(dims));
  Tensor out(input->dtype(), std::move(shape));
  const std::size_t width = element_bytes(input->dtype());
  const std::byte* source = input->bytes().data();
  std::byte* target = out.bytes().data();
  Dims index(rank, 0);
  for (std::int64_t n = 0; n < out.elements(); ++n) {
    const auto from =
        std::inner_product(index.begin(), index.end(), steps.begin(), std::int64_t{0});
    std::memcpy(target, source + static_cast<std::size_t>(from) * width, width);
    target += width;
    for (std::size_t axis = rank; axis-- > 0 && ++index[axis] == dims[axis];) index[axis] = 0;
  }
  return one(std::move(out));
}

Results concat(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* first, call.input(0));
  const std::size_t rank = first->shape().rank();
  AIFLOW_ASSIGN(const std::size_t axis, normal_axis(int_attribute(call.node, "axis", 0), rank));
  Dims dims = dims_of(*first);
  dims[axis] = 0;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    AIFLOW_ASSIGN(const Tensor* part, call.input(i));
    if (part->dtype() != first->dtype() || part->shape().rank() != rank) {
      return wrong("the parts have different types or ranks");
    }
    for (std::size_t a = 0; a < rank; ++a) {
      if (a != axis && part->shape()[a] != dims[a]) return wrong("the parts do not fit");
    }
    dims[axis] += part->shape()[axis];
  }
  AIFLOW_ASSIGN(Shape shape, call.result_shape(dims));
  Tensor out(first->dtype(), std::move(shape));
  std::int64_t outer = 1;
  for (std::size_t a = 0; a < axis; ++a) outer *= dims[a];
  std::byte* target = out.bytes().data();
  for (std::int64_t row = 0; row < outer && out.elements() > 0; ++row) {
    for (const Tensor* part : call.inputs) {
      const std::size_t piece = part->bytes().size() / static_cast<std::size_t>(outer);
      if (piece == 0) continue;
      std::memcpy(target, part->bytes().data() + static_cast<std::size_t>(row) * piece, piece);
      target += piece;
    }
  }
  return one(std::move(out));
}

constexpr DType kOnnxTypes[] = {DType::f32, DType::f32, DType::u8,  DType::i8,      DType::u16,
                                DType::i16, DType::i32, DType::i64, DType::boolean, DType::boolean,
                                DType::f16, DType::f64, DType::u32, DType::u64};

Results cast_to(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  const std::int64_t type = int_attribute(call.node, "to", 0);
  const bool known = (type >= 1 && type <= 13 && type != 8) || type == 16;
  if (!known) return wrong("the type number " + std::to_string(type) + " is not supported");
  return one(tensor::cast(input->view(), type == 16 ? DType::bf16 : kOnnxTypes[type]));
}

Results shape_of(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  if (!call.node.attributes.empty()) return wrong("Shape with start or end is not supported");
  const Dims dims = dims_of(*input);
  return one(Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(dims.size())}, dims));
}

Results constant_of_shape(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  AIFLOW_ASSIGN(Shape shape, call.result_shape(to_ints(input->view())));
  const auto found = call.node.attributes.find("value");
  const Tensor* given =
      found == call.node.attributes.end() ? nullptr : std::get_if<Tensor>(&found->second);
  if (given == nullptr) return one(Tensor(DType::f32, std::move(shape)));
  if (given->elements() != 1) return wrong("the value is not a single element");
  Tensor out(given->dtype(), std::move(shape));
  const std::size_t width = element_bytes(given->dtype());
  for (std::size_t at = 0; at < out.bytes().size(); at += width) {
    std::memcpy(out.bytes().data() + at, given->bytes().data(), width);
  }
  return one(std::move(out));
}

}  // namespace

const EvaluatorTable& layout_evaluators() {
  static const EvaluatorTable kTable{
      {"Identity", identity},   {"Dropout", identity},    {"Constant", constant},
      {"Reshape", reshape},     {"Flatten", flatten},     {"Squeeze", squeeze},
      {"Unsqueeze", unsqueeze}, {"Transpose", transpose}, {"Concat", concat},
      {"Cast", cast_to},        {"Shape", shape_of},      {"ConstantOfShape", constant_of_shape}};
  return kTable;
}

}  // namespace aiflow::graph::detail

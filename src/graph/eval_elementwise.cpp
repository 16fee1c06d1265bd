// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "graph/detail/evaluators.h"

namespace aiflow::graph::detail {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// Walks the elements of `to` and gives the index into a tensor of shape `from` that broadcasts.
class BroadcastIndex {
 public:
  BroadcastIndex(const Shape& from, const Shape& to) : same_(from == to), to_(to.strides()) {
    const auto strides = from.strides();
    const std::size_t lead = to.rank() - from.rank();
    from_.assign(to.rank(), 0);
    for (std::size_t axis = 0; axis < from.rank(); ++axis) {
      if (from[axis] != 1) from_[lead + axis] = strides[axis];
    }
  }
  [[nodiscard]] std::size_t operator()(std::size_t index) const {
    if (same_) return index;
    auto rest = static_cast<std::int64_t>(index);
    std::int64_t out = 0;
    for (std::size_t axis = 0; axis < to_.size() && to_[axis] > 0; ++axis) {
      out += rest / to_[axis] * from_[axis];
      rest %= to_[axis];
    }
    return static_cast<std::size_t>(out);
  }

 private:
  bool same_;
  std::vector<std::int64_t> to_;
  std::vector<std::int64_t> from_;
};

using FloatOp = double (*)(double, double);
using IntOp = Result<std::int64_t> (*)(std::int64_t, std::int64_t);

/// Unsigned, so that overflow wraps instead of being undefined.
template <class Op>
Result<std::int64_t> wrapping(std::int64_t a, std::int64_t b, const Op& op) {
  return static_cast<std::int64_t>(
      op(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
}

Result<std::int64_t> divide(std::int64_t a, std::int64_t b) {
  if (b == 0) return wrong("integer division by zero");
  return b == -1 ? wrapping(0, a, std::minus<>()) : a / b;
}

struct BinaryOp {
  FloatOp on_floats;
  IntOp on_ints;
};

Result<Tensor> combine(const Call& call, const Tensor& a, const Tensor& b, const BinaryOp& op) {
  if (a.dtype() != b.dtype()) return wrong("the operands have different types");
  AIFLOW_ASSIGN(const Shape shape, broadcast(a.shape(), b.shape()));
  AIFLOW_TRY(call.result_shape(Dims(shape.dims().begin(), shape.dims().end())));
  const auto count = static_cast<std::size_t>(shape.elements());
  const BroadcastIndex at_a(a.shape(), shape);
  const BroadcastIndex at_b(b.shape(), shape);
  if (is_float(a.dtype())) {
    const auto x = to_floats(a.view());
    const auto y = to_floats(b.view());
    std::vector<float> out(count);
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<float>(op.on_floats(x[at_a(i)], y[at_b(i)]));
    }
    return float_tensor(a.dtype(), shape, out);
  }
  const auto x = to_ints(a.view());
  const auto y = to_ints(b.view());
  std::vector<std::int64_t> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    AIFLOW_ASSIGN(out[i], op.on_ints(x[at_a(i)], y[at_b(i)]));
  }
  return tensor::cast(Tensor::of<std::int64_t>(shape, out).view(), a.dtype());
}

/// Folds all inputs from the left: Add and its kin have two, Min, Max and Sum any number.
Results fold(const Call& call, const BinaryOp& op) {
  AIFLOW_ASSIGN(const Tensor* first, call.input(0));
  Tensor out = *first;
  for (std::size_t i = 1; i < call.inputs.size(); ++i) {
    AIFLOW_ASSIGN(const Tensor* next, call.input(i));
    AIFLOW_ASSIGN(out, combine(call, out, *next, op));
  }
  return one(std::move(out));
}

Results add(const Call& call) {
  return fold(call, {[](double a, double b) { return a + b; },
                     [](std::int64_t a, std::int64_t b) { return wrapping(a, b, std::plus<>()); }});
}
Results sub(const Call& call) {
  return fold(call,
              {[](double a, double b) { return a - b; },
               [](std::int64_t a, std::int64_t b) { return wrapping(a, b, std::minus<>()); }});
}
Results mul(const Call& call) {
  return fold(call,
              {[](double a, double b) { return a * b; },
               [](std::int64_t a, std::int64_t b) { return wrapping(a, b, std::multiplies<>()); }});
}
Results div(const Call& call) {
  return fold(call, {[](double a, double b) { return a / b; }, divide});
}
Results min(const Call& call) {
  return fold(call, {[](double a, double b) { return std::fmin(a, b); },
                     [](std::int64_t a, std::int64_t b) -> Result<std::int64_t> {
                       return std::min(a, b);
                     }});
}
Results max(const Call& call) {
  return fold(call, {[](double a, double b) { return std::fmax(a, b); },
                     [](std::int64_t a, std::int64_t b) -> Result<std::int64_t> {
                       return std::max(a, b);
                     }});
}
Results pow(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* base, call.input(0));
  AIFLOW_ASSIGN(const Tensor* exponent, call.input(1));
  if (!is_float(base->dtype())) return wrong("only floats are raised to a power here");
  const Tensor same = tensor::cast(exponent->view(), base->dtype());
  AIFLOW_ASSIGN(Tensor out, combine(call, *base, same,
                                    {[](double a, double b) { return std::pow(a, b); }, divide}));
  return one(std::move(out));
}

template <class Op>
Results map_floats(const Call& call, const Op& op) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  if (!is_float(input->dtype())) return wrong("the operand is not a float");
  auto values = to_floats(input->view());
  for (float& value : values) value = static_cast<float>(op(static_cast<double>(value)));
  return one(float_tensor(input->dtype(), input->shape(), values));
}

Results relu(const Call& call) {
  return map_floats(call, [](double x) { return x > 0 ? x : 0; });
}
Results sigmoid(const Call& call) {
  return map_floats(call, [](double x) { return 1 / (1 + std::exp(-x)); });
}
Results tanh(const Call& call) {
  return map_floats(call, [](double x) { return std::tanh(x); });
}
Results exp(const Call& call) {
  return map_floats(call, [](double x) { return std::exp(x); });
}
Results log(const Call& call) {
  return map_floats(call, [](double x) { return std::log(x); });
}
Results sqrt(const Call& call) {
  return map_floats(call, [](double x) { return std::sqrt(x); });
}
Results negate(const Call& call) {
  return map_floats(call, [](double x) { return -x; });
}
Results absolute(const Call& call) {
  return map_floats(call, [](double x) { return std::fabs(x); });
}
Results floor(const Call& call) {
  return map_floats(call, [](double x) { return std::floor(x); });
}
Results ceil(const Call& call) {
  return map_floats(call, [](double x) { return std::ceil(x); });
}
Results erf(const Call& call) {
  return map_floats(call, [](double x) { return std::erf(x); });
}
Results leaky_relu(const Call& call) {
  const double slope = float_attribute(call.node, "alpha", 0.01F);
  return map_floats(call, [slope](double x) { return x >= 0 ? x : slope * x; });
}
Results hard_sigmoid(const Call& call) {
  const double alpha = float_attribute(call.node, "alpha", 0.2F);
  const double beta = float_attribute(call.node, "beta", 0.5F);
  return map_floats(call, [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); });
}

/// A limit of Clip: input `index` (opset 11 on) or an attribute; `otherwise` when there is neither.
double clip_limit(const Call& call, std::size_t index, const char* attribute) {
  const double open = std::numeric_limits<double>::infinity();
  const auto otherwise = static_cast<float>(index == 1 ? -open : open);
  if (!call.has(index)) return float_attribute(call.node, attribute, otherwise);
  const auto values = to_floats(call.inputs[index]->view());
  return values.empty() ? otherwise : values.front();
}

Results clip(const Call& call) {
  const double low = clip_limit(call, 1, "min");
  const double high = clip_limit(call, 2, "max");
  return map_floats(call, [=](double x) { return std::fmin(std::fmax(x, low), high); });
}

}  // namespace

const EvaluatorTable& elementwise_evaluators() {
  static const EvaluatorTable kTable{{"Add", add},
                                     {"Sub", sub},
                                     {"Mul", mul},
                                     {"Div", div},
                                     {"Min", min},
                                     {"Max", max},
                                     {"Sum", add},
                                     {"Pow", pow},
                                     {"Relu", relu},
                                     {"Sigmoid", sigmoid},
                                     {"Tanh", tanh},
                                     {"Exp", exp},
                                     {"Log", log},
                                     {"Sqrt", sqrt},
                                     {"Neg", negate},
                                     {"Abs", absolute},
                                     {"Floor", floor},
                                     {"Ceil", ceil},
                                     {"Erf", erf},
                                     {"LeakyRelu", leaky_relu},
                                     {"HardSigmoid", hard_sigmoid},
                                     {"Clip", clip}};
  return kTable;
}

}  // namespace aiflow::graph::detail

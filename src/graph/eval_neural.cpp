// SPDX-License-Identifier: Apache-2.0
// Convolutions, pools, normalisation, matrix products.
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "graph/detail/evaluators.h"

namespace aiflow::graph::detail {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

constexpr std::int64_t kWindowMax = 4096;

/// Pads of one axis for auto_pad SAME_*.
std::pair<std::int64_t, std::int64_t> same_pads(std::int64_t extent, std::int64_t stride,
                                                std::int64_t reach, bool upper) {
  const std::int64_t steps = (extent + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>((steps - 1) * stride + reach - extent, 0);
  const std::int64_t less = total / 2;
  return upper ? std::pair{less, total - less} : std::pair{total - less, less};
}

bool sane(const Dims& values, std::int64_t low) {
  return std::ranges::all_of(values, [low](std::int64_t v) { return v >= low && v <= kWindowMax; });
}

Dims pair_or(Dims values, std::int64_t otherwise, std::size_t count) {
  return values.empty() ? Dims(count, otherwise) : std::move(values);
}

struct Picture {
  std::int64_t n = 0, c = 0, h = 0, w = 0;
  static Result<Picture> of(const Tensor& value) {
    if (value.shape().rank() != 4 || value.dtype() != DType::f32) {
      return wrong("the input is not an FP32 picture of rank 4");
    }
    const auto d = value.shape().dims();
    return Picture{d[0], d[1], d[2], d[3]};
  }
};

/// Calls visit(y, x, kernel index) for each tap of the window at (row, column) inside the picture.
template <class Visit>
void each_tap(const Window& window, const Picture& in, std::pair<std::int64_t, std::int64_t> at,
              const Visit& visit) {
  for (std::int64_t ky = 0; ky < window.kernel_h; ++ky) {
    const std::int64_t y = at.first * window.stride_h - window.top + ky * window.dilation_h;
    if (y < 0 || y >= in.h) continue;
    for (std::int64_t kx = 0; kx < window.kernel_w; ++kx) {
      const std::int64_t x = at.second * window.stride_w - window.left + kx * window.dilation_w;
      if (x >= 0 && x < in.w) visit(y, x, ky * window.kernel_w + kx);
    }
  }
}

Results conv(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  AIFLOW_ASSIGN(const Tensor* weights, call.input(1));
  AIFLOW_ASSIGN(const Picture in, Picture::of(*input));
  AIFLOW_ASSIGN(const Picture kernel, Picture::of(*weights));
  const std::int64_t groups = int_attribute(call.node, "group", 1);
  if (groups < 1 || in.c % groups != 0 || kernel.n % groups != 0 || in.c / groups != kernel.c) {
    return wrong("the weights do not fit the input's channels");
  }
  AIFLOW_ASSIGN(const Window window, Window::of(call.node, dims_of(*input), {kernel.h, kernel.w}));
  AIFLOW_ASSIGN(Shape shape,
                call.result_shape({in.n, kernel.n, window.out_h(in.h), window.out_w(in.w)}));
  const auto bias = call.has(2) ? to_floats(call.inputs[2]->view()) : std::vector<float>();
  if (!bias.empty() && static_cast<std::int64_t>(bias.size()) != kernel.n) {
    return wrong("the bias does not fit");
  }
  Tensor out(DType::f32, std::move(shape));
  const auto x = input->data<float>();
  const auto w = weights->data<float>();
  auto target = out.data<float>().begin();
  const std::int64_t per_group = kernel.n / groups;
  for (std::int64_t i = 0; i < out.elements(); ++i) {
    const std::int64_t column = i % out.shape()[3];
    const std::int64_t row = i / out.shape()[3] % out.shape()[2];
    const std::int64_t o = i / (out.shape()[3] * out.shape()[2]) % kernel.n;
    const std::int64_t batch = i / (out.shape()[3] * out.shape()[2] * kernel.n);
    double sum = bias.empty() ? 0 : static_cast<double>(bias[static_cast<std::size_t>(o)]);
    each_tap(window, in, {row, column}, [&](std::int64_t py, std::int64_t px, std::int64_t tap) {
      for (std::int64_t c = 0; c < kernel.c; ++c) {
        const std::int64_t channel = o / per_group * kernel.c + c;
        const auto from =
            static_cast<std::size_t>(((batch * in.c + channel) * in.h + py) * in.w + px);
        const auto at = static_cast<std::size_t>((o * kernel.c + c) * kernel.h * kernel.w + tap);
        sum += static_cast<double>(x[from]) * static_cast<double>(w[at]);
      }
    });
    *target++ = static_cast<float>(sum);
  }
  return one(std::move(out));
}

struct Pooling {
  bool average = false;
  bool count_padding = false;
};

Results pool(const Call& call, Pooling kind) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  AIFLOW_ASSIGN(const Picture in, Picture::of(*input));
  if (int_attribute(call.node, "ceil_mode", 0) != 0) return wrong("ceil_mode is not supported");
  AIFLOW_ASSIGN(const Window window,
                Window::of(call.node, dims_of(*input), ints_attribute(call.node, "kernel_shape")));
  AIFLOW_ASSIGN(Shape shape,
                call.result_shape({in.n, in.c, window.out_h(in.h), window.out_w(in.w)}));
  Tensor out(DType::f32, std::move(shape));
  const auto x = input->data<float>();
  auto target = out.data<float>().begin();
  for (std::int64_t i = 0; i < out.elements(); ++i) {
    const std::int64_t column = i % out.shape()[3];
    const std::int64_t row = i / out.shape()[3] % out.shape()[2];
    const std::int64_t plane = i / (out.shape()[3] * out.shape()[2]);
    double sum = 0;
    float best = -std::numeric_limits<float>::infinity();
    std::int64_t taps = 0;
    each_tap(window, in, {row, column}, [&](std::int64_t py, std::int64_t px, std::int64_t) {
      const float value = x[static_cast<std::size_t>((plane * in.h + py) * in.w + px)];
      sum += static_cast<double>(value);
      best = std::max(best, value);
      ++taps;
    });
    if (kind.count_padding) taps = window.kernel_h * window.kernel_w;
    *target++ = kind.average ? static_cast<float>(sum / static_cast<double>(taps)) : best;
  }
  return one(std::move(out));
}

Results max_pool(const Call& call) { return pool(call, {}); }
Results average_pool(const Call& call) {
  return pool(call, {true, int_attribute(call.node, "count_include_pad", 0) != 0});
}

Results global_average_pool(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  AIFLOW_ASSIGN(const Picture in, Picture::of(*input));
  Tensor out(DType::f32, Shape{in.n, in.c, 1, 1});
  const auto x = input->data<float>();
  for (std::int64_t plane = 0; plane < in.n * in.c; ++plane) {
    double sum = 0;
    for (std::int64_t i = 0; i < in.h * in.w; ++i) {
      sum += static_cast<double>(x[static_cast<std::size_t>(plane * in.h * in.w + i)]);
    }
    out.data<float>()[static_cast<std::size_t>(plane)] =
        static_cast<float>(sum / static_cast<double>(in.h * in.w));
  }
  return one(std::move(out));
}

Results batch_normalization(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  if (input->shape().rank() < 2 || input->dtype() != DType::f32) return wrong("the input is wrong");
  std::vector<std::vector<float>> parts;  // scale, bias, mean, variance
  for (std::size_t i = 1; i <= 4; ++i) {
    AIFLOW_ASSIGN(const Tensor* part, call.input(i));
    parts.push_back(to_floats(part->view()));
    if (static_cast<std::int64_t>(parts.back().size()) != input->shape()[1]) {
      return wrong("a parameter does not fit the channels");
    }
  }
  const double epsilon = static_cast<double>(float_attribute(call.node, "epsilon", 1e-5F));
  const auto inner = static_cast<std::size_t>(input->shape().strides()[1]);
  Tensor out = *input;
  const auto values = out.data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i / inner % parts[0].size();
    const double scaled = (static_cast<double>(values[i]) - static_cast<double>(parts[2][c])) /
                          std::sqrt(static_cast<double>(parts[3][c]) + epsilon);
    values[i] = static_cast<float>(scaled * static_cast<double>(parts[0][c]) +
                                   static_cast<double>(parts[1][c]));
  }
  return one(std::move(out));
}

Results softmax(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* input, call.input(0));
  if (input->dtype() != DType::f32) return wrong("the input is not FP32");
  const std::int64_t wanted = int_attribute(call.node, "axis", -1);
  AIFLOW_ASSIGN(const std::size_t axis, normal_axis(wanted, input->shape().rank()));
  const auto step = static_cast<std::size_t>(input->shape().strides()[axis]);
  const auto extent = static_cast<std::size_t>(input->shape()[axis]);
  Tensor out = *input;
  const auto values = out.data<float>();
  for (std::size_t start = 0; start < values.size(); ++start) {
    if (start / step % extent != 0) continue;
    float peak = values[start];
    double sum = 0;
    for (std::size_t k = 0; k < extent; ++k) peak = std::max(peak, values[start + k * step]);
    for (std::size_t k = 0; k < extent; ++k) {
      sum += std::exp(static_cast<double>(values[start + k * step] - peak));
    }
    for (std::size_t k = 0; k < extent; ++k) {
      float& value = values[start + k * step];
      value = static_cast<float>(std::exp(static_cast<double>(value - peak)) / sum);
    }
  }
  return one(std::move(out));
}

struct Matrix {
  std::vector<float> values;
  std::int64_t rows = 0, columns = 0;
  bool transposed = false;  ///< stored as columns x rows
  [[nodiscard]] double at(std::int64_t r, std::int64_t c) const {
    const std::int64_t index = transposed ? c * rows + r : r * columns + c;
    return static_cast<double>(values[static_cast<std::size_t>(index)]);
  }
};

Result<Matrix> matrix_of(const Tensor& value, bool transposed) {
  if (value.shape().rank() != 2 || value.dtype() != DType::f32) {
    return wrong("an operand is not an FP32 matrix");
  }
  const std::int64_t a = value.shape()[0], b = value.shape()[1];
  return Matrix{to_floats(value.view()), transposed ? b : a, transposed ? a : b, transposed};
}

Result<std::vector<double>> product(const Matrix& a, const Matrix& b) {
  if (a.columns != b.rows) return wrong("the matrices do not fit");
  std::vector<double> out(static_cast<std::size_t>(a.rows * b.columns), 0);
  for (std::int64_t i = 0; i < a.rows * b.columns; ++i) {
    for (std::int64_t k = 0; k < a.columns; ++k) {
      out[static_cast<std::size_t>(i)] += a.at(i / b.columns, k) * b.at(k, i % b.columns);
    }
  }
  return out;
}

Results matmul(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* left, call.input(0));
  AIFLOW_ASSIGN(const Tensor* right, call.input(1));
  AIFLOW_ASSIGN(const Matrix a, matrix_of(*left, false));
  AIFLOW_ASSIGN(const Matrix b, matrix_of(*right, false));
  AIFLOW_ASSIGN(Shape shape, call.result_shape({a.rows, b.columns}));
  AIFLOW_ASSIGN(const auto sums, product(a, b));
  return one(Tensor::of<float>(std::move(shape), std::vector<float>(sums.begin(), sums.end())));
}

Results gemm(const Call& call) {
  AIFLOW_ASSIGN(const Tensor* left, call.input(0));
  AIFLOW_ASSIGN(const Tensor* right, call.input(1));
  AIFLOW_ASSIGN(const Matrix a, matrix_of(*left, int_attribute(call.node, "transA", 0) != 0));
  AIFLOW_ASSIGN(const Matrix b, matrix_of(*right, int_attribute(call.node, "transB", 0) != 0));
  AIFLOW_ASSIGN(Shape shape, call.result_shape({a.rows, b.columns}));
  AIFLOW_ASSIGN(const auto sums, product(a, b));
  const double alpha = static_cast<double>(float_attribute(call.node, "alpha", 1));
  const double beta = static_cast<double>(float_attribute(call.node, "beta", 1));
  std::vector<float> out(sums.size());
  const auto bias = call.has(2) ? to_floats(call.inputs[2]->view()) : std::vector<float>{0};
  const auto columns = static_cast<std::size_t>(b.columns);
  if (bias.size() != 1 && bias.size() != columns && bias.size() != sums.size()) {
    return wrong("the bias does not fit");
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t at = bias.size() == 1 ? 0 : bias.size() == columns ? i % columns : i;
    out[i] = static_cast<float>(alpha * sums[i] + beta * static_cast<double>(bias[at]));
  }
  return one(Tensor::of<float>(std::move(shape), out));
}

}  // namespace

Result<Window> Window::of(const Node& node, const Dims& picture, Dims kernel) {
  const Dims strides = pair_or(ints_attribute(node, "strides"), 1, 2);
  const Dims dilations = pair_or(ints_attribute(node, "dilations"), 1, 2);
  Dims pads = pair_or(ints_attribute(node, "pads"), 0, 4);
  if (picture.size() != 4 || kernel.size() != 2 || strides.size() != 2 || dilations.size() != 2 ||
      pads.size() != 4 || !sane(kernel, 1) || !sane(strides, 1) || !sane(dilations, 1) ||
      !sane(pads, 0)) {
    return wrong("the window is not a sane 2-D window");
  }
  Window out{kernel[0],    kernel[1], strides[0], strides[1], dilations[0],
             dilations[1], pads[0],   pads[1],    pads[2],    pads[3]};
  const std::string automatic = string_attribute(node, "auto_pad", "NOTSET");
  const std::int64_t reach_h = (out.kernel_h - 1) * out.dilation_h + 1;
  const std::int64_t reach_w = (out.kernel_w - 1) * out.dilation_w + 1;
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const bool upper = automatic == "SAME_UPPER";
    std::tie(out.top, out.bottom) = same_pads(picture[2], out.stride_h, reach_h, upper);
    std::tie(out.left, out.right) = same_pads(picture[3], out.stride_w, reach_w, upper);
  } else if (automatic == "VALID") {
    out.top = out.bottom = out.left = out.right = 0;
  } else if (automatic != "NOTSET") {
    return wrong("auto_pad '" + automatic + "' is not supported");
  }
  if (out.out_h(picture[2]) < 1 || out.out_w(picture[3]) < 1) {
    return wrong("the picture is smaller than the window");
  }
  return out;
}

std::int64_t Window::out_h(std::int64_t height) const {
  const std::int64_t room = height + top + bottom - ((kernel_h - 1) * dilation_h + 1);
  return room < 0 ? 0 : room / stride_h + 1;
}

std::int64_t Window::out_w(std::int64_t width) const {
  const std::int64_t room = width + left + right - ((kernel_w - 1) * dilation_w + 1);
  return room < 0 ? 0 : room / stride_w + 1;
}

const EvaluatorTable& neural_evaluators() {
  static const EvaluatorTable kTable{{"Conv", conv},
                                     {"MaxPool", max_pool},
                                     {"AveragePool", average_pool},
                                     {"GlobalAveragePool", global_average_pool},
                                     {"BatchNormalization", batch_normalization},
                                     {"Softmax", softmax},
                                     {"MatMul", matmul},
                                     {"Gemm", gemm}};
  return kTable;
}

}  // namespace aiflow::graph::detail

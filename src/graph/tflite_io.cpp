// SPDX-License-Identifier: Apache-2.0
#include "graph/tflite_io.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "graph/detail/tflite_model.h"

namespace aiflow::graph {
namespace {

using detail::TfliteActivation;
using detail::TfliteModel;
using detail::TfliteOp;
using detail::TfliteOperator;
using detail::TfliteTensor;
using detail::TfliteType;
using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

using Dims = std::vector<std::int64_t>;
enum class Layout { plain, nchw };

constexpr std::array<std::size_t, 4> kToNchw{0, 3, 1, 2};
constexpr std::array<std::size_t, 4> kToNhwc{0, 2, 3, 1};

Dims permuted(const Dims& dims, const std::array<std::size_t, 4>& order) {
  return {dims[order[0]], dims[order[1]], dims[order[2]], dims[order[3]]};
}

/// A rank-4 float constant with its axes in another order.
Tensor permuted(const Tensor& value, const std::array<std::size_t, 4>& order) {
  const auto strides = value.shape().strides();
  const Dims dims = permuted(Dims(value.shape().dims().begin(), value.shape().dims().end()), order);
  Tensor out(DType::f32, Shape{dims[0], dims[1], dims[2], dims[3]});
  const auto source = value.data<float>();
  auto target = out.data<float>().begin();
  const auto at = [&](std::size_t axis, std::int64_t i) { return strides[order[axis]] * i; };
  for (std::int64_t a = 0; a < dims[0]; ++a) {
    for (std::int64_t b = 0; b < dims[1]; ++b) {
      for (std::int64_t cd = 0; cd < dims[2] * dims[3]; ++cd) {
        const std::int64_t index = at(0, a) + at(1, b) + at(2, cd / dims[3]) + at(3, cd % dims[3]);
        *target++ = source[static_cast<std::size_t>(index)];
      }
    }
  }
  return out;
}

/// Builds the graph operator by operator. A calculated value exists in one layout, or in both once
/// somebody needed the other one.
class Importer {
 public:
  explicit Importer(const TfliteModel& model, std::size_t bytes)
      : model_(model), constant_bytes_max_(8 * bytes), slots_(model.tensors.size()) {}

  Result<Graph> run() {
    graph_.name = "tflite";
    for (const std::int32_t index : model_.inputs) AIFLOW_TRY(add_input(index));
    for (const TfliteOperator& op : model_.operators) {
      auto status = add_operator(op);
      if (!status) return fail(std::move(status).error().with_context(name_of(op.outputs[0])));
    }
    for (const std::int32_t index : model_.outputs) AIFLOW_TRY(add_output(index));
    AIFLOW_TRY(check(graph_));
    return std::move(graph_);
  }

 private:
  struct Slot {
    std::string plain;  ///< value name, "" = not there in this layout
    std::string nchw;
    bool constant = false;
    Tensor value;  ///< of a constant, as FP32 or INT32, plain
  };

  const TfliteTensor& tensor_at(std::int32_t index) const {
    return model_.tensors[static_cast<std::size_t>(index)];
  }
  Slot& slot_at(std::int32_t index) { return slots_[static_cast<std::size_t>(index)]; }
  /// The converter joins the names of what it fused with ';': the first one says most.
  std::string name_of(std::int32_t index) const {
    const std::string& name = tensor_at(index).name;
    return name.substr(0, name.find(';'));
  }
  std::string unique(std::string name) {
    if (name.empty()) name = "value";
    std::string candidate = name;
    for (int n = 1; !names_.insert(candidate).second; ++n) {
      candidate = name + "_" + std::to_string(n);
    }
    return candidate;
  }

  void note(const std::string& name, Dims dims) {
    graph_.values[name] = {.name = name, .has_shape = true, .dims = std::move(dims)};
  }

  Status add_input(std::int32_t index) {
    const TfliteTensor& tensor = tensor_at(index);
    if (tensor.type != TfliteType::f32) {
      return fail(ErrorCode::invalid_argument, "the input '" + tensor.name + "' is not FP32");
    }
    AIFLOW_TRY(Shape::make(tensor.shape));
    const bool picture = tensor.shape.size() == 4;
    const std::string name = unique(name_of(index));
    (picture ? slot_at(index).nchw : slot_at(index).plain) = name;
    graph_.inputs.push_back({.name = name,
                             .has_shape = true,
                             .dims = picture ? permuted(tensor.shape, kToNchw) : tensor.shape});
    return {};
  }

  Status add_output(std::int32_t index) {
    AIFLOW_ASSIGN(const std::string name, value(index, Layout::plain));
    graph_.outputs.push_back({.name = name, .has_shape = true, .dims = tensor_at(index).shape});
    return {};
  }

  Status load_constant(std::int32_t index) {
    Slot& slot = slot_at(index);
    if (slot.constant) return {};
    const TfliteTensor& tensor = tensor_at(index);
    if (tensor.data.empty()) {
      return fail(ErrorCode::corrupt, "the tensor '" + tensor.name + "' is never calculated");
    }
    constexpr std::array kTypes{DType::f32, DType::f16, DType::i32};
    AIFLOW_ASSIGN(Shape shape, Shape::make(tensor.shape));
    auto loaded = Tensor::from_bytes(kTypes[static_cast<std::size_t>(tensor.type)],
                                     std::move(shape), tensor.data);
    if (!loaded)
      return fail(ErrorCode::corrupt, "'" + tensor.name + "': " + loaded.error().message);
    // Many tensors may share one buffer: without a limit a small file could fill the memory.
    constant_bytes_ += loaded->bytes().size();
    if (constant_bytes_ > constant_bytes_max_) {
      return fail(ErrorCode::corrupt, "the tensors are larger than the file");
    }
    slot.value = tensor.type == TfliteType::i32 ? *std::move(loaded)
                                                : tensor::cast(loaded->view(), DType::f32);
    slot.constant = true;
    return {};
  }

  /// A constant FP32 tensor of the given rank.
  Result<Tensor> constant(std::int32_t index, std::size_t rank) {
    if (index < 0) return fail(ErrorCode::corrupt, "a weight is missing");
    AIFLOW_TRY(load_constant(index));
    const Tensor& value = slot_at(index).value;
    if (value.dtype() != DType::f32 || value.shape().rank() != rank) {
      return fail(ErrorCode::invalid_argument,
                  "the weight '" + name_of(index) + "' has a wrong type or rank");
    }
    return value;
  }

  std::string add_constant(const std::string& stem, Tensor value) {
    std::string name = unique(stem);
    graph_.initializers.emplace(name, std::move(value));
    return name;
  }

  /// A constant operand of an elementwise operator that runs in `layout`.
  Result<std::string> constant_operand(std::int32_t index, Layout layout) {
    AIFLOW_TRY(load_constant(index));
    Tensor value = slot_at(index).value;
    const std::size_t rank = value.shape().rank();
    if (value.dtype() != DType::f32) {
      return fail(ErrorCode::invalid_argument, "'" + name_of(index) + "' is not a float");
    }
    if (layout == Layout::nchw && rank == 4) value = permuted(value, kToNchw);
    if (layout == Layout::nchw && rank == 1) {
      AIFLOW_TRY(value.reshape(Shape{value.elements(), 1, 1}));
    }
    if (layout == Layout::nchw && (rank == 2 || rank == 3)) {
      return fail(ErrorCode::invalid_argument, "'" + name_of(index) + "' has an unusual rank");
    }
    return add_constant(name_of(index), std::move(value));
  }

  /// The name of a value in a layout; a Transpose is added where it only exists in the other one.
  Result<std::string> value(std::int32_t index, Layout layout) {
    Slot& slot = slot_at(index);
    std::string& wanted = layout == Layout::nchw ? slot.nchw : slot.plain;
    if (!wanted.empty()) return wanted;
    const std::string& other = layout == Layout::nchw ? slot.plain : slot.nchw;
    if (other.empty()) return constant_operand(index, layout);
    const TfliteTensor& tensor = tensor_at(index);
    if (tensor.shape.size() != 4) {
      return fail(ErrorCode::invalid_argument, "'" + name_of(index) + "' is not a picture");
    }
    const auto& order = layout == Layout::nchw ? kToNchw : kToNhwc;
    wanted = unique(name_of(index) + (layout == Layout::nchw ? "/nchw" : "/nhwc"));
    graph_.nodes.push_back({.name = wanted,
                            .op = "Transpose",
                            .domain = "",
                            .inputs = {other},
                            .outputs = {wanted},
                            .attributes = {{"perm", Dims(order.begin(), order.end())}}});
    note(wanted, layout == Layout::nchw ? permuted(tensor.shape, kToNchw) : tensor.shape);
    return wanted;
  }

  /// Adds the node and its fused activation; the operator's output then exists in `layout`.
  Status emit(const TfliteOperator& op, Node node, Layout layout) {
    const std::int32_t index = op.outputs[0];
    const TfliteTensor& tensor = tensor_at(index);
    Slot& slot = slot_at(index);
    if (!slot.plain.empty() || !slot.nchw.empty()) {
      return fail(ErrorCode::corrupt, "the tensor is calculated twice");
    }
    AIFLOW_TRY(Shape::make(tensor.shape));
    if (layout == Layout::nchw && tensor.shape.size() != 4) {
      return fail(ErrorCode::corrupt, "the result of a picture operator is not a picture");
    }
    const Dims dims = layout == Layout::nchw ? permuted(tensor.shape, kToNchw) : tensor.shape;
    const std::string name = unique(name_of(index));
    (layout == Layout::nchw ? slot.nchw : slot.plain) = name;
    note(name, dims);
    node.name = name;
    node.outputs = {name};
    const bool is_activation = node.op.empty();
    if (!is_activation && op.activation != TfliteActivation::none) {
      node.outputs = {unique(name + "/linear")};
      note(node.outputs[0], dims);
    }
    const std::string before = is_activation ? node.inputs[0] : node.outputs[0];
    if (!is_activation) graph_.nodes.push_back(std::move(node));
    add_activation(op.activation, before, name);
    return {};
  }

  void add_activation(TfliteActivation kind, const std::string& input, const std::string& output) {
    if (kind == TfliteActivation::none) return;
    Node node{.name = output + "/activation",
              .op = "Clip",
              .domain = "",
              .inputs = {input},
              .outputs = {output},
              .attributes = {}};
    if (kind == TfliteActivation::relu) {
      node.op = "Relu";
    } else {
      const bool six = kind == TfliteActivation::relu6;
      node.inputs.push_back(scalar(six ? "relu6_min" : "relu1_min", six ? 0.0F : -1.0F));
      node.inputs.push_back(scalar(six ? "relu6_max" : "relu1_max", six ? 6.0F : 1.0F));
    }
    graph_.nodes.push_back(std::move(node));
  }

  std::string scalar(const std::string& name, float number) {
    names_.insert(name);
    graph_.initializers.emplace(name, Tensor::scalar(number));
    return name;
  }

  Status add_operator(const TfliteOperator& op) {
    switch (op.op) {
      case TfliteOp::dequantize: return add_dequantize(op);
      case TfliteOp::conv_2d:
      case TfliteOp::depthwise_conv_2d: return add_conv(op);
      case TfliteOp::average_pool_2d:
      case TfliteOp::max_pool_2d: return add_pool(op);
      case TfliteOp::add: return add_elementwise(op, "Add");
      case TfliteOp::mul: return add_elementwise(op, "Mul");
      case TfliteOp::logistic: return add_elementwise(op, "Sigmoid");
      case TfliteOp::relu:
      case TfliteOp::relu6: return add_elementwise(op, "");
      case TfliteOp::reshape: return add_reshape(op);
      case TfliteOp::softmax: return add_softmax(op);
      case TfliteOp::concatenation: return add_concat(op);
    }
    return fail(ErrorCode::internal, "an operator was not handled");
  }

  Status add_dequantize(const TfliteOperator& op) {
    AIFLOW_TRY(load_constant(op.inputs[0]));
    Slot& out = slot_at(op.outputs[0]);
    out.value = slot_at(op.inputs[0]).value;
    out.constant = true;
    if (out.value.dtype() == DType::f32) return {};
    return fail(ErrorCode::invalid_argument, "only FP16 weights can be dequantised");
  }

  struct Window {
    std::int64_t filter_h, filter_w;
  };

  /// strides, dilations and pads of a picture operator.
  Result<std::map<std::string, AttributeValue>> window(const TfliteOperator& op, Window filter) {
    const Dims& in = tensor_at(op.inputs[0]).shape;
    if (in.size() != 4) return fail(ErrorCode::corrupt, "the input is not a picture");
    const auto pads = [&](std::int64_t extent, std::int64_t stride, std::int64_t reach) {
      const std::int64_t steps = (extent + stride - 1) / stride;
      const std::int64_t total =
          op.same_padding ? std::max<std::int64_t>((steps - 1) * stride + reach - extent, 0) : 0;
      return std::pair{total / 2, total - total / 2};
    };
    const auto [top, bottom] = pads(in[1], op.stride_h, (filter.filter_h - 1) * op.dilation_h + 1);
    const auto [left, right] = pads(in[2], op.stride_w, (filter.filter_w - 1) * op.dilation_w + 1);
    std::map<std::string, AttributeValue> out;
    out["strides"] = Dims{op.stride_h, op.stride_w};
    out["kernel_shape"] = Dims{filter.filter_h, filter.filter_w};
    out["pads"] = Dims{top, left, bottom, right};
    return out;
  }

  Status add_conv(const TfliteOperator& op) {
    if (op.inputs.size() < 2) return fail(ErrorCode::corrupt, "a convolution has no weights");
    const bool depthwise = op.op == TfliteOp::depthwise_conv_2d;
    AIFLOW_ASSIGN(const Tensor weights, constant(op.inputs[1], 4));
    // TFLite: O,H,W,I, and 1,H,W,O for depthwise; ONNX: O,I,H,W and O,1,H,W.
    Tensor turned = permuted(weights, depthwise ? std::array<std::size_t, 4>{3, 0, 1, 2} : kToNchw);
    AIFLOW_ASSIGN(auto attributes, window(op, {weights.shape()[1], weights.shape()[2]}));
    attributes["dilations"] = Dims{op.dilation_h, op.dilation_w};
    attributes["group"] = depthwise ? tensor_at(op.inputs[0]).shape[3] : std::int64_t{1};
    Node node{.name = "",
              .op = "Conv",
              .domain = "",
              .inputs = {},
              .outputs = {},
              .attributes = std::move(attributes)};
    AIFLOW_ASSIGN(const std::string input, value(op.inputs[0], Layout::nchw));
    const std::string stem = name_of(op.outputs[0]);
    node.inputs = {input, add_constant(stem + "/weight", std::move(turned))};
    if (op.inputs.size() > 2 && op.inputs[2] >= 0) {
      AIFLOW_ASSIGN(Tensor bias, constant(op.inputs[2], 1));
      node.inputs.push_back(add_constant(stem + "/bias", std::move(bias)));
    }
    return emit(op, std::move(node), Layout::nchw);
  }

  Status add_pool(const TfliteOperator& op) {
    const bool average = op.op == TfliteOp::average_pool_2d;
    AIFLOW_ASSIGN(auto attributes, window(op, {op.filter_h, op.filter_w}));
    if (average) attributes["count_include_pad"] = std::int64_t{0};
    AIFLOW_ASSIGN(const std::string input, value(op.inputs[0], Layout::nchw));
    return emit(op,
                {.name = "",
                 .op = average ? "AveragePool" : "MaxPool",
                 .domain = "",
                 .inputs = {input},
                 .outputs = {},
                 .attributes = std::move(attributes)},
                Layout::nchw);
  }

  bool any_nchw(const TfliteOperator& op) {
    return std::ranges::any_of(
        op.inputs, [&](std::int32_t index) { return index >= 0 && !slot_at(index).nchw.empty(); });
  }

  Status add_elementwise(const TfliteOperator& op, const char* name) {
    const Layout layout = any_nchw(op) ? Layout::nchw : Layout::plain;
    Node node{.name = "", .op = name, .domain = "", .inputs = {}, .outputs = {}, .attributes = {}};
    for (const std::int32_t index : op.inputs) {
      if (index < 0) return fail(ErrorCode::corrupt, "an operand is missing");
      AIFLOW_ASSIGN(std::string input, value(index, layout));
      node.inputs.push_back(std::move(input));
    }
    return emit(op, std::move(node), layout);
  }

  Status add_reshape(const TfliteOperator& op) {
    AIFLOW_ASSIGN(const std::string input, value(op.inputs[0], Layout::plain));
    const Dims& dims = tensor_at(op.outputs[0]).shape;
    Tensor shape = Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(dims.size())}, dims);
    const std::string target = add_constant(name_of(op.outputs[0]) + "/shape", std::move(shape));
    return emit(op,
                {.name = "",
                 .op = "Reshape",
                 .domain = "",
                 .inputs = {input, target},
                 .outputs = {},
                 .attributes = {}},
                Layout::plain);
  }

  Status add_softmax(const TfliteOperator& op) {
    if (op.beta != 1)
      return fail(ErrorCode::invalid_argument, "a softmax with beta is unsupported");
    AIFLOW_ASSIGN(const std::string input, value(op.inputs[0], Layout::plain));
    return emit(op,
                {.name = "",
                 .op = "Softmax",
                 .domain = "",
                 .inputs = {input},
                 .outputs = {},
                 .attributes = {{"axis", std::int64_t{-1}}}},
                Layout::plain);
  }

  Status add_concat(const TfliteOperator& op) {
    const auto rank = static_cast<std::int64_t>(tensor_at(op.outputs[0]).shape.size());
    std::int64_t axis = op.axis < 0 ? op.axis + rank : op.axis;
    if (axis < 0 || axis >= rank) return fail(ErrorCode::corrupt, "the axis does not exist");
    const bool all_nchw = std::ranges::all_of(
        op.inputs, [&](std::int32_t i) { return i >= 0 && !slot_at(i).nchw.empty(); });
    const Layout layout = all_nchw ? Layout::nchw : Layout::plain;
    if (all_nchw && rank != 4) return fail(ErrorCode::corrupt, "the result is not a picture");
    if (all_nchw) axis = static_cast<std::int64_t>(kToNhwc[static_cast<std::size_t>(axis)]);
    Node node{.name = "",
              .op = "Concat",
              .domain = "",
              .inputs = {},
              .outputs = {},
              .attributes = {{"axis", axis}}};
    for (const std::int32_t index : op.inputs) {
      if (index < 0) return fail(ErrorCode::corrupt, "an operand is missing");
      AIFLOW_ASSIGN(std::string input, value(index, layout));
      node.inputs.push_back(std::move(input));
    }
    return emit(op, std::move(node), layout);
  }

  const TfliteModel& model_;
  std::size_t constant_bytes_max_;
  std::size_t constant_bytes_ = 0;
  std::vector<Slot> slots_;
  std::set<std::string> names_;
  Graph graph_;
};

}  // namespace

Result<Graph> read_tflite(std::span<const std::byte> bytes) {
  AIFLOW_ASSIGN(const TfliteModel model, detail::parse_tflite(bytes));
  return Importer(model, bytes.size()).run();
}

}  // namespace aiflow::graph

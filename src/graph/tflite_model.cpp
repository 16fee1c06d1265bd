// SPDX-License-Identifier: Apache-2.0
#include "graph/detail/tflite_model.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "graph/detail/flatbuffer.h"

namespace aiflow::graph::detail {
namespace {

constexpr std::size_t kTensorsMax = 100'000;

// Field numbers of the tables in TensorFlow's schema.fbs (version 3).
struct ModelField {
  static constexpr std::size_t codes = 1, subgraphs = 2, buffers = 4;
};
struct CodeField {
  static constexpr std::size_t old_code = 0, code = 3;
};
struct SubgraphField {
  static constexpr std::size_t tensors = 0, inputs = 1, outputs = 2, operators = 3;
};
struct TensorField {
  static constexpr std::size_t shape = 0, type = 1, buffer = 2, name = 3;
};
struct OperatorField {
  static constexpr std::size_t code = 0, inputs = 1, outputs = 2, options = 4;
};

constexpr std::array kKnownOps{TfliteOp::add,
                               TfliteOp::average_pool_2d,
                               TfliteOp::concatenation,
                               TfliteOp::conv_2d,
                               TfliteOp::depthwise_conv_2d,
                               TfliteOp::dequantize,
                               TfliteOp::logistic,
                               TfliteOp::max_pool_2d,
                               TfliteOp::mul,
                               TfliteOp::relu,
                               TfliteOp::relu6,
                               TfliteOp::reshape,
                               TfliteOp::softmax};

Result<TfliteOp> read_code(const FlatTable& code) {
  const std::int32_t old_code = code.scalar<std::int8_t>(CodeField::old_code, 0);
  const std::int32_t number = std::max(old_code, code.scalar<std::int32_t>(CodeField::code, 0));
  for (const TfliteOp op : kKnownOps) {
    if (static_cast<std::int32_t>(op) == number) return op;
  }
  return fail(ErrorCode::invalid_argument,
              "the TFLite operator number " + std::to_string(number) + " is not supported");
}

void read_window(const FlatTable& options, TfliteOperator& op) {
  op.same_padding = options.scalar<std::int8_t>(0, 0) == 0;
  op.stride_w = options.scalar<std::int32_t>(1, 0);
  op.stride_h = options.scalar<std::int32_t>(2, 0);
}

void read_options(const FlatTable& options, TfliteOperator& op) {
  const auto activation = [&](std::size_t field) {
    op.activation = TfliteActivation{options.scalar<std::int8_t>(field, 0)};
  };
  switch (op.op) {
    case TfliteOp::add:
    case TfliteOp::mul: activation(0); break;
    case TfliteOp::concatenation:
      op.axis = options.scalar<std::int32_t>(0, 0);
      activation(1);
      break;
    case TfliteOp::conv_2d:
      read_window(options, op);
      activation(3);
      op.dilation_w = options.scalar<std::int32_t>(4, 1);
      op.dilation_h = options.scalar<std::int32_t>(5, 1);
      break;
    case TfliteOp::depthwise_conv_2d:
      read_window(options, op);
      activation(4);
      op.dilation_w = options.scalar<std::int32_t>(5, 1);
      op.dilation_h = options.scalar<std::int32_t>(6, 1);
      break;
    case TfliteOp::average_pool_2d:
    case TfliteOp::max_pool_2d:
      read_window(options, op);
      op.filter_w = options.scalar<std::int32_t>(3, 0);
      op.filter_h = options.scalar<std::int32_t>(4, 0);
      activation(5);
      break;
    case TfliteOp::softmax: op.beta = options.scalar<float>(0, 1); break;
    case TfliteOp::relu: op.activation = TfliteActivation::relu; break;
    case TfliteOp::relu6: op.activation = TfliteActivation::relu6; break;
    case TfliteOp::dequantize:
    case TfliteOp::logistic:
    case TfliteOp::reshape: break;
  }
}

Status check_operator(const TfliteOperator& op, std::size_t tensors) {
  const auto wrong = [&](std::int32_t index) {
    return index < -1 || index >= static_cast<std::int64_t>(tensors);
  };
  if (op.inputs.empty() || op.outputs.size() != 1 || op.outputs[0] < 0 || op.inputs[0] < 0 ||
      std::ranges::any_of(op.inputs, wrong) || wrong(op.outputs[0])) {
    return fail(ErrorCode::corrupt, "a TFLite operator names a tensor that does not exist");
  }
  const auto sane = [](std::int64_t value) { return value >= 1 && value <= 4096; };
  for (const std::int64_t value :
       {op.stride_h, op.stride_w, op.dilation_h, op.dilation_w, op.filter_h, op.filter_w}) {
    if (!sane(value)) return fail(ErrorCode::corrupt, "a TFLite operator's window is not sane");
  }
  const auto activation = static_cast<int>(op.activation);
  if (activation < 0 || activation > 3) {
    return fail(ErrorCode::invalid_argument,
                "the TFLite activation number " + std::to_string(activation) + " is not supported");
  }
  return {};
}

Result<TfliteTensor> read_tensor(const FlatTable& table, const std::vector<FlatTable>& buffers) {
  TfliteTensor out;
  out.name = table.text(TensorField::name);
  const auto type = table.scalar<std::int8_t>(TensorField::type, 0);
  if (type < 0 || type > 2) {
    return fail(ErrorCode::invalid_argument, "the TFLite tensor '" + out.name + "' has type " +
                                                 std::to_string(type) +
                                                 "; only float and int32 are supported");
  }
  out.type = TfliteType{type};
  for (const std::int32_t dim : table.ints(TensorField::shape)) out.shape.push_back(dim);
  const auto buffer = table.scalar<std::uint32_t>(TensorField::buffer, 0);
  if (buffer >= buffers.size()) return fail(ErrorCode::corrupt, "a TFLite buffer is missing");
  out.data = buffers[buffer].bytes(0);
  return out;
}

Status check_indices(const TfliteModel& model) {
  for (const auto* list : {&model.inputs, &model.outputs}) {
    for (const std::int32_t index : *list) {
      if (index < 0 || index >= static_cast<std::int64_t>(model.tensors.size())) {
        return fail(ErrorCode::corrupt, "a TFLite input or output does not exist");
      }
    }
  }
  return {};
}

Status read_operators(const FlatTable& root, const FlatTable& subgraph, TfliteModel& model) {
  const auto codes = root.tables(ModelField::codes);
  for (const FlatTable& table : subgraph.tables(SubgraphField::operators)) {
    const auto code = table.scalar<std::uint32_t>(OperatorField::code, 0);
    if (code >= codes.size()) return fail(ErrorCode::corrupt, "a TFLite operator has no code");
    TfliteOperator op;
    AIFLOW_ASSIGN(op.op, read_code(codes[code]));
    op.inputs = table.ints(OperatorField::inputs);
    op.outputs = table.ints(OperatorField::outputs);
    read_options(table.table(OperatorField::options), op);
    AIFLOW_TRY(check_operator(op, model.tensors.size()));
    model.operators.push_back(std::move(op));
  }
  return {};
}

}  // namespace

Result<TfliteModel> parse_tflite(std::span<const std::byte> bytes) {
  if (bytes.size() < 8 || std::memcmp(bytes.data() + 4, "TFL3", 4) != 0) {
    return fail(ErrorCode::corrupt, "the bytes are no TFLite model: the mark TFL3 is missing");
  }
  FlatBytes flat(bytes);
  const FlatTable root = FlatTable::root(flat);
  const auto subgraphs = root.tables(ModelField::subgraphs);
  const auto buffers = root.tables(ModelField::buffers);
  if (flat.failed() || subgraphs.empty()) {
    return fail(ErrorCode::corrupt, "the TFLite model is truncated or damaged");
  }
  TfliteModel model;
  const FlatTable& subgraph = subgraphs.front();
  const auto tensors = subgraph.tables(SubgraphField::tensors);
  if (tensors.size() > kTensorsMax) {
    return fail(ErrorCode::invalid_argument, "the TFLite model has too many tensors");
  }
  for (const FlatTable& table : tensors) {
    AIFLOW_ASSIGN(TfliteTensor tensor, read_tensor(table, buffers));
    model.tensors.push_back(std::move(tensor));
    if (flat.failed()) break;
  }
  model.inputs = subgraph.ints(SubgraphField::inputs);
  model.outputs = subgraph.ints(SubgraphField::outputs);
  if (!flat.failed()) AIFLOW_TRY(read_operators(root, subgraph, model));
  if (flat.failed()) {
    return fail(ErrorCode::corrupt, "the TFLite model is truncated or damaged");
  }
  AIFLOW_TRY(check_indices(model));
  return model;
}

}  // namespace aiflow::graph::detail

// SPDX-License-Identifier: Apache-2.0
#include "infer/oip.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace aiflow::infer {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

// ---- request

/// Member `key` of the object's "parameters"; null pointer when there is none.
const json::Value* parameter(const json::Value& object, std::string_view key) {
  const json::Value* parameters = object.find("parameters");
  return parameters ? parameters->find(key) : nullptr;
}

Result<bool> bool_parameter(const json::Value& object, std::string_view key, bool otherwise) {
  const json::Value* value = parameter(object, key);
  if (!value || value->is_null()) return otherwise;
  if (!value->is_bool()) return refuse("parameter '" + std::string(key) + "' must be a boolean");
  return value->as_bool();
}

Result<Shape> read_shape(const json::Value& input) {
  AIFLOW_ASSIGN(const json::Array* array, json::get_array(input, "shape"));
  if (array->size() > tensor::kRankMax) {
    return refuse("has " + std::to_string(array->size()) + " dimensions, at most " +
                  std::to_string(tensor::kRankMax) + " are possible");
  }
  std::vector<std::int64_t> dims;
  for (const auto& dim : *array) {
    if (!dim.is_int()) return refuse("'shape' must be an array of integers");
    dims.push_back(dim.as_int());
  }
  return Shape::make(dims);
}

/// Writes JSON numbers into a tensor one by one, however deep the arrays are nested.
class Filler {
 public:
  explicit Filler(Tensor& tensor)
      : tensor_(tensor), left_(static_cast<std::size_t>(tensor.elements())) {}

  Status fill_all(const json::Value& data) {
    AIFLOW_TRY(take(data));
    if (left_ == 0) return {};
    return refuse("has " + std::to_string(left_) + " elements fewer than its shape says");
  }

 private:
  Status take(const json::Value& value) {
    if (!value.is_array()) return put(value);
    for (const auto& item : value.as_array()) {  // depth is bounded by the parser
      AIFLOW_TRY(take(item));
    }
    return {};
  }

  Status put(const json::Value& value) {
    if (left_ == 0) return refuse("has more elements than its shape says");
    --left_;
    switch (tensor_.dtype()) {
      case DType::boolean: return put_bool(value);
      case DType::f32: return put_float<float>(value);
      case DType::f64: return put_float<double>(value);
      case DType::f16: return put_half(value, tensor::float_to_half);
      case DType::bf16: return put_half(value, tensor::float_to_bfloat16);
      case DType::i8: return put_int<std::int8_t>(value);
      case DType::u8: return put_int<std::uint8_t>(value);
      case DType::i16: return put_int<std::int16_t>(value);
      case DType::u16: return put_int<std::uint16_t>(value);
      case DType::i32: return put_int<std::int32_t>(value);
      case DType::u32: return put_int<std::uint32_t>(value);
      case DType::i64: return put_int<std::int64_t>(value);
      case DType::u64: return put_int<std::uint64_t>(value);
    }
    return refuse("has an unknown datatype");
  }

  template <class T>
  void store(T value) {
    std::memcpy(tensor_.bytes().data() + offset_, &value, sizeof value);
    offset_ += sizeof value;
  }
  [[nodiscard]] std::unexpected<Error> misfit() const {
    return refuse("has an element that is not " + std::string(tensor::to_string(tensor_.dtype())));
  }

  Status put_bool(const json::Value& value) {
    if (!value.is_bool()) return misfit();
    store(static_cast<std::uint8_t>(value.as_bool()));
    return {};
  }
  template <class T>
  Status put_float(const json::Value& value) {
    if (!value.is_number()) return misfit();
    const double number = value.as_double();
    if (std::abs(number) > static_cast<double>(std::numeric_limits<T>::max())) return misfit();
    store(static_cast<T>(number));
    return {};
  }
  Status put_half(const json::Value& value, std::uint16_t (*convert)(float)) {
    if (!value.is_number()) return misfit();
    store(convert(static_cast<float>(value.as_double())));
    return {};
  }
  template <class T>
  Status put_int(const json::Value& value) {
    if (!value.is_int() || !std::in_range<T>(value.as_int())) return misfit();
    store(static_cast<T>(value.as_int()));
    return {};
  }

  Tensor& tensor_;
  std::size_t left_;
  std::size_t offset_ = 0;
};

/// A body: how long its JSON is, and its binary part, taken piece by piece.
class Body {
 public:
  Body(std::string_view bytes, std::size_t json_bytes)
      : json_bytes_(json_bytes), rest_(bytes.substr(json_bytes)) {}

  Result<std::span<const std::byte>> take(const json::Value& size) {
    if (!size.is_int() || size.as_int() < 0) {
      return refuse("'binary_data_size' must be a non-negative integer");
    }
    const auto count = static_cast<std::uint64_t>(size.as_int());
    if (count > rest_.size()) return refuse("'binary_data_size' goes over the end of the body");
    const auto piece = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return std::as_bytes(std::span(piece.data(), piece.size()));
  }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] std::size_t json_bytes() const { return json_bytes_; }

 private:
  std::size_t json_bytes_;
  std::string_view rest_;
};

Result<Tensor> read_tensor_body(const json::Value& input, Body& body, const OipLimits& limits) {
  AIFLOW_ASSIGN(const auto datatype, json::get_string(input, "datatype"));
  AIFLOW_ASSIGN(const auto dtype, tensor::parse_dtype(datatype));
  AIFLOW_ASSIGN(auto shape, read_shape(input));
  const auto bytes = static_cast<std::size_t>(shape.elements()) * tensor::element_bytes(dtype);
  if (bytes > limits.tensor_bytes_max) {
    return refuse("is larger than " + std::to_string(limits.tensor_bytes_max) + " bytes");
  }
  if (parameter(input, "shared_memory_region")) return refuse("shared memory is not supported");
  if (const json::Value* size = parameter(input, "binary_data_size")) {
    AIFLOW_ASSIGN(const auto piece, body.take(*size));
    if (input.find("data")) return refuse("has both 'data' and 'binary_data_size'");
    return Tensor::from_bytes(dtype, std::move(shape), piece);
  }
  AIFLOW_TRY(json::get_array(input, "data"));
  // An element takes a character at least: a shape can't ask for more memory than the body has.
  if (static_cast<std::size_t>(shape.elements()) > body.json_bytes()) {
    return refuse("has fewer elements than its shape says");
  }
  Tensor tensor(dtype, std::move(shape));
  AIFLOW_TRY(Filler(tensor).fill_all(*input.find("data")));
  return tensor;
}

Result<OipTensor> read_tensor(const json::Value& input, Body& body, const OipLimits& limits) {
  AIFLOW_ASSIGN(auto name, json::get_string(input, "name"));
  auto tensor = read_tensor_body(input, body, limits);
  if (tensor) return OipTensor{std::move(name), *std::move(tensor)};
  return fail(std::move(tensor).error().with_context("input '" + name + "'"));
}

Result<std::vector<OipRequestedOutput>> read_outputs(const json::Value& request, bool binary) {
  std::vector<OipRequestedOutput> out;
  const json::Value* list = request.find("outputs");
  if (!list || list->is_null()) return out;
  if (!list->is_array()) return refuse("'outputs' must be an array");
  for (const auto& item : list->as_array()) {
    AIFLOW_ASSIGN(auto name, json::get_string(item, "name"));
    if (parameter(item, "classification") || parameter(item, "shared_memory_region")) {
      return refuse("output '" + name + "': classification and shared memory are not supported");
    }
    AIFLOW_ASSIGN(const bool own, bool_parameter(item, "binary_data", binary));
    out.push_back({std::move(name), own});
  }
  return out;
}

// ---- response

template <class T>
void append_numbers(std::string& out, std::span<const T> values) {
  char buffer[40];
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(values[i])) {  // JSON has no such numbers
        out += "null";
        continue;
      }
    }
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, values[i]).ptr;
    out.append(buffer, end);
  }
}

void append_data(std::string& out, const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::f32: return append_numbers(out, tensor.data<float>());
    case DType::f64: return append_numbers(out, tensor.data<double>());
    case DType::i8: return append_numbers(out, tensor.data<std::int8_t>());
    case DType::u8: return append_numbers(out, tensor.data<std::uint8_t>());
    case DType::i16: return append_numbers(out, tensor.data<std::int16_t>());
    case DType::u16: return append_numbers(out, tensor.data<std::uint16_t>());
    case DType::i32: return append_numbers(out, tensor.data<std::int32_t>());
    case DType::u32: return append_numbers(out, tensor.data<std::uint32_t>());
    case DType::i64: return append_numbers(out, tensor.data<std::int64_t>());
    case DType::u64: return append_numbers(out, tensor.data<std::uint64_t>());
    case DType::f16:
    case DType::bf16: {
      const auto floats = tensor::to_floats(tensor.view());
      return append_numbers(out, std::span<const float>(floats));
    }
    case DType::boolean: break;
  }
  const auto bytes = tensor.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += i > 0 ? "," : "";
    out += bytes[i] == std::byte{0} ? "false" : "true";
  }
}

std::string json_text(std::string_view text) { return json::write(json::Value(text)); }

std::string head_of(const engine::Output& output) {
  return "{\"name\":" + json_text(output.name) + ",\"datatype\":\"" +
         std::string(tensor::to_string(output.tensor.dtype())) +
         "\",\"shape\":" + tensor::to_string(output.tensor.shape());
}

json::Value to_metadata(const std::vector<wire::TensorSpec>& specs) {
  json::Value out{json::Array{}};
  for (const auto& spec : specs) out.push_back(to_json(spec));
  return out;
}

}  // namespace

Result<OipRequest> parse_oip_request(std::string_view bytes, std::optional<std::size_t> json_bytes,
                                     const OipLimits& limits) {
  const std::size_t length = json_bytes.value_or(bytes.size());
  if (length > bytes.size()) {
    return refuse(std::string(kOipHeaderLength) + " is larger than the body");
  }
  AIFLOW_ASSIGN(const auto value,
                json::parse(bytes.substr(0, length), {.depth_max = 64, .bytes_max = 256U << 20}));
  if (!value.is_object()) return refuse("the request must be a JSON object");
  OipRequest out;
  AIFLOW_ASSIGN(out.id, json::get_string_or(value, "id", ""));
  AIFLOW_ASSIGN(const json::Array* inputs, json::get_array(value, "inputs"));
  if (inputs->size() > limits.tensors_max) return refuse("the request has too many inputs");
  Body body(bytes, length);
  for (const auto& input : *inputs) {
    AIFLOW_ASSIGN(auto tensor, read_tensor(input, body, limits));
    out.inputs.push_back(std::move(tensor));
  }
  if (body.left() > 0) {
    return refuse("the body has " + std::to_string(body.left()) + " bytes that belong to no input");
  }
  AIFLOW_ASSIGN(out.binary_outputs, bool_parameter(value, "binary_data_output", false));
  AIFLOW_ASSIGN(out.outputs, read_outputs(value, out.binary_outputs));
  if (out.outputs.size() > limits.tensors_max) return refuse("the request has too many outputs");
  return out;
}

Result<OipReply> write_oip_response(const OipRequest& request, const OipModel& model,
                                    std::span<const engine::Output> outputs) {
  std::vector<OipRequestedOutput> wanted = request.outputs;
  if (wanted.empty()) {
    for (const auto& output : outputs) wanted.push_back({output.name, request.binary_outputs});
  }
  OipReply reply;
  std::string& text = reply.body;
  text =
      "{\"model_name\":" + json_text(model.name) + ",\"model_version\":" + json_text(model.version);
  if (!request.id.empty()) text += ",\"id\":" + json_text(request.id);
  text += ",\"outputs\":[";
  std::string binary;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto output = std::ranges::find(outputs, wanted[i].name, &engine::Output::name);
    if (output == outputs.end()) return refuse("the model has no output '" + wanted[i].name + "'");
    text += (i > 0 ? "," : "") + head_of(*output);
    if (wanted[i].binary) {
      const auto bytes = output->tensor.bytes();
      text += ",\"parameters\":{\"binary_data_size\":" + std::to_string(bytes.size()) + "}}";
      binary.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    } else {
      text += ",\"data\":[";
      append_data(text, output->tensor);
      text += "]}";
    }
  }
  text += "]}";
  const bool any_binary = std::ranges::any_of(wanted, &OipRequestedOutput::binary);
  if (any_binary) reply.json_bytes = text.size();
  text += binary;
  return reply;
}

json::Value oip_model_metadata(const wire::Description& description) {
  return json::object({{"name", description.model},
                       {"versions", json::Array{json::Value(description.version)}},
                       {"platform", description.engine},
                       {"inputs", to_metadata(description.inputs)},
                       {"outputs", to_metadata(description.outputs)}});
}

json::Value oip_server_metadata(std::string_view version) {
  return json::object({{"name", "aiflow"},
                       {"version", version},
                       {"extensions", json::Array{json::Value("binary_tensor_data")}}});
}

std::vector<engine::Input> oip_inputs(const OipRequest& request) {
  std::vector<engine::Input> out;
  for (const auto& input : request.inputs) out.push_back({input.name, input.tensor.view()});
  return out;
}

}  // namespace aiflow::infer

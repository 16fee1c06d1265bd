// SPDX-License-Identifier: Apache-2.0
#include "graph/detail/onnx_tensor.h"

#include <onnx.pb.h>

#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

namespace aiflow::graph::detail {
namespace {

using onnx::TensorProto;
using tensor::DType;
using tensor::Tensor;

// Tensors are stored little-endian in the file and copied as they are.
static_assert(std::endian::native == std::endian::little);

constexpr std::array<std::pair<std::int32_t, DType>, 13> kTypes{{
    {TensorProto::FLOAT, DType::f32},
    {TensorProto::DOUBLE, DType::f64},
    {TensorProto::FLOAT16, DType::f16},
    {TensorProto::BFLOAT16, DType::bf16},
    {TensorProto::INT8, DType::i8},
    {TensorProto::UINT8, DType::u8},
    {TensorProto::INT16, DType::i16},
    {TensorProto::UINT16, DType::u16},
    {TensorProto::INT32, DType::i32},
    {TensorProto::UINT32, DType::u32},
    {TensorProto::INT64, DType::i64},
    {TensorProto::UINT64, DType::u64},
    {TensorProto::BOOL, DType::boolean},
}};

/// Elements kept one per entry of a repeated field, narrowed to T.
template <class T, class Field>
Result<Tensor> from_field(DType dtype, const tensor::Shape& shape, const Field& field) {
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(field.size()));
  for (const auto value : field) values.push_back(static_cast<T>(value));
  return Tensor::from_bytes(dtype, shape, std::as_bytes(std::span<const T>(values)));
}

Result<Tensor> from_fields(DType dtype, const tensor::Shape& shape, const TensorProto& proto) {
  switch (dtype) {
    case DType::f32: return from_field<float>(dtype, shape, proto.float_data());
    case DType::f64: return from_field<double>(dtype, shape, proto.double_data());
    case DType::i64: return from_field<std::int64_t>(dtype, shape, proto.int64_data());
    case DType::u64: return from_field<std::uint64_t>(dtype, shape, proto.uint64_data());
    case DType::u32: return from_field<std::uint32_t>(dtype, shape, proto.uint64_data());
    case DType::i32: return from_field<std::int32_t>(dtype, shape, proto.int32_data());
    case DType::i8: return from_field<std::int8_t>(dtype, shape, proto.int32_data());
    case DType::i16: return from_field<std::int16_t>(dtype, shape, proto.int32_data());
    case DType::u8:
    case DType::boolean: return from_field<std::uint8_t>(dtype, shape, proto.int32_data());
    case DType::f16:
    case DType::bf16:
    case DType::u16: return from_field<std::uint16_t>(dtype, shape, proto.int32_data());
  }
  return fail(ErrorCode::internal, "unknown tensor type");
}

}  // namespace

Result<DType> dtype_of(std::int32_t onnx_type) {
  for (const auto& [type, dtype] : kTypes) {
    if (type == onnx_type) return dtype;
  }
  return fail(ErrorCode::invalid_argument,
              "the ONNX element type " + std::to_string(onnx_type) + " is not supported");
}

std::int32_t onnx_type(DType dtype) {
  for (const auto& [type, known] : kTypes) {
    if (known == dtype) return type;
  }
  return TensorProto::UNDEFINED;
}

Result<Tensor> read_tensor(const TensorProto& proto) {
  if (proto.data_location() == TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    return fail(ErrorCode::invalid_argument,
                "its data is in another file; save the model as one file");
  }
  if (proto.has_segment()) {
    return fail(ErrorCode::invalid_argument, "tensors in segments are not supported");
  }
  AIFLOW_ASSIGN(const DType dtype, dtype_of(proto.data_type()));
  AIFLOW_ASSIGN(
      const tensor::Shape shape,
      tensor::Shape::make({proto.dims().data(), static_cast<std::size_t>(proto.dims_size())}));
  auto made =
      proto.has_raw_data()
          ? Tensor::from_bytes(dtype, shape, std::as_bytes(std::span<const char>(proto.raw_data())))
          : from_fields(dtype, shape, proto);
  if (!made) return fail(ErrorCode::corrupt, made.error().message);
  return made;
}

void write_tensor(const Tensor& value, TensorProto& proto) {
  proto.set_data_type(onnx_type(value.dtype()));
  for (const std::int64_t dim : value.shape().dims()) proto.add_dims(dim);
  const auto bytes = value.bytes();
  proto.set_raw_data(bytes.data(), bytes.size());
}

}  // namespace aiflow::graph::detail

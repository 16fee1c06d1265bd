// SPDX-License-Identifier: Apache-2.0
#include "tensor/dtype.h"

#include <array>
#include <bit>
#include <string>

#include "base/assert.h"

namespace aiflow::tensor {
namespace {

struct DTypeInfo {
  DType dtype;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array kInfos{
    DTypeInfo{DType::f32, "FP32", 4},     DTypeInfo{DType::f64, "FP64", 8},
    DTypeInfo{DType::f16, "FP16", 2},     DTypeInfo{DType::bf16, "BF16", 2},
    DTypeInfo{DType::i8, "INT8", 1},      DTypeInfo{DType::u8, "UINT8", 1},
    DTypeInfo{DType::i16, "INT16", 2},    DTypeInfo{DType::u16, "UINT16", 2},
    DTypeInfo{DType::i32, "INT32", 4},    DTypeInfo{DType::u32, "UINT32", 4},
    DTypeInfo{DType::i64, "INT64", 8},    DTypeInfo{DType::u64, "UINT64", 8},
    DTypeInfo{DType::boolean, "BOOL", 1},
};

const DTypeInfo& info_of(DType dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  AIFLOW_ASSERT(index < kInfos.size() && kInfos[index].dtype == dtype);
  return kInfos[index];
}

/// Shifts right by `shift` (1..31), rounding to nearest, ties to even.
std::uint32_t shift_right_rounded(std::uint32_t value, std::uint32_t shift) {
  const std::uint32_t half = 1U << (shift - 1);
  const std::uint32_t rest = value & ((1U << shift) - 1);
  const std::uint32_t quotient = value >> shift;
  const bool up = rest > half || (rest == half && (quotient & 1U) != 0);
  return quotient + (up ? 1U : 0U);
}

}  // namespace

std::size_t element_bytes(DType dtype) { return info_of(dtype).bytes; }

std::string_view to_string(DType dtype) { return info_of(dtype).name; }

Result<DType> parse_dtype(std::string_view name) {
  for (const DTypeInfo& info : kInfos) {
    if (info.name == name) return info.dtype;
  }
  return fail(ErrorCode::invalid_argument, "unknown tensor type '" + std::string(name) + "'");
}

std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (magnitude > 0x7F800000U) {
    half = 0x7E00U;  // NaN, quiet
  } else if (magnitude >= 0x47800000U) {
    half = 0x7C00U;  // 65536 and above, infinity
  } else if (magnitude >= 0x38800000U) {
    // Normal: rebias the exponent from 127 to 15; a carry out of the mantissa is right as it is.
    half = shift_right_rounded(magnitude - 0x38000000U, 13);
  } else if (magnitude >= 0x33000000U) {
    // Subnormal: the value is mantissa * 2^(exponent - 150), the unit of a half is 2^-24.
    const std::uint32_t mantissa = (magnitude & 0x007FFFFFU) | 0x00800000U;
    half = shift_right_rounded(mantissa, 126U - (magnitude >> 23));
  }
  return static_cast<std::uint16_t>(sign | half);
}

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1FU;
  const std::uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 0x1FU) return std::bit_cast<float>(sign | 0x7F800000U | (mantissa << 13));
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1.0p-24F;
    return sign == 0 ? magnitude : -magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112U) << 23) | (mantissa << 13));
}

std::uint16_t float_to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return static_cast<std::uint16_t>((bits >> 16) | 0x40U);
  return static_cast<std::uint16_t>(shift_right_rounded(bits, 16));
}

float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace aiflow::tensor

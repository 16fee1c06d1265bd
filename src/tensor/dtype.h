// SPDX-License-Identifier: Apache-2.0
// Element types of tensors and the conversions between float and the 16-bit floating formats.
// Pure: no input or output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace aiflow::tensor {

enum class DType : std::uint8_t {
  f32,
  f64,
  f16,   ///< IEEE 754 binary16
  bf16,  ///< upper half of binary32
  i8,
  u8,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  boolean,  ///< one byte, 0 or 1
};

/// Bytes of one element: 1, 2, 4 or 8.
[[nodiscard]] std::size_t element_bytes(DType dtype);

/// The Open Inference Protocol's name: "FP32", "FP64", "FP16", "BF16", "INT8", "UINT8", …, "BOOL".
[[nodiscard]] std::string_view to_string(DType dtype);

/// Reads a name as to_string writes it. Errors: invalid_argument.
[[nodiscard]] Result<DType> parse_dtype(std::string_view name);

/// Rounds to nearest, ties to even; overflow gives infinity, NaN stays NaN, subnormals are kept.
[[nodiscard]] std::uint16_t float_to_half(float value);
[[nodiscard]] float half_to_float(std::uint16_t bits);

/// Rounds to nearest, ties to even; NaN stays NaN.
[[nodiscard]] std::uint16_t float_to_bfloat16(float value);
[[nodiscard]] float bfloat16_to_float(std::uint16_t bits);

}  // namespace aiflow::tensor

// SPDX-License-Identifier: Apache-2.0
// A TFLite file as plain data, before it becomes a Graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace aiflow::graph::detail {

enum class TfliteType : std::int8_t { f32 = 0, f16 = 1, i32 = 2 };

enum class TfliteOp : std::int32_t {
  add = 0,
  average_pool_2d = 1,
  concatenation = 2,
  conv_2d = 3,
  depthwise_conv_2d = 4,
  dequantize = 6,
  logistic = 14,
  max_pool_2d = 17,
  mul = 18,
  relu = 19,
  relu6 = 21,
  reshape = 22,
  softmax = 25,
};

enum class TfliteActivation : std::int8_t { none = 0, relu = 1, relu_n1_to_1 = 2, relu6 = 3 };

struct TfliteTensor {
  std::string name;
  TfliteType type = TfliteType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;  ///< empty: calculated
};

/// The union of the operators' options; those an operator does not have keep their defaults.
struct TfliteOperator {
  TfliteOp op = TfliteOp::add;
  std::vector<std::int32_t> inputs;  ///< -1 = absent
  std::vector<std::int32_t> outputs;
  TfliteActivation activation = TfliteActivation::none;
  bool same_padding = true;
  std::int64_t stride_h = 1;
  std::int64_t stride_w = 1;
  std::int64_t dilation_h = 1;
  std::int64_t dilation_w = 1;
  std::int64_t filter_h = 1;
  std::int64_t filter_w = 1;
  std::int64_t axis = 0;
  float beta = 1;
};

struct TfliteModel {
  std::vector<TfliteTensor> tensors;
  std::vector<TfliteOperator> operators;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
};

/// The tensors' data point into `bytes`. All indices are in range; every operator has at least one
/// input and exactly one output. Errors: as read_tflite.
[[nodiscard]] Result<TfliteModel> parse_tflite(std::span<const std::byte> bytes);

}  // namespace aiflow::graph::detail

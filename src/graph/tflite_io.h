// SPDX-License-Identifier: Apache-2.0
// Reads TFLite files into ONNX terms. Pictures turn from NHWC to NCHW: weights are transposed, and
// a Transpose node stands only where a Reshape, a Concat along another axis or an output needs the
// original order. SAME padding is made explicit; fused activations become Relu or Clip.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "graph/graph.h"

namespace aiflow::graph {

/// Float models with weights as FP32 or FP16 (through DEQUANTIZE). Operators: CONV_2D,
/// DEPTHWISE_CONV_2D, ADD, MUL, RESHAPE, CONCATENATION, DEQUANTIZE, AVERAGE_POOL_2D, MAX_POOL_2D,
/// LOGISTIC, SOFTMAX, RELU, RELU6.
/// Errors: corrupt (no TFLite file, truncated, offsets outside the bytes), invalid_argument
/// (another operator or type, by name).
[[nodiscard]] Result<Graph> read_tflite(std::span<const std::byte> bytes);

}  // namespace aiflow::graph

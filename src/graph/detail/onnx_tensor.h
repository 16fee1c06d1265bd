// SPDX-License-Identifier: Apache-2.0
// ONNX tensors as protobuf messages <-> Tensor. For the .cpp files that include onnx.pb.h.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "tensor/tensor.h"

namespace onnx {
class TensorProto;
}

namespace aiflow::graph::detail {

/// Of onnx.TensorProto.DataType. Errors: invalid_argument for strings, complex, 8-bit floats, ….
[[nodiscard]] Result<tensor::DType> dtype_of(std::int32_t onnx_type);
[[nodiscard]] std::int32_t onnx_type(tensor::DType dtype);

/// Errors: corrupt when the data is not as long as the dimensions say; invalid_argument for
/// external data and unsupported types.
[[nodiscard]] Result<tensor::Tensor> read_tensor(const onnx::TensorProto& proto);
void write_tensor(const tensor::Tensor& value, onnx::TensorProto& proto);

}  // namespace aiflow::graph::detail

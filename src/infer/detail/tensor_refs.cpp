// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "infer/detail/tensor_refs.h"
#include "infer/message.h"

namespace aiflow::infer {
namespace {
constexpr std::size_t kAlignment = 64;
}

Result<Packed> pack_tensors(std::span<const NamedView> tensors) {
  Packed out;
  std::size_t total = 0;
  for (const auto& [name, view] : tensors) {
    const std::size_t offset = (total + kAlignment - 1) / kAlignment * kAlignment;
    const std::size_t bytes = view.bytes().size();
    if (offset > kPayloadBytesMax || bytes > kPayloadBytesMax - offset) {
      return fail(ErrorCode::invalid_argument, "the tensors are larger than 256 MiB in all");
    }
    const auto dims = view.shape().dims();
    out.refs.push_back({.name = name,
                        .datatype = std::string(tensor::to_string(view.dtype())),
                        .shape = {dims.begin(), dims.end()},
                        .offset = static_cast<std::int64_t>(offset),
                        .size = static_cast<std::int64_t>(bytes)});
    total = offset + bytes;
  }
  out.payload.resize(total);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto bytes = tensors[i].view.bytes();
    if (bytes.empty()) continue;
    std::memcpy(out.payload.data() + out.refs[i].offset, bytes.data(), bytes.size());
  }
  return out;
}

Result<tensor::Tensor> read_tensor(const wire::TensorRef& ref, std::string_view payload) {
  const auto size = static_cast<std::int64_t>(payload.size());
  if (ref.offset < 0 || ref.size < 0 || ref.offset > size || ref.size > size - ref.offset) {
    return fail(ErrorCode::invalid_argument,
                "tensor '" + ref.name + "' lies outside the message's payload");
  }
  const auto read = [&]() -> Result<tensor::Tensor> {
    AIFLOW_ASSIGN(const auto dtype, tensor::parse_dtype(ref.datatype));
    AIFLOW_ASSIGN(auto shape, tensor::Shape::make(ref.shape));
    const auto bytes =
        payload.substr(static_cast<std::size_t>(ref.offset), static_cast<std::size_t>(ref.size));
    return tensor::Tensor::from_bytes(dtype, std::move(shape),
                                      std::as_bytes(std::span(bytes.data(), bytes.size())));
  };
  auto tensor = read();
  if (tensor) return tensor;
  return fail(std::move(tensor).error().with_context("tensor '" + ref.name + "'"));
}

}  // namespace aiflow::infer

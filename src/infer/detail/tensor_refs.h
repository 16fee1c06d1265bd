// SPDX-License-Identifier: Apache-2.0
// Tensors in a message's payload: packing on one side, checked reading on the other.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "wire/inference.h"

namespace aiflow::infer {

struct Packed {
  std::vector<wire::TensorRef> refs;
  std::vector<std::byte> payload;
};
struct NamedView {
  std::string name;
  tensor::TensorView view;
};
/// Each tensor starts at a multiple of 64 bytes. Errors: invalid_argument when over the payload
/// limit.
[[nodiscard]] Result<Packed> pack_tensors(std::span<const NamedView> tensors);

/// The tensor a ref speaks of, copied: a payload's bytes need not be aligned.
/// Errors: invalid_argument when type, shape, offset and size do not fit each other or the payload.
[[nodiscard]] Result<tensor::Tensor> read_tensor(const wire::TensorRef& ref,
                                                 std::string_view payload);

}  // namespace aiflow::infer

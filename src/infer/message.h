// SPDX-License-Identifier: Apache-2.0
// One message of the inference and camera protocols (api/inference.yaml): u32 big-endian JSON
// length, u32 big-endian payload length, JSON with a "type" member, payload bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::infer {

inline constexpr std::size_t kJsonBytesMax = 1U << 20;
inline constexpr std::size_t kPayloadBytesMax = 256U << 20;

struct Message {
  std::string type;  ///< "Describe", "Infer", … as spelt in the yaml
  json::Value body;
  std::string payload;
};

/// What is sent: as Message, but the payload is borrowed.
struct Outgoing {
  std::string_view type;
  json::Value body;
  std::span<const std::byte> payload = {};
};

/// Errors: invalid_argument (over a limit, nothing was sent), timeout, unavailable (the peer is
/// gone).
[[nodiscard]] Status send_message(int fd, Outgoing message, Deadline deadline);

/// Errors: timeout, unavailable (the peer is gone), corrupt (lengths over the limits, no JSON, no
/// type); the stream can't be used after an error.
[[nodiscard]] Result<Message> recv_message(int fd, Deadline deadline);

}  // namespace aiflow::infer

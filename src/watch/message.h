// SPDX-License-Identifier: Apache-2.0
// One message between the server and a camera process: JSON with a "type" member, and bytes.
// On the wire: u32 big-endian JSON length, u32 big-endian payload length, JSON, payload.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::watch {

inline constexpr std::size_t kJsonBytesMax = 1U << 20;
inline constexpr std::size_t kPayloadBytesMax = 256U << 20;

struct Message {
  std::string type;     ///< "FrameReport"
  json::Value body;     ///< an object
  std::string payload;  ///< a JPEG, or empty
};

/// Adds the type to the body and sends all of it. Errors: timeout, unavailable (the peer is gone).
[[nodiscard]] Status send_message(int fd, const Message& message, Deadline deadline);

/// Errors: timeout, unavailable (the peer is gone), corrupt (lengths over the limit, no JSON
/// object, no type); nothing is allocated for a length over the limit.
[[nodiscard]] Result<Message> recv_message(int fd, Deadline deadline);

}  // namespace aiflow::watch

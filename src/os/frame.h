// SPDX-License-Identifier: Apache-2.0
// Frames on a byte stream: a 4-byte big-endian length, then that many bytes (the worker, inference
// and camera protocols). Pure: bytes in, bytes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::os {

inline constexpr std::size_t kFrameHeaderBytes = 4;

/// Header + payload. The payload must be shorter than 4 GiB (asserted).
[[nodiscard]] std::string encode_frame(std::string_view payload);

/// Collects bytes as they come and cuts them into payloads.
class FrameReader {
 public:
  explicit FrameReader(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next whole payload, nullopt when more bytes are needed.
  /// Errors: corrupt when the length is over the limit; the stream cannot be used after it.
  [[nodiscard]] Result<std::optional<std::string>> next();
  /// Bytes that wait for the rest of their frame.
  [[nodiscard]] std::size_t pending_bytes() const { return buffer_.size() - start_; }

 private:
  std::size_t payload_bytes_max_;
  std::string buffer_;
  std::size_t start_ = 0;
};

}  // namespace aiflow::os

// SPDX-License-Identifier: Apache-2.0
#include "os/frame.h"

#include "base/assert.h"

namespace aiflow::os {

std::string encode_frame(std::string_view payload) {
  AIFLOW_ASSERT(payload.size() <= UINT32_MAX);
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::string frame;
  frame.reserve(kFrameHeaderBytes + payload.size());
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame.push_back(static_cast<char>((size >> shift) & 0xFF));
  }
  frame.append(payload);
  return frame;
}

Result<std::optional<std::string>> FrameReader::next() {
  if (pending_bytes() < kFrameHeaderBytes) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < kFrameHeaderBytes; ++i) {
    size = size << 8 | static_cast<unsigned char>(buffer_[start_ + i]);
  }
  if (size > payload_bytes_max_) {
    return fail(ErrorCode::corrupt, "frame of " + std::to_string(size) +
                                        " bytes is over the limit of " +
                                        std::to_string(payload_bytes_max_));
  }
  if (pending_bytes() < kFrameHeaderBytes + size) return std::nullopt;
  std::string payload = buffer_.substr(start_ + kFrameHeaderBytes, size);
  start_ += kFrameHeaderBytes + size;
  // Moving the rest down only when half is used keeps the cost linear in the bytes.
  if (start_ * 2 >= buffer_.size()) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  return payload;
}

}  // namespace aiflow::os

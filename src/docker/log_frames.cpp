// SPDX-License-Identifier: Apache-2.0
#include "docker/log_frames.h"

#include <algorithm>

#include "base/clock.h"

namespace aiflow::docker {
namespace {

constexpr std::size_t kHeaderBytes = 8;
/// "2026-11-28T17:24:18.123456789Z"
constexpr std::size_t kTimeBytes = 30;

std::uint32_t length_of(std::string_view header) {
  std::uint32_t length = 0;
  for (std::size_t i = 4; i < kHeaderBytes; ++i) {
    length = length << 8U | static_cast<unsigned char>(header[i]);
  }
  return length;
}

bool is_time(std::string_view text) {
  if (text.size() != kTimeBytes || text[10] != 'T' || text[19] != '.' || text.back() != 'Z') {
    return false;
  }
  return std::ranges::all_of(text.substr(20, 9), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Status LogFrames::feed(std::string_view bytes,
                       const std::function<void(Stream, std::string_view)>& on_frame) {
  rest_.append(bytes);
  std::size_t at = 0;
  while (rest_.size() - at >= kHeaderBytes) {
    const std::string_view left = std::string_view(rest_).substr(at);
    const auto stream = static_cast<unsigned char>(left[0]);
    const std::size_t length = length_of(left);
    if (stream > 2 || length > kLogFrameBytesMax) {
      return fail(ErrorCode::corrupt, "the Docker daemon sent a log that cannot be read");
    }
    if (left.size() < kHeaderBytes + length) break;
    // 0 is the standard input, which the protocol has as well: shown as output.
    on_frame(stream == 2 ? Stream::standard_error : Stream::standard_out,
             left.substr(kHeaderBytes, length));
    at += kHeaderBytes + length;
  }
  rest_.erase(0, at);
  return {};
}

std::string_view LogPlace::take(std::string_view frame) {
  const std::string_view time = frame.substr(0, std::min(kTimeBytes, frame.size()));
  if (!is_time(time)) return frame;
  if (time == last_ && repeated_ < at_last_) {
    ++repeated_;
    return {};
  }
  if (time > last_) {
    last_ = time;
    at_last_ = 0;
  }
  // Standard error may be some microseconds behind standard output: older frames are new ones too.
  if (time == last_) repeated_ = ++at_last_;
  return frame.substr(std::min(kTimeBytes + 1, frame.size()));
}

std::string LogPlace::since() const {
  if (last_.empty()) return {};
  const auto second = parse_time(last_.substr(0, 19) + "Z");
  if (!second) return {};
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(second->time_since_epoch()).count();
  return std::to_string(seconds) + last_.substr(19, 10);
}

}  // namespace aiflow::docker

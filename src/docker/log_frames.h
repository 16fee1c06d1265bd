// SPDX-License-Identifier: Apache-2.0
// What a container prints, as the daemon sends it: frames with an 8-byte header (stream, three
// zeros, big-endian length). Pure: bytes in, pieces of output out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::docker {

enum class Stream : std::uint8_t { standard_out = 1, standard_error = 2 };

/// Longer frames are none of a container's: the daemon cuts lines into 16 KiB.
inline constexpr std::size_t kLogFrameBytesMax = 1U << 20;

class LogFrames {
 public:
  /// Calls `on_frame` for each frame that these bytes complete; the text lives for the call alone.
  /// Errors: corrupt for an unknown stream or a longer frame; nothing can be read after it.
  [[nodiscard]] Status feed(std::string_view bytes,
                            const std::function<void(Stream, std::string_view)>& on_frame);
  /// Bytes of a frame that has not come wholly.
  [[nodiscard]] std::size_t pending_bytes() const { return rest_.size(); }

 private:
  std::string rest_;
};

/// Where in a container's output a reader is, by the time that the daemon puts before each frame:
/// so that a second reading goes on where the first one was cut off.
class LogPlace {
 public:
  /// The frame's text without its time; nothing when an earlier reading has had it already.
  /// A frame without a time is taken as it is.
  [[nodiscard]] std::string_view take(std::string_view frame);
  /// The reader asks for the output from since() on: what it gets first are frames of that time,
  /// as many of them as had come are dropped.
  void start_again() { repeated_ = 0; }
  /// "1700000000.123456789", as the `since` of a request; empty = from the start.
  [[nodiscard]] std::string since() const;

 private:
  std::string last_;           ///< RFC 3339 with nine digits: sorts as text
  std::uint64_t at_last_ = 0;  ///< frames of that time that were taken
  std::uint64_t repeated_ = 0;
};

}  // namespace aiflow::docker

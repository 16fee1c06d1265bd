// SPDX-License-Identifier: Apache-2.0
// The decoding thread of a camera: source -> queue, in real time where asked, with reconnects.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "media/source.h"
#include "wire/camera.h"

namespace aiflow::watch {

/// Waits that end at once when a stop is requested.
class Pause {
 public:
  /// False when it was stopped.
  bool wait(const std::stop_token& stop, Duration duration) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
};

/// 1, 2, 4, ... seconds up to 30.
class BackOff {
 public:
  Duration next();
  void reset() { pause_ = kFirst; }

 private:
  static constexpr Duration kFirst = std::chrono::seconds(1);
  static constexpr Duration kLast = std::chrono::seconds(30);
  Duration pause_ = kFirst;
};

struct DecodedFrame {
  media::Frame frame;
  Duration decode_time{0};
  std::int64_t frames_total = 0;  ///< one past the last frame that will come; 0 = unknown
};

class Feeder {
 public:
  Feeder(const Clock& clock, const wire::CameraConfig& config);

  /// Fills the queue until the source ends, then closes it.
  void run(const std::stop_token& stop);

  [[nodiscard]] BoundedQueue<DecodedFrame>& queue() { return queue_; }
  // After run():
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::int64_t decode_errors() const { return decode_errors_; }

 private:
  Status play(const std::stop_token& stop);
  Status push(DecodedFrame decoded, bool live, const std::stop_token& stop);
  bool pace(Duration media_time, const std::stop_token& stop);

  const Clock& clock_;
  const wire::CameraConfig& config_;
  BoundedQueue<DecodedFrame> queue_;
  Pause pause_;
  BackOff back_off_;
  std::optional<Error> error_;
  std::int64_t decode_errors_ = 0;
  bool reconnects_;
  SteadyTime started_;
  // Live sources go on counting over reconnects.
  std::int64_t next_index_ = 0;
  Duration last_time_{-1};
  std::optional<Duration> time_offset_;      ///< of this connection
  std::optional<SteadyTime> playing_since_;  ///< when media time 0 would have been
};

/// True for sources that are cameras by their scheme: an unreachable one is tried again for ever.
[[nodiscard]] bool is_stream(std::string_view source);

}  // namespace aiflow::watch

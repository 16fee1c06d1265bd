// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <utility>

#include "watch/detail/feeder.h"

namespace aiflow::watch {
namespace {

constexpr std::size_t kQueueFrames = 2;

WhenFull policy_of(const wire::CameraConfig& config) {
  return config.realtime || is_stream(config.source) ? WhenFull::drop_oldest : WhenFull::block;
}

media::SourceOptions options_of(const wire::CameraConfig& config, const std::stop_token& stop) {
  media::SourceOptions options;
  options.start_frame = config.start_frame;
  options.end_frame = config.end_frame;
  options.stop = stop;
  if (config.detect_fps > 0) {
    options.interval_min = Duration(static_cast<std::int64_t>(1e6 / config.detect_fps));
  }
  return options;
}

}  // namespace

bool is_stream(std::string_view source) {
  std::string start(source.substr(0, 8));
  std::ranges::transform(start, start.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return start.starts_with("rtsp://") || start.starts_with("rtsps://");
}

Duration BackOff::next() { return std::exchange(pause_, std::min(pause_ * 2, kLast)); }

Feeder::Feeder(const Clock& clock, const wire::CameraConfig& config)
    : clock_(clock),
      config_(config),
      queue_(kQueueFrames, policy_of(config)),
      reconnects_(is_stream(config.source)),
      started_(clock.steady_now()) {}

void Feeder::run(const std::stop_token& stop) {
  while (true) {
    const Status played = play(stop);
    const bool over = played || played.error().code == ErrorCode::cancelled || !reconnects_;
    if (over || !pause_.wait(stop, back_off_.next())) {
      if (!played) error_ = played.error();
      queue_.close();
      return;
    }
  }
}

/// One connection, or the whole file.
Status Feeder::play(const std::stop_token& stop) {
  AIFLOW_ASSIGN(auto source, media::Source::open(config_.source, options_of(config_, stop)));
  const bool live = source.info().live;
  reconnects_ = reconnects_ || live;
  time_offset_.reset();
  std::int64_t total = source.info().frames_total;
  if (config_.end_frame)
    total = total > 0 ? std::min(total, *config_.end_frame) : *config_.end_frame;
  const std::int64_t errors_before = decode_errors_;
  while (true) {
    const SteadyTime begin = clock_.steady_now();
    auto frame = source.next();
    decode_errors_ = errors_before + source.decode_errors();
    if (!frame) return fail(std::move(frame).error());
    if (!*frame) return {};
    back_off_.reset();
    AIFLOW_TRY(push({**std::move(frame), clock_.steady_now() - begin, total}, live, stop));
  }
}

Status Feeder::push(DecodedFrame decoded, bool live, const std::stop_token& stop) {
  media::Frame& frame = decoded.frame;
  if (live) {
    if (!time_offset_) time_offset_ = clock_.steady_now() - started_ - frame.time;
    frame.index = next_index_++;
    frame.time = std::max(frame.time + *time_offset_, last_time_ + Duration{1});
    last_time_ = frame.time;
  } else if (config_.realtime && !pace(frame.time, stop)) {
    return fail(ErrorCode::cancelled, "stopped");
  }
  if (!queue_.push(std::move(decoded))) return fail(ErrorCode::cancelled, "stopped");
  return {};
}

/// Waits until the frame is due; false when it was stopped.
bool Feeder::pace(Duration media_time, const std::stop_token& stop) {
  const SteadyTime now = clock_.steady_now();
  if (!playing_since_) playing_since_ = now - media_time;
  const SteadyTime due = *playing_since_ + media_time;
  return due <= now || pause_.wait(stop, due - now);
}

}  // namespace aiflow::watch

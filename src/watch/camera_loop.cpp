// SPDX-License-Identifier: Apache-2.0
#include "watch/camera_loop.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "media/image.h"
#include "watch/detail/feeder.h"
#include "watch/rule_config.h"
#include "watch/scene.h"

namespace aiflow::watch {
namespace {

constexpr int kLiveQuality = 75;
constexpr int kSnapshotQuality = 85;
/// Between pictures while nobody watches: the server always has a recent one to show.
constexpr Duration kStillEvery = std::chrono::seconds(1);
/// How long a file waits for a detector that is away; a camera waits for ever.
constexpr Duration kDetectorPatience = std::chrono::seconds(60);
constexpr Duration kRetryFirst = std::chrono::milliseconds(100);
constexpr Duration kRetryLast = std::chrono::seconds(2);

double mean(Duration sum, std::int64_t count) {
  return count > 0 ? static_cast<double>(sum.count()) / static_cast<double>(count) : 0;
}

Result<SceneOptions> scene_options(const wire::CameraConfig& config, const Clock& clock) {
  AIFLOW_ASSIGN(auto rules, to_rules(config.rules));
  SceneOptions options;
  options.event_key = config.event_key.value_or(config.camera_id);
  // A live camera's media time starts at 0 with each process: its events must differ all the same.
  if (is_stream(config.source)) options.event_key += "@" + format_time(clock.now());
  options.rules = std::move(rules);
  options.classes = config.classes;
  options.tracker = tracker_options(config.score_min);
  return options;
}

/// The calling thread's half of the loop.
class Analysis {
 public:
  struct Context {
    CameraLoop::Parts parts;
    const wire::CameraConfig& config;
    const std::atomic<bool>& live;
    Feeder& feeder;
    std::stop_token stop;
  };
  Analysis(Context context, SceneOptions options)
      : context_(std::move(context)),
        clock_(context_.parts.clock),
        score_asked_(options.tracker.score_low),
        scene_(clock_, std::move(options)),
        started_(clock_.steady_now()) {}

  /// Until the queue is closed and empty, or a failure.
  Status run() {
    while (auto decoded = context_.feeder.queue().pop()) {
      if (context_.stop.stop_requested()) return fail(ErrorCode::cancelled, "stopped");
      AIFLOW_TRY(process(*decoded));
      last_ = std::move(decoded->frame);
    }
    return {};
  }

  /// Ends open events, even after a failure.
  Status finish() {
    if (!last_) return {};
    return send(*last_, scene_.finish());
  }

  /// Empty when there was no frame, or when it does not encode: a picture less fails no camera.
  [[nodiscard]] std::vector<std::uint8_t> last_picture() const {
    if (!last_) return {};
    return media::encode_jpeg(*last_->image, kLiveQuality).value_or(std::vector<std::uint8_t>{});
  }

  [[nodiscard]] wire::CameraEnded summary() const {
    wire::CameraEnded out;
    out.frames = frames_;
    out.events = events_;
    out.dropped = dropped();
    const Duration took = clock_.steady_now() - started_;
    out.seconds = std::chrono::duration<double>(took).count();
    out.decode_us_mean = mean(decode_sum_, frames_);
    out.detect_us_mean = mean(run_sum_, frames_);
    out.overhead_us_mean = mean(overhead_sum_, frames_);
    return out;
  }

 private:
  Status process(const DecodedFrame& decoded) {
    const SteadyTime begin = clock_.steady_now();
    const media::Frame& frame = decoded.frame;
    AIFLOW_ASSIGN(Detected detected, detect(frame));
    AIFLOW_ASSIGN(const SceneStep step, scene_.update(frame, std::move(detected.detections)));
    const SteadyTime encode_begin = clock_.steady_now();
    AIFLOW_ASSIGN(const auto picture, picture_of(frame));
    wire::FrameReport report = scene_.report(frame, step);
    report.encode_us = (clock_.steady_now() - encode_begin).count();
    report.frames_total = decoded.frames_total;
    report.dropped = dropped();
    report.decode_us = decoded.decode_time.count();
    report.detect_us = detected.run.count();
    AIFLOW_TRY(context_.parts.sink.frame(report, picture));
    AIFLOW_TRY(send(frame, step.events));
    ++frames_;
    decode_sum_ += decoded.decode_time;
    run_sum_ += detected.run;
    overhead_sum_ += clock_.steady_now() - begin - detected.run - detected.queue - waited_;
    return {};
  }

  /// Asks again while the detector is away.
  Result<Detected> detect(const media::Frame& frame) {
    const SteadyTime begin = clock_.steady_now();
    const bool file = !is_stream(context_.config.source);
    Duration pause = kRetryFirst;
    waited_ = Duration{0};
    while (true) {
      auto detected = context_.parts.detector.detect(frame, score_asked_);
      if (detected) return detected;
      const ErrorCode code = detected.error().code;
      const bool passing = code == ErrorCode::unavailable || code == ErrorCode::timeout;
      waited_ = clock_.steady_now() - begin;
      if (!passing || (file && waited_ >= kDetectorPatience)) return detected;
      if (!pause_.wait(context_.stop, pause)) return fail(ErrorCode::cancelled, "stopped");
      pause = std::min(pause * 2, kRetryLast);
      waited_ = clock_.steady_now() - begin;
    }
  }

  /// Empty unless it is this frame's turn.
  Result<std::vector<std::uint8_t>> picture_of(const media::Frame& frame) {
    const double fps = context_.config.live_fps;
    const bool live = context_.live && fps > 0;
    const Duration every = live ? Duration(static_cast<std::int64_t>(1e6 / fps)) : kStillEvery;
    const SteadyTime now = clock_.steady_now();
    if (pictured_ && now - *pictured_ < every) return std::vector<std::uint8_t>{};
    pictured_ = now;
    return media::encode_jpeg(*frame.image, kLiveQuality);
  }

  Status send(const media::Frame& frame, const std::vector<rules::SceneEvent>& events) {
    for (const rules::SceneEvent& event : events) {
      std::vector<std::uint8_t> jpeg;
      if (event.phase == rules::Phase::start) {
        ++events_;
        AIFLOW_ASSIGN(jpeg, media::encode_jpeg(scene_.snapshot(frame, event), kSnapshotQuality));
      }
      AIFLOW_TRY(context_.parts.sink.event(scene_.report(frame, event), jpeg));
    }
    return {};
  }

  [[nodiscard]] std::int64_t dropped() const {
    return static_cast<std::int64_t>(context_.feeder.queue().dropped());
  }

  Context context_;
  const Clock& clock_;
  double score_asked_;
  Scene scene_;
  SteadyTime started_;
  std::optional<SteadyTime> pictured_;  ///< when the newest picture was made
  std::optional<media::Frame> last_;
  Pause pause_;
  std::int64_t frames_ = 0;
  std::int64_t events_ = 0;
  Duration waited_{0};  ///< for a detector that was away, in this frame
  Duration decode_sum_{0};
  Duration run_sum_{0};
  Duration overhead_sum_{0};
};

void set_outcome(wire::CameraEnded& ended, const std::optional<Error>& error) {
  ended.reason = !error ? "end" : error->code == ErrorCode::cancelled ? "stopped" : "failed";
  if (ended.reason == "failed") ended.error = error->message;
}

}  // namespace

CameraLoop::CameraLoop(Parts parts, wire::CameraConfig config)
    : parts_(parts), config_(std::move(config)) {}

wire::CameraEnded CameraLoop::run(const std::stop_token& stop) {
  auto options = scene_options(config_, parts_.clock);
  if (!options) {
    wire::CameraEnded ended;
    set_outcome(ended, options.error());
    return ended;
  }
  Feeder feeder(parts_.clock, config_);
  Analysis analysis({parts_, config_, live_, feeder, stop}, *std::move(options));
  std::jthread decoding([&](const std::stop_token& own) { feeder.run(own); });
  const std::stop_callback on_stop(stop, [&] {
    decoding.request_stop();
    feeder.queue().close();
  });
  Status status = analysis.run();
  decoding.request_stop();
  feeder.queue().close();
  decoding.join();
  if (Status finished = analysis.finish(); status && !finished) status = std::move(finished);

  last_picture_ = analysis.last_picture();
  wire::CameraEnded ended = analysis.summary();
  ended.dropped += feeder.decode_errors();
  std::optional<Error> error = feeder.error();
  if (!status) error = status.error();
  if (stop.stop_requested()) error = Error{ErrorCode::cancelled, "stopped"};
  set_outcome(ended, error);
  return ended;
}

}  // namespace aiflow::watch

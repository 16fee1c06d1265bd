// SPDX-License-Identifier: Apache-2.0
#include "watch/camera_loop.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "media/image.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "watch/detail/feeder.h"
#include "watch/rule_config.h"

namespace aiflow::watch {
namespace {

/// 795 frames of 768x576, 10 a second; from Debian's package opencv-doc.
const std::string kClip =
    os::get_env("AIFLOW_CLIP").value_or("/usr/share/doc/opencv-doc/examples/data/vtest.avi");

constexpr const char* kRules = R"({"rules": [
  {"rule_id": "gate", "kind": "line_crossing", "name": "Gate", "classes": ["Person"], "params": {},
   "points": [{"x": 0.5, "y": 1}, {"x": 0.5, "y": 0}]},
  {"rule_id": "right", "kind": "intrusion", "name": "Right side", "classes": [],
   "params": {"cooldown_s": 1},
   "points": [{"x": 0.6, "y": 0}, {"x": 1, "y": 0}, {"x": 1, "y": 1}, {"x": 0.6, "y": 1}]}]})";

/// Recorded boxes: two people who walk to and fro, a dog that stays; by frame number only.
class RecordedDetector : public Detector {
 public:
  Result<Detected> detect(const media::Frame& frame, double) override {
    ++calls;
    if (before) {
      if (auto error = before(frame)) return fail(*std::move(error));
    }
    const double swing = 0.5 + 0.4 * std::sin(static_cast<double>(frame.index) / 12);
    const auto at = [&](double x, double y, const char* label) {
      return track::Detection{{x * 768 - 20, y * 576 - 100, 40, 100}, 0.9, label};
    };
    Detected out;
    out.detections = {at(swing, 0.5, "Person"), at(1 - swing, 0.9, "Person"), at(0.8, 0.7, "Dog")};
    return out;
  }

  int calls = 0;
  std::function<std::optional<Error>(const media::Frame&)> before;
};

class RecordingSink final : public ReportSink {
 public:
  Status frame(const wire::FrameReport& report, std::span<const std::uint8_t> jpeg) override {
    reports.push_back(report);
    pictures += jpeg.empty() ? 0 : 1;
    if (!jpeg.empty()) last_picture.assign(jpeg.begin(), jpeg.end());
    if (!jpeg.empty()) pictured.push_back(report.frame);
    if (on_frame) on_frame(report);
    return broken ? Status(fail(ErrorCode::unavailable, "the server is gone")) : Status();
  }
  Status event(const wire::SceneEventReport& event, std::span<const std::uint8_t> jpeg) override {
    events.push_back(event);
    snapshots += jpeg.empty() ? 0 : 1;
    return {};
  }

  std::vector<wire::FrameReport> reports;
  std::vector<wire::SceneEventReport> events;
  std::vector<std::uint8_t> last_picture;
  std::vector<std::int64_t> pictured;  ///< frames with a picture
  std::function<void(const wire::FrameReport&)> on_frame;
  int pictures = 0;
  int snapshots = 0;
  bool broken = false;
};

wire::CameraConfig config_of(const std::string& source, std::int64_t frames) {
  wire::CameraConfig config;
  config.camera_id = "street";
  config.source = source;
  config.end_frame = frames;
  config.score_min = 0.5;
  config.rules = *parse_rules_file(kRules);
  config.live_fps = 1000;
  return config;
}

/// Moves only when told to; read by the decoding thread too.
class SteppedClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override { return WallTime(Duration(now_)); }
  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime(Duration(now_)); }
  void advance(Duration step) { now_ += step.count(); }

 private:
  std::atomic<std::int64_t> now_ = 0;
};

struct Watched {
  os::SystemClock clock;
  RecordedDetector detector;
  RecordingSink sink;
  std::stop_source stop;
  std::vector<std::uint8_t> at_end;

  wire::CameraEnded run(const wire::CameraConfig& config, bool live = false) {
    CameraLoop loop({clock, detector, sink}, config);
    loop.set_live(live);
    auto ended = loop.run(stop.get_token());
    at_end = loop.last_picture();
    return ended;
  }
};

TEST_CASE("a file gives every frame, the events, and an end") {
  Watched watched;
  const auto ended = watched.run(config_of(kClip, 120));
  CHECK(ended.reason == "end");
  CHECK_FALSE(ended.error);
  CHECK(ended.frames == 120);
  CHECK(ended.dropped == 0);
  REQUIRE(watched.sink.reports.size() == 120);
  const auto& report = watched.sink.reports[60];
  CHECK(report.frame == 60);
  CHECK(report.frames_total == 120);
  CHECK(report.media_time_us == 6'000'000);
  CHECK(report.width == 768);
  CHECK(report.tracks.size() == 3);
  CHECK(report.counts.contains("right"));
  std::map<std::string, int> kinds;
  for (const auto& event : watched.sink.events) {
    const json::Value* direction = event.values.find("direction");
    const std::string what = direction != nullptr ? direction->as_string() : event.kind;
    if (event.phase == "start") ++kinds[what];
  }
  CHECK(kinds["a_to_b"] == 3);
  CHECK(kinds["b_to_a"] == 3);
  CHECK(kinds["intrusion"] == 4);
  CHECK(ended.events == 10);
  CHECK(watched.sink.snapshots == 10);
}

TEST_CASE("the same file gives the same events every time") {
  Watched once;
  Watched again;
  again.sink.on_frame = [&](const auto& report) {
    if (report.frame % 20 == 0) os::sleep_for(std::chrono::milliseconds(5));
  };
  once.run(config_of(kClip, 100));
  again.run(config_of(kClip, 100));
  CHECK(once.sink.events == again.sink.events);
  CHECK(once.sink.events.size() > 8);
}

TEST_CASE("another key gives the same events other ids") {
  Watched first;
  Watched second;
  auto config = config_of(kClip, 40);
  first.run(config);
  config.event_key = "street@later";
  second.run(config);
  REQUIRE(first.sink.events.size() == second.sink.events.size());
  REQUIRE_FALSE(first.sink.events.empty());
  for (std::size_t i = 0; i < first.sink.events.size(); ++i) {
    CHECK(first.sink.events[i].event_id != second.sink.events[i].event_id);
    CHECK(first.sink.events[i].frame == second.sink.events[i].frame);
  }
}

TEST_CASE("frames that are started in the middle have the media time of the whole file") {
  Watched watched;
  auto config = config_of(kClip, 210);
  config.start_frame = 200;
  const auto ended = watched.run(config);
  CHECK(ended.frames == 10);
  CHECK(watched.sink.reports.front().media_time_us == 20'000'000);
}

TEST_CASE("a detection rate thins the frames out") {
  Watched watched;
  auto config = config_of(kClip, 100);
  config.detect_fps = 5;
  CHECK(watched.run(config).frames == 50);
  CHECK(watched.detector.calls == 50);
}

TEST_CASE("live pictures are clean and come at their own rate") {
  Watched watched;
  watched.run(config_of(kClip, 10), true);
  CHECK(watched.sink.pictures > 1);
  const auto picture = media::decode_jpeg(watched.sink.last_picture);
  REQUIRE(picture);
  CHECK(picture->width == 768);
}

TEST_CASE("while nobody watches the first frame, one a second and the last frame are pictured") {
  Watched watched;
  SteppedClock clock;
  watched.sink.on_frame = [&](const auto&) { clock.advance(std::chrono::milliseconds(400)); };
  CameraLoop loop({clock, watched.detector, watched.sink}, config_of(kClip, 8));
  CHECK(loop.run(watched.stop.get_token()).reason == "end");
  CHECK(watched.sink.pictured == std::vector<std::int64_t>{0, 3, 6});
  const auto picture = media::decode_jpeg(loop.last_picture());
  REQUIRE(picture);
  CHECK(picture->width == 768);
  CHECK(loop.last_picture() != watched.sink.last_picture);
}

TEST_CASE("a camera without a frame has no last picture") {
  Watched watched;
  watched.run(config_of("/no/such/street.avi", 10));
  CHECK(watched.at_end.empty());
}

TEST_CASE("only the camera's classes are tracked") {
  Watched watched;
  auto config = config_of(kClip, 20);
  config.classes = {"Dog"};
  watched.run(config);
  for (const auto& report : watched.sink.reports) {
    REQUIRE(report.tracks.size() == 1);
    CHECK(report.tracks[0].label == "Dog");
  }
}

TEST_CASE("a missing source, bad rules and a cut file fail with a reason") {
  Watched watched;
  auto ended = watched.run(config_of("/no/such/street.avi", 10));
  CHECK(ended.reason == "failed");
  CHECK(*ended.error == "'/no/such/street.avi' does not exist");

  auto bad = config_of(kClip, 10);
  bad.rules[0].points.pop_back();
  ended = watched.run(bad);
  CHECK(ended.reason == "failed");
  CHECK(*ended.error == "rule 'gate': a line has exactly 2 points, not 1");

  const auto folder = os::TempDir::create("watch_test");
  REQUIRE(folder);
  const auto bytes = os::read_file(kClip, 64U << 20);
  REQUIRE(bytes);
  const auto path = folder->path() / "cut.avi";
  std::ofstream(path, std::ios::binary) << bytes->substr(0, 400'000);
  ended = watched.run(config_of(path.string(), 700));
  CHECK(ended.reason == "failed");
  CHECK(ended.error->find("is cut") != std::string::npos);
  CHECK(ended.frames > 10);
  CHECK(static_cast<std::size_t>(ended.frames) == watched.sink.reports.size());
}

TEST_CASE("events that are open when a file ends are ended") {
  Watched watched;
  watched.run(config_of(kClip, 20));
  std::map<std::string, int> balance;
  for (const auto& event : watched.sink.events) {
    balance[event.event_id] += event.phase == "start" ? 1 : -1;
  }
  CHECK_FALSE(balance.empty());
  for (const auto& [id, open] : balance) CHECK(open == 0);
}

TEST_CASE("a detector that is away for a moment loses no frame of a file") {
  Watched watched;
  int refusals = 3;
  watched.detector.before = [&](const media::Frame& frame) -> std::optional<Error> {
    if (frame.index != 5 || refusals-- <= 0) return std::nullopt;
    return Error{ErrorCode::unavailable, "restarting"};
  };
  const auto ended = watched.run(config_of(kClip, 10));
  CHECK(ended.reason == "end");
  CHECK(ended.frames == 10);
  CHECK(watched.detector.calls == 13);
  CHECK(ended.overhead_us_mean < 50'000);
}

TEST_CASE("a detector that can't work ends the camera") {
  Watched watched;
  watched.detector.before = [](const media::Frame&) {
    return Error{ErrorCode::invalid_argument, "the model has no decoder"};
  };
  const auto ended = watched.run(config_of(kClip, 10));
  CHECK(ended.reason == "failed");
  CHECK(*ended.error == "the model has no decoder");
}

TEST_CASE("a stop ends at once, also while the detector is away") {
  Watched watched;
  watched.sink.on_frame = [&](const auto& report) {
    if (report.frame == 7) watched.stop.request_stop();
  };
  auto ended = watched.run(config_of(kClip, 700));
  CHECK(ended.reason == "stopped");
  CHECK(ended.frames == 8);

  Watched waiting;
  waiting.detector.before = [&](const media::Frame&) {
    waiting.stop.request_stop();
    return Error{ErrorCode::unavailable, "gone"};
  };
  ended = waiting.run(config_of(kClip, 700));
  CHECK(ended.reason == "stopped");
  CHECK(ended.seconds < 2);
}

TEST_CASE("a server that is gone ends the camera") {
  Watched watched;
  watched.sink.broken = true;
  const auto ended = watched.run(config_of(kClip, 700));
  CHECK(ended.reason == "failed");
  CHECK(watched.sink.reports.size() == 1);
}

TEST_CASE("a file in real time keeps its pace and drops what the detector can't take") {
  Watched watched;
  auto config = config_of(kClip, 6);
  config.realtime = true;
  const auto ended = watched.run(config);
  CHECK(ended.seconds >= 0.5);
  CHECK(ended.frames + ended.dropped == 6);
}

TEST_CASE("back-off doubles up to half a minute and starts anew") {
  BackOff back_off;
  std::vector<int> pauses;
  for (int i = 0; i < 7; ++i) {
    pauses.push_back(static_cast<int>(back_off.next() / std::chrono::seconds(1)));
  }
  CHECK(pauses == std::vector{1, 2, 4, 8, 16, 30, 30});
  back_off.reset();
  CHECK(back_off.next() == std::chrono::seconds(1));
}

TEST_CASE("an unreachable stream is tried again until it is stopped") {
  Watched watched;
  auto config = config_of("rtsp://127.0.0.1:1/cam", 10);
  std::jthread stopper([&] {
    os::sleep_for(std::chrono::milliseconds(200));
    watched.stop.request_stop();
  });
  const auto ended = watched.run(config);
  CHECK(ended.reason == "stopped");
  CHECK(ended.seconds < 3);
}

}  // namespace
}  // namespace aiflow::watch

// SPDX-License-Identifier: Apache-2.0
// The program is a small Python script here that plays a part by the name of the source.
#include "watch/camera_process.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <vector>

#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::watch {
namespace {

constexpr const char* kProgram = R"(#!/usr/bin/python3
import json, os, socket, struct, sys, time
line = socket.socket(fileno=3)
def send(kind, body, payload=b""):
    text = json.dumps({"type": kind, **body}).encode()
    line.sendall(struct.pack(">II", len(text), len(payload)) + text + payload)
def exactly(count):
    data = b""
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part: sys.exit(0)
        data += part
    return data
def receive():
    size, payload = struct.unpack(">II", exactly(8))
    message = json.loads(exactly(size)); exactly(payload)
    return message
def frame(number, payload=b""):
    send("FrameReport", {"frame": number, "frames_total": 9, "media_time_us": 1, "width": 2,
        "height": 2, "tracks": [], "counts": {"yard": 3}, "dropped": 0, "decode_us": 0,
        "detect_us": 0, "track_us": 0, "rules_us": 0, "encode_us": 0}, payload)
def ended(reason):
    send("CameraEnded", {"reason": reason, "frames": 2, "events": 1, "dropped": 0, "seconds": 0.5,
        "decode_us_mean": 1.0, "detect_us_mean": 2.0, "overhead_us_mean": 0.5}, b"last")
    sys.exit(0)
config = receive()
part = os.path.basename(config["source"])
if part == "file":
    frame(0); frame(1)
    send("SceneEventReport", {"event_id": "e", "rule_id": "yard", "kind": "intrusion",
        "phase": "start", "media_time_us": 1, "frame": 1, "track_ids": [4], "label": "Person",
        "score": 0.5, "points": [], "values": {}}, b"snapshot")
    ended("end")
if part == "crash": sys.exit(3)
if part == "garbage": line.sendall(b"\xff" * 64); time.sleep(60)
if part == "deaf":
    frame(0); time.sleep(60)
if part == "live":
    frame(0)
    while True:
        message = receive()
        if message["type"] == "LiveSwitch": frame(1, b"jpeg" if message["on"] else b"")
        if message["type"] == "CameraStop": ended("stopped")
if part == "once":
    flag = config["camera_id"]
    if not os.path.exists(flag):
        open(flag, "w").close(); frame(0); os.abort()
    frame(1); ended("end")
)";

/// Collects what is called back, and lets a test wait for it.
class Seen {
 public:
  CameraCallbacks callbacks() {
    return {[this](const wire::FrameReport& report, std::string_view jpeg) {
              note([&] { frames.push_back(report), pictures.emplace_back(jpeg); });
            },
            [this](const wire::SceneEventReport& event, std::string_view jpeg) {
              note([&] { events.push_back(event), snapshots.emplace_back(jpeg); });
            },
            [this](const std::string& reason, Duration pause) {
              note([&] { restarts.push_back(reason), pauses.push_back(pause); });
            },
            [this](const wire::CameraEnded& e, std::string_view jpeg) {
              note([&] { ended.push_back(e), last_pictures.emplace_back(jpeg); });
            }};
  }

  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), condition);
  }

  std::vector<wire::FrameReport> frames;
  std::vector<std::string> pictures;
  std::vector<wire::SceneEventReport> events;
  std::vector<std::string> snapshots;
  std::vector<std::string> restarts;
  std::vector<Duration> pauses;
  std::vector<wire::CameraEnded> ended;
  std::vector<std::string> last_pictures;

 private:
  template <class Change>
  void note(Change change) {
    const std::scoped_lock lock(mutex_);
    change();
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

struct Stage {
  os::SystemClock clock;
  os::TempDir folder = *os::TempDir::create("camera_process");
  Seen seen;

  CameraProcessOptions options(const std::string& part) {
    CameraProcessOptions options;
    options.program = folder.path() / "camera.py";
    std::ofstream(options.program) << kProgram;
    std::filesystem::permissions(options.program, std::filesystem::perms::owner_all);
    options.config.camera_id = "street";
    options.config.source = part;
    options.callbacks = seen.callbacks();
    options.pause_first = std::chrono::milliseconds(1);
    options.pause_max = std::chrono::milliseconds(2);
    options.stop_grace = std::chrono::milliseconds(300);
    return options;
  }

  std::unique_ptr<CameraProcess> start(const std::string& part) {
    auto camera = CameraProcess::start(clock, options(part));
    REQUIRE(camera);
    return *std::move(camera);
  }
};

TEST_CASE("reports, events and the end come back in order") {
  Stage stage;
  const auto camera = stage.start("file");
  camera->wait();
  CHECK_FALSE(camera->running());
  REQUIRE(stage.seen.frames.size() == 2);
  CHECK(stage.seen.frames[1].frame == 1);
  CHECK(stage.seen.frames[1].counts.at("yard") == 3);
  REQUIRE(stage.seen.events.size() == 1);
  CHECK(stage.seen.events[0].track_ids == std::vector<std::int64_t>{4});
  CHECK(stage.seen.snapshots[0] == "snapshot");
  REQUIRE(stage.seen.ended.size() == 1);
  CHECK(stage.seen.ended[0].reason == "end");
  CHECK(stage.seen.last_pictures[0] == "last");
  CHECK(stage.seen.restarts.empty());
  CHECK(camera->pid() == 0);
}

TEST_CASE("a camera that crashes again and again fails, with its reason") {
  Stage stage;
  const auto camera = stage.start("crash");
  camera->wait();
  CHECK(stage.seen.restarts.size() == 3);
  CHECK(stage.seen.pauses == std::vector<Duration>{std::chrono::milliseconds(1),
                                                   std::chrono::milliseconds(2),
                                                   std::chrono::milliseconds(2)});
  REQUIRE(stage.seen.ended.size() == 1);
  CHECK(stage.seen.ended[0].reason == "failed");
  CHECK(stage.seen.ended[0].error->find("exit code 3") != std::string::npos);
  CHECK(stage.seen.last_pictures[0].empty());
}

TEST_CASE("a camera that crashes once is started again") {
  Stage stage;
  auto options = stage.options("once");
  options.config.camera_id = (stage.folder.path() / "flag").string();
  auto camera = CameraProcess::start(stage.clock, std::move(options));
  REQUIRE(camera);
  (*camera)->wait();
  CHECK(stage.seen.restarts.size() == 1);
  CHECK(stage.seen.restarts[0].find("SIGABRT") != std::string::npos);
  CHECK(stage.seen.frames.size() == 2);
  CHECK(stage.seen.ended[0].reason == "end");
}

TEST_CASE("the live switch reaches the program, a stop ends it") {
  Stage stage;
  const auto camera = stage.start("live");
  REQUIRE(stage.seen.wait([&] { return stage.seen.frames.size() == 1; }));
  camera->set_live(true);
  REQUIRE(stage.seen.wait([&] { return stage.seen.frames.size() == 2; }));
  CHECK(stage.seen.pictures[1] == "jpeg");
  camera->stop();
  camera->stop();
  CHECK_FALSE(camera->running());
  REQUIRE(stage.seen.ended.size() == 1);
  CHECK(stage.seen.ended[0].reason == "stopped");
  CHECK_FALSE(stage.seen.ended[0].error);
}

TEST_CASE("a program that does not listen is killed") {
  Stage stage;
  const auto camera = stage.start("deaf");
  REQUIRE(stage.seen.wait([&] { return stage.seen.frames.size() == 1; }));
  const int pid = camera->pid();
  CHECK(pid > 0);
  camera->stop();
  CHECK(::kill(pid, 0) == -1);
  CHECK(stage.seen.ended[0].reason == "stopped");
}

TEST_CASE("a program that stops reporting is killed, and its reason says so") {
  Stage stage;
  auto options = stage.options("deaf");
  options.config.source = (stage.folder.path() / "deaf").string();
  std::ofstream(options.config.source) << "a file: a stream may be silent";
  options.silence_max = std::chrono::milliseconds(500);
  auto camera = CameraProcess::start(stage.clock, std::move(options));
  REQUIRE(camera);
  REQUIRE(stage.seen.wait([&] { return !stage.seen.restarts.empty(); }));
  CHECK(stage.seen.restarts[0].find("it hung: no report for 500 ms") != std::string::npos);
  REQUIRE(stage.seen.wait([&] { return stage.seen.frames.size() > 1; }));  // it runs again
}

TEST_CASE("a program that sends nonsense is killed and counts as crashed") {
  Stage stage;
  auto options = stage.options("garbage");
  options.restarts_max = 0;
  auto camera = CameraProcess::start(stage.clock, std::move(options));
  REQUIRE(camera);
  (*camera)->wait();
  CHECK(stage.seen.ended[0].reason == "failed");
}

TEST_CASE("a missing program and wrong rules are told at the start") {
  Stage stage;
  auto options = stage.options("file");
  options.program = "/no/such/aiflow-camera";
  auto camera = CameraProcess::start(stage.clock, options);
  REQUIRE_FALSE(camera);
  CHECK(camera.error().code == ErrorCode::not_found);
  options = stage.options("file");
  options.config.rules.push_back({"r", "fire", "", {}, {}, {}});
  camera = CameraProcess::start(stage.clock, options);
  REQUIRE_FALSE(camera);
  CHECK(camera.error().code == ErrorCode::invalid_argument);
  CHECK(stage.seen.ended.empty());
}

TEST_CASE("a camera that is destroyed is stopped") {
  Stage stage;
  auto camera = stage.start("live");
  REQUIRE(stage.seen.wait([&] { return stage.seen.frames.size() == 1; }));
  camera.reset();
  CHECK(stage.seen.ended.size() == 1);
}

}  // namespace
}  // namespace aiflow::watch

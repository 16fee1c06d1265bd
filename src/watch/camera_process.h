// SPDX-License-Identifier: Apache-2.0
// The server's side of one camera: starts the program aiflow-camera, reads its reports in one
// thread, starts it again with back-off when it crashes. Links neither FFmpeg nor an engine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "wire/camera.h"

namespace aiflow::watch {

/// Called from the camera's own thread, one at a time; must return soon (the camera waits) and
/// must not destroy the CameraProcess. Empty functions are skipped.
struct CameraCallbacks {
  /// The picture is empty unless it was this frame's turn (api/camera.yaml).
  std::function<void(const wire::FrameReport& report, std::string_view jpeg)> on_report;
  std::function<void(const wire::SceneEventReport& event, std::string_view snapshot_jpeg)> on_event;
  /// The program ended abnormally and is started again after `pause` (reason for a person).
  std::function<void(const std::string& reason, Duration pause)> on_restart;
  /// Once, the last call. reason: "end" (of the file), "stopped", "failed" (error is set). The
  /// picture is of the last frame; empty when there was none or the program could not say.
  std::function<void(const wire::CameraEnded& ended, std::string_view jpeg)> on_ended;
};

struct CameraProcessOptions {
  std::filesystem::path program;  ///< aiflow-camera
  wire::CameraConfig config;
  CameraCallbacks callbacks;
  /// Crashes in a row until the camera counts as failed; a report in between starts anew. Live
  /// sources are restarted for ever.
  int restarts_max = 3;
  Duration pause_first = std::chrono::seconds(1);  ///< doubles up to pause_max
  Duration pause_max = std::chrono::seconds(30);
  /// A file's program that reports nothing for so long hangs (it waits 60 s for its detector, and
  /// 30 s for an answer): it is killed, which counts as a crash. A stream may be silent for days.
  Duration silence_max = std::chrono::seconds(150);
  Duration stop_grace = std::chrono::seconds(3);  ///< until the program is killed
};

class CameraProcess {
 public:
  /// Starts the thread and the program. `clock` must outlive it. The first start's failure comes
  /// back here: not_found (no such program), invalid_argument (the rules are wrong).
  [[nodiscard]] static Result<std::unique_ptr<CameraProcess>> start(const Clock& clock,
                                                                    CameraProcessOptions options);
  /// Stops and joins.
  virtual ~CameraProcess() = default;

  /// Pictures wanted or not; survives restarts. Thread-safe.
  virtual void set_live(bool on) = 0;
  /// Asks the program to end, kills it after stop_grace, waits for the last callback. Idempotent;
  /// not from a callback.
  virtual void stop() = 0;
  /// Waits until the camera has ended by itself or was stopped.
  virtual void wait() = 0;
  /// False once on_ended was called.
  [[nodiscard]] virtual bool running() const = 0;
  /// Of the program; 0 while there is none.
  [[nodiscard]] virtual int pid() const = 0;
};

}  // namespace aiflow::watch

// SPDX-License-Identifier: Apache-2.0
// Cameras: one supervised process each, whose reports become live numbers, pictures for viewers and
// stored scene events with the whole thread back to the DAG run. Pictures are made only while
// somebody looks. Thread-safe; reports come on the cameras' own threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "service/camera_pictures.h"
#include "service/catalogue.h"
#include "service/deployments.h"
#include "service/event_hub.h"
#include "store/camera_store.h"
#include "store/event_store.h"
#include "watch/camera_process.h"
#include "wire/engine.h"

namespace aiflow::service {

class Cameras {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    Catalogue& catalogue;
    Deployments& services;
    EventHub& events;
    std::filesystem::path program;  ///< aiflow-camera
    CameraPictures pictures;
  };
  /// A report as JSON text, and a picture (empty when there is none with it). Must not block.
  using Viewer = std::function<void(const std::string& report, std::string_view jpeg)>;

  explicit Cameras(Parts parts) : parts_(std::move(parts)) {}
  ~Cameras() { stop_all(); }
  Cameras(const Cameras&) = delete;
  Cameras& operator=(const Cameras&) = delete;

  /// Creates or replaces, and starts. Errors: invalid_argument (names the field), not_found (the
  /// service or the file), unavailable (the service is not ready).
  [[nodiscard]] Result<wire::Camera> create(const wire::CameraCreate& request,
                                            const wire::Lineage& lineage);
  [[nodiscard]] Result<wire::Camera> stop(const std::string& id);
  Status remove(const std::string& id);
  [[nodiscard]] Result<std::vector<wire::Camera>> list();
  [[nodiscard]] Result<wire::Camera> get(const std::string& id);

  /// Starts again what ran when the server ended, where it had come to.
  void restore();
  /// Ends all processes; the cameras are restored at the next start.
  void stop_all();

  /// Errors: not_found.
  [[nodiscard]] Result<std::int64_t> add_viewer(const std::string& id, Viewer viewer);
  void remove_viewer(const std::string& id, std::int64_t viewer);
  /// The newest picture, also of a camera that has ended; waits for one if it runs. Errors:
  /// not_found.
  [[nodiscard]] Result<std::string> picture(const std::string& id);

  [[nodiscard]] Result<store::Listed<wire::SceneEvent>> events(const store::SceneEventQuery& query);
  [[nodiscard]] Result<wire::SceneEvent> event(const std::string& id);
  /// Errors: invalid_argument for an unknown state.
  [[nodiscard]] Result<wire::SceneEvent> set_event_state(const std::string& id,
                                                         const std::string& state);

 private:
  struct Live;
  using LivePtr = std::shared_ptr<Live>;

  [[nodiscard]] Result<store::CameraRow> plan(const wire::CameraCreate& request,
                                              const wire::Lineage& lineage);
  [[nodiscard]] Status launch(const store::CameraRow& row);
  [[nodiscard]] LivePtr find(const std::string& id);
  void end(const LivePtr& live);
  void on_report(const LivePtr& live, const wire::FrameReport& report, std::string_view jpeg);
  void on_event(const LivePtr& live, const wire::SceneEventReport& report, std::string_view jpeg);
  void on_restart(const LivePtr& live, const std::string& reason);
  void on_ended(const LivePtr& live, const wire::CameraEnded& ended, std::string_view jpeg);
  void keep_picture(const LivePtr& live, std::string_view jpeg);
  [[nodiscard]] Result<wire::SceneEvent> event_of(const LivePtr& live,
                                                  const wire::SceneEventReport& report,
                                                  std::string_view jpeg);
  Status save(const store::CameraRow& row, bool with_event);
  [[nodiscard]] wire::Camera to_wire(const store::CameraRow& row);

  const Parts parts_;
  std::mutex change_mutex_;   ///< one create, stop or remove at a time
  mutable std::mutex mutex_;  ///< guards the rest
  std::map<std::string, LivePtr> live_;
  std::int64_t next_viewer_ = 1;
  bool stopping_ = false;
};

/// "rtsp://user:secret@host/x" -> "rtsp://user:***@host/x".
[[nodiscard]] std::string without_password(const std::string& source);

}  // namespace aiflow::service

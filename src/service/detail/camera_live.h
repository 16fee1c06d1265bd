// SPDX-License-Identifier: Apache-2.0
// What is known of a camera while its process runs. Private to cameras*.cpp.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "service/cameras.h"

namespace aiflow::service {

/// Guarded by Cameras::mutex_, except `service`, which is set before the process starts.
struct Cameras::Live {
  store::CameraRow row;
  wire::Service service;  ///< as it was when the camera started: the lineage of its events
  std::unique_ptr<watch::CameraProcess> process;
  std::map<std::int64_t, std::shared_ptr<Viewer>> viewers;
  std::string jpeg;
  std::int64_t tracks = 0;
  double fps = 0;
  std::int64_t frames_since = 0;  ///< since `fps_since`
  SteadyTime fps_since{};
  SteadyTime shown_at{};  ///< last event to the browsers
  SteadyTime saved_at{};
};

namespace detail {

/// The first picture that comes.
class OnePicture {
 public:
  void offer(std::string_view jpeg) {
    if (jpeg.empty()) return;
    const std::scoped_lock lock(mutex_);
    if (!jpeg_) jpeg_ = std::string(jpeg);
    came_.notify_all();
  }
  [[nodiscard]] std::optional<std::string> wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, limit, [&] { return jpeg_.has_value(); });
    return jpeg_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::optional<std::string> jpeg_;
};

}  // namespace detail

}  // namespace aiflow::service

// SPDX-License-Identifier: Apache-2.0
// Looks what a running container uses, again and again, until it is told to end. A thread and a
// connection to the daemon of its own.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "docker/engine.h"

namespace aiflow::docker {

class UseWatch {
 public:
  /// `used` is called from the watch's thread. The first look is a second after the start; later
  /// ones are a sixtieth of the time since then apart, so that a long container costs little.
  UseWatch(const Clock& clock, std::filesystem::path socket, std::string id,
           std::function<void(const ContainerUse&)> used);

 private:
  std::jthread thread_;
};

}  // namespace aiflow::docker

// SPDX-License-Identifier: Apache-2.0
// Detections from an aiflow-infer process over its socket.
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "watch/detector.h"

namespace aiflow::watch {

/// Connects at the first call and again after a lost connection. `clock` must outlive it.
[[nodiscard]] std::unique_ptr<Detector> make_infer_detector(std::filesystem::path socket,
                                                            const Clock& clock);

}  // namespace aiflow::watch

// SPDX-License-Identifier: Apache-2.0
// The last picture of each camera that has ended, as <directory>/<camera>.jpg: it can still be seen
// after a restart of the server.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace aiflow::service {

/// Camera names are those that check_name accepts. Thread-safe for different cameras.
class CameraPictures {
 public:
  explicit CameraPictures(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Replaces the camera's picture; makes the directory.
  Status keep(const std::string& camera, std::string_view jpeg) const;
  /// Errors: not_found.
  [[nodiscard]] Result<std::string> get(const std::string& camera) const;
  /// None is fine.
  Status forget(const std::string& camera) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(const std::string& camera) const;

  std::filesystem::path directory_;
};

}  // namespace aiflow::service

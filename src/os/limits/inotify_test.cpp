// SPDX-License-Identifier: Apache-2.0
#include "os/limits/inotify.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

using namespace aiflow;

TEST_CASE("who can have no inotify instance is told which setting to raise") {
  REQUIRE(os::make_inotify());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);  // the same error as that of the user's limit
  const auto refused = os::make_inotify();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(refused.error().message.find("fs.inotify.max_user_instances") != std::string::npos);
}

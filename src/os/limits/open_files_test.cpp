// SPDX-License-Identifier: Apache-2.0
#include "os/limits/open_files.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

namespace aiflow::os {
namespace {

rlimit now() {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  return files;
}

TEST_CASE("the limit of open files is raised as far as it may be, and never lowered") {
  const auto before = now();
  const rlimit low{.rlim_cur = 64, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  allow_open_files(80);
  CHECK(now().rlim_cur == 80);
  allow_open_files(70);
  CHECK(now().rlim_cur == 80);
  allow_open_files(before.rlim_max + 1);
  CHECK(now().rlim_cur == before.rlim_max);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

}  // namespace
}  // namespace aiflow::os

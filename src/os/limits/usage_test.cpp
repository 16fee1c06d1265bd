// SPDX-License-Identifier: Apache-2.0
#include "os/limits/usage.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

namespace aiflow::os {
namespace {

TEST_CASE("what a process uses grows with what it takes") {
  const auto before = own_usage();
  REQUIRE(before);
  CHECK(before->resident_bytes > 100'000);
  const std::string more(32U << 20, 'x');
  const std::ifstream file("/proc/self/statm");
  const auto after = own_usage();
  REQUIRE(after);
  CHECK(after->resident_bytes >= before->resident_bytes + (30 << 20));
  CHECK(after->open_files == before->open_files + 1);
  CHECK(after->virtual_bytes >= after->resident_bytes);
  CHECK(after->open_files_max >= after->open_files);
  CHECK(after->cpu_s >= before->cpu_s);
}

}  // namespace
}  // namespace aiflow::os

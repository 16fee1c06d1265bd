// SPDX-License-Identifier: Apache-2.0
#include "os/limits/host_use.h"

#include <doctest/doctest.h>

#include <string>

namespace aiflow::os {
namespace {

TEST_CASE("the machine's processors and memory are read") {
  const auto before = host_use();
  REQUIRE(before);
  CHECK(before->memory_bytes > 100 << 20);
  CHECK(before->memory_used_bytes > 0);
  CHECK(before->memory_used_bytes < before->memory_bytes);
  CHECK(before->busy > 0);
  CHECK(before->busy < before->all);
  CHECK(!busy_share(*before, *before));
  const std::string held(64U << 20, 'x');
  std::optional<double> share;
  while (!share) share = busy_share(*before, host_use().value());
  CHECK(*share >= 0);
  CHECK(*share <= 1);
}

TEST_CASE("the busy share is that of the time between") {
  const HostUse before{.busy = 100, .all = 1000};
  CHECK(busy_share(before, {.busy = 150, .all = 1200}) == doctest::Approx(0.25));
  CHECK(!busy_share(before, {.busy = 100, .all = 900}));
  CHECK(!busy_share(before, {.busy = 99, .all = 1001}));
}

}  // namespace
}  // namespace aiflow::os

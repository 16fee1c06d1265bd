// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/bundle_cache.h"

#include <doctest/doctest.h>

#include "os/temp_dir.h"

namespace aiflow::uplink::detail {
namespace {

TEST_CASE("a fetch that nobody goes on with leaves nothing behind") {
  const auto dir = os::TempDir::create("bundle-cache").value();
  std::vector<std::string> asked;
  BundleCache cache({.folder = dir.path()},
                    [&](const wire::BundleGet& get) { asked.push_back(get.bundle); });
  REQUIRE(cache.open());
  const auto ignore = [](const Result<os::Path>&) {};
  cache.want("old", ignore);
  cache.want("kept", ignore);
  cache.lost();
  cache.want("kept", ignore);  // goes on with what it has
  CHECK(asked == std::vector<std::string>{"old", "kept", "kept"});
  CHECK_FALSE(std::filesystem::exists(dir.path() / "old.bundle"));
  CHECK(std::filesystem::exists(dir.path() / "kept.bundle"));
}

}  // namespace
}  // namespace aiflow::uplink::detail

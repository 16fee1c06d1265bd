// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/held_packs.h"

#include <doctest/doctest.h>

#include <fstream>

#include "os/temp_dir.h"
#include "runtime/pool.h"

namespace aiflow::supervise::detail {
namespace {

namespace fs = std::filesystem;

/// Puts a pack there as an installation does: by one rename.
void add_pack(const os::TempDir& dir, const std::string& name) {
  const fs::path made = dir.path() / "new" / name;
  fs::create_directories(made);
  std::ofstream(made / "plugin.so") << name;
  runtime::PackManifest manifest;
  manifest.name = name;
  manifest.version = "1.2.3";
  manifest.engine = name;
  manifest.abi_major = 1;
  manifest.plugin = "plugin.so";
  manifest.source = {.registry = "local",
                     .package = name,
                     .version = "1.2.3",
                     .file = "x",
                     .sha256 = std::string(64, 'a')};
  const auto sealed = runtime::seal_folder(made, manifest).value();
  const runtime::Pool pool(dir.path() / "packs");
  fs::create_directories(dir.path() / "packs");
  fs::rename(made, pool.folder_of(runtime::digest_of(sealed)).value());
}

TEST_CASE("a worker knows the packs of its folder, and sees when they change") {
  const auto dir = os::TempDir::create("held-packs").value();
  HeldPacks packs(dir.path() / "packs");
  CHECK(packs.list().empty());
  CHECK_FALSE(packs.look());
  add_pack(dir, "one");
  CHECK(packs.look());
  REQUIRE(packs.list().size() == 1);
  CHECK(packs.list().front().name == "one");
  CHECK(packs.list().front().version == "1.2.3");
  CHECK(packs.list().front().size == 3);
  CHECK_FALSE(packs.look());
  add_pack(dir, "two");
  CHECK(packs.look());
  CHECK(HeldPacks(dir.path() / "packs").list() == packs.list());
  fs::remove_all(fs::directory_iterator(dir.path() / "packs")->path());
  CHECK(packs.look());
  CHECK(packs.list().size() == 1);
}

TEST_CASE("a task's pack is found by digest, or by a name that one pack has") {
  const auto dir = os::TempDir::create("held-packs").value();
  add_pack(dir, "one");
  add_pack(dir, "two");
  const auto two = find_pack(dir.path(), "two").value();
  CHECK(os::read_file(two / "plugin.so", 100).value() == "two");
  CHECK(find_pack(dir.path(), "sha256:" + two.filename().string().substr(7)).value() == two);
  CHECK(find_pack(dir.path(), "three").error().message ==
        "no pack 'three' is installed on the worker's machine (aiflow runtime list)");
}

}  // namespace
}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
#include "runtime/pack.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "os/environment.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "runtime/delivery.h"
#include "runtime/folder_pack.h"
#include "runtime/pool.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

struct Fixture {
  os::TempDir temp = os::TempDir::create("aiflow-pack-test-").value();
  fs::path root = temp.path();
  fs::path folder = root / "tiny-1";

  Fixture() {
    fs::create_directories(folder / "lib");
    std::ofstream(folder / "lib" / "engine.so") << "not really";
    std::ofstream(folder / "LICENSE") << "MIT";
  }

  PackManifest seal() const {
    PackManifest manifest{.name = "tiny",
                          .version = "1",
                          .engine = "reference",
                          .abi_major = 1,
                          .abi_minor = 0,
                          .plugin = "lib/engine.so",
                          .files = {},
                          .source = {"local", "tiny", "1", "", ""},
                          .licence = "MIT",
                          .created_by = "test"};
    return seal_folder(folder, std::move(manifest)).value();
  }
};

TEST_CASE("a sealed folder lists its files sorted, with digests, and verifies") {
  const Fixture fixture;
  const auto manifest = fixture.seal();
  REQUIRE(manifest.files.size() == 2);
  CHECK(manifest.files[0].path == "LICENSE");
  CHECK(manifest.files[1].path == "lib/engine.so");
  CHECK(manifest.files[1].size_bytes == 10);
  // printf 'MIT' | sha256sum
  CHECK(manifest.files[0].sha256 ==
        "e5dcffe836b6ec8a58e492419b550e65fb8cbdc308503979e5dacb33ac7ea3b7");
  CHECK(verify_folder(fixture.folder, Verify::full).value() == manifest);
  CHECK(parse_manifest(canonical_text(manifest)).value() == manifest);
}

TEST_CASE("what is in a folder becomes a pack without an engine; the folder stays as it is") {
  const Fixture fixture;
  fs::create_symlink("LICENSE", fixture.folder / "COPYING");
  const auto work = os::TempDir::create("folder-pack", fixture.root).value();
  const auto built = build_folder_pack(
      {.name = "words", .version = "2", .folder = fixture.folder, .work = work.path()});
  REQUIRE_MESSAGE(built, (built ? "" : built.error().message));
  CHECK_FALSE(fs::exists(fixture.folder / "pack.json"));
  const auto installed = Pool(fixture.root / "packs").install(built->archive).value();
  CHECK(installed.manifest == built->manifest);
  CHECK(installed.manifest.plugin.empty());
  CHECK(os::read_file(installed.folder / "COPYING", 100).value() == "MIT");
  for (const char* name : {"", "../x", "a b", "-x"}) {
    const auto bad = build_folder_pack(
        {.name = name, .version = "2", .folder = fixture.folder, .work = work.path() / "none"});
    CHECK(bad.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("a changed, missing or additional file is found and named") {
  const Fixture fixture;
  fixture.seal();
  const auto message = [&](Verify verify) {
    auto result = verify_folder(fixture.folder, verify);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::corrupt);
    return result.error().message;
  };
  SUBCASE("same size, other bytes: only the full check sees it") {
    std::ofstream(fixture.folder / "LICENSE") << "BSD";
    CHECK(verify_folder(fixture.folder, Verify::quick).has_value());
    CHECK(message(Verify::full).find("LICENSE' is not what pack.json says") != std::string::npos);
  }
  SUBCASE("other size") {
    std::ofstream(fixture.folder / "LICENSE") << "Apache-2.0";
    CHECK(message(Verify::quick).find("LICENSE") != std::string::npos);
  }
  SUBCASE("missing") {
    fs::remove(fixture.folder / "LICENSE");
    CHECK(message(Verify::quick).find("LICENSE' is missing") != std::string::npos);
  }
  SUBCASE("additional") {
    std::ofstream(fixture.folder / "evil.so") << "x";
    CHECK(message(Verify::quick).find("evil.so' is not part of the pack") != std::string::npos);
  }
  SUBCASE("pack.json edited") {
    auto text = os::read_file(fixture.folder / "pack.json", 1U << 20).value();
    text.insert(1, " ");
    std::ofstream(fixture.folder / "pack.json") << text;
    CHECK(message(Verify::quick).find("canonical") != std::string::npos);
  }
}

TEST_CASE("the same folder gives the same archive, whatever its times, and the same digest") {
  const Fixture fixture;
  const auto manifest = fixture.seal();
  REQUIRE(write_archive(fixture.folder, fixture.root / "a.tar.zst"));
  fs::last_write_time(fixture.folder / "LICENSE", fs::file_time_type{});
  REQUIRE(write_archive(fixture.folder, fixture.root / "b.tar.zst"));
  const auto read = [&](const char* name) {
    return os::read_file(fixture.root / name, 1U << 20).value();
  };
  CHECK(read("a.tar.zst") == read("b.tar.zst"));
  const auto unpacked = unpack_archive(fixture.root / "a.tar.zst", fixture.root / "out").value();
  CHECK(digest_of(unpacked) == digest_of(manifest));
  CHECK(digest_of(manifest).value.starts_with("sha256:"));
}

TEST_CASE("a folder with a symbolic link can't be sealed") {
  const Fixture fixture;
  fs::create_symlink("/etc/passwd", fixture.folder / "lib" / "link");
  PackManifest manifest;
  manifest.plugin = "lib/engine.so";
  const auto sealed = seal_folder(fixture.folder, manifest);
  REQUIRE_FALSE(sealed);
  CHECK(sealed.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("the pool installs a pack once, read-only, and finds it by digest") {
  const Fixture fixture;
  const auto digest = digest_of(fixture.seal());
  REQUIRE(write_archive(fixture.folder, fixture.root / "a.tar.zst"));
  const Pool pool(fixture.root / "packs");
  CHECK(pool.list().value().empty());
  CHECK(pool.acquire(digest).error().code == ErrorCode::not_found);
  CHECK(pool.acquire({"sha256:../../etc"}).error().code == ErrorCode::invalid_argument);

  const auto installed = pool.install(fixture.root / "a.tar.zst").value();
  CHECK(installed.digest == digest);
  CHECK(pool.install(fixture.root / "a.tar.zst").value().folder == installed.folder);
  CHECK(pool.acquire(digest, Verify::full).value().folder == installed.folder);
  REQUIRE(pool.list().value().size() == 1);
  const auto mode = fs::status(installed.folder / "lib" / "engine.so").permissions();
  CHECK((mode & fs::perms::all) == fs::perms{0555});
  CHECK((fs::status(installed.folder).permissions() & fs::perms::all) == fs::perms{0555});
  for (const auto& entry : fs::directory_iterator(fixture.root / "packs")) {
    CHECK(entry.path() == installed.folder);  // no staging folder stays behind
  }
  REQUIRE(pool.remove(digest));
  CHECK(pool.acquire(digest).error().code == ErrorCode::not_found);
}

TEST_CASE("a damaged installed pack is refused, and installing again mends it") {
  const Fixture fixture;
  const auto digest = digest_of(fixture.seal());
  REQUIRE(write_archive(fixture.folder, fixture.root / "a.tar.zst"));
  const Pool pool(fixture.root / "packs");
  const auto installed = pool.install(fixture.root / "a.tar.zst").value();
  fs::permissions(installed.folder / "LICENSE", fs::perms{0644});
  std::ofstream(installed.folder / "LICENSE") << "damaged";
  CHECK(pool.acquire(digest).error().code == ErrorCode::corrupt);
  CHECK(pool.list().value().empty());
  CHECK(pool.install(fixture.root / "a.tar.zst").has_value());
  CHECK(pool.acquire(digest, Verify::full).has_value());
}

TEST_CASE("a delivered pack is visible until it is withdrawn") {
  const Fixture fixture;
  fixture.seal();
  const auto target = fixture.root / "here";
  {
    auto delivery = Delivery::make(fixture.folder, target).value();
    CHECK(fs::exists(target / "LICENSE"));
    CHECK(Delivery::make(fixture.folder, target).error().code == ErrorCode::conflict);
    CHECK(fs::exists(target / "LICENSE"));
  }
  CHECK_FALSE(fs::exists(fs::symlink_status(target)));
  CHECK(Delivery::make(fixture.root / "missing", target).error().code == ErrorCode::not_found);
}

TEST_CASE("a bind mount is read-only, or says that mounting is denied") {
  const Fixture fixture;
  fixture.seal();
  const auto target = fixture.root / "here";
  {
    const auto delivery = Delivery::make(fixture.folder, target, DeliveryKind::bind_mount);
    if (!delivery) {
      CHECK(delivery.error().code == ErrorCode::denied);
      CHECK_FALSE(fs::exists(target));
      return;
    }
    CHECK(fs::exists(target / "LICENSE"));
    CHECK_FALSE(std::ofstream(target / "new").is_open());
  }
  CHECK_FALSE(fs::exists(target));
}

}  // namespace
}  // namespace aiflow::runtime

// SPDX-License-Identifier: Apache-2.0
#include "runtime/fetch_pack.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <vector>

#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

/// A pack somewhere else, which gives ten bytes at a time.
struct Far {
  os::TempDir temp = os::TempDir::create("fetch-pack-test-").value();
  fs::path folder = temp.path() / "far";
  Pool pool{temp.path() / "packs"};
  std::vector<std::pair<std::string, std::int64_t>> asked;
  int answers_left = 1000;
  PackManifest manifest;

  Far() {
    fs::create_directories(folder / "lib");
    std::ofstream(folder / "lib/engine.so") << std::string(25, 'e');
    std::ofstream(folder / "LICENSE") << "MIT";
    std::ofstream(folder / "empty");
    manifest = seal_folder(folder, {.name = "tiny",
                                    .version = "1",
                                    .engine = "reference",
                                    .abi_major = 1,
                                    .abi_minor = 0,
                                    .plugin = "lib/engine.so",
                                    .files = {},
                                    .source = {"local", "tiny", "1", "", ""},
                                    .licence = "MIT",
                                    .created_by = "test"})
                   .value();
  }
  ReadPackFile read = [this](const std::string& path, std::int64_t offset) -> Result<std::string> {
    asked.emplace_back(path, offset);
    if (answers_left-- <= 0) return fail(ErrorCode::unavailable, "the wire is cut");
    const auto text = os::read_file(folder / path, 1 << 20).value();
    return text.substr(std::min(text.size(), static_cast<std::size_t>(offset)), 10);
  };
  Result<InstalledPack> fetch(const UnpackLimits& limits = {}) {
    return fetch_pack(pool, manifest, read, limits);
  }
  /// Names in the pool's folder.
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(pool.folder(), error)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
};

TEST_CASE("a pack comes file by file and is in its place when all of it fits") {
  Far far;
  CHECK(fetch_manifest(far.read).value() == far.manifest);
  far.asked.clear();
  const auto got = far.fetch().value();
  CHECK(got.digest == digest_of(far.manifest));
  CHECK(far.pool.acquire(got.digest, Verify::full).value().manifest == far.manifest);
  CHECK(far.left() == std::vector{got.folder.filename().string()});
  CHECK((fs::status(got.folder / "LICENSE").permissions() & fs::perms::owner_write) ==
        fs::perms::none);
  far.asked.clear();
  REQUIRE(far.fetch());  // it is there
  CHECK(far.asked.empty());
}

TEST_CASE("a fetch that was cut goes on in the middle of a file") {
  Far far;
  far.answers_left = 2;  // LICENSE, ten bytes of the engine
  CHECK(far.fetch().error().code == ErrorCode::unavailable);
  CHECK(far.left().size() == 1);
  CHECK(far.pool.list().value().empty());
  far.answers_left = 1000;
  far.asked.clear();
  REQUIRE(far.fetch());
  CHECK(far.asked.front() == std::pair<std::string, std::int64_t>("lib/engine.so", 10));
  CHECK(far.left().size() == 1);
}

TEST_CASE("bytes that are not the pack's are refused whole, also those of an earlier try") {
  Far far;
  far.answers_left = 2;
  REQUIRE_FALSE(far.fetch());
  std::ofstream(far.pool.folder() / far.left().front() / "lib/engine.so") << "0123456789";
  far.answers_left = 1000;
  const auto got = far.fetch();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == ErrorCode::corrupt);
  CHECK(got.error().message.find("lib/engine.so") != std::string::npos);
  CHECK(far.left().empty());
  CHECK(far.fetch());
}

TEST_CASE("a file that ends early, or does not end, is refused") {
  Far far;
  const auto check = [&](const std::string& content) {
    std::ofstream(far.folder / "lib/engine.so") << content;
    const auto got = far.fetch();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == ErrorCode::corrupt);
    CHECK(got.error().message == "'lib/engine.so' has another size than its pack.json says");
    CHECK(far.left().empty());
  };
  check("short");
  check(std::string(26, 'e'));
}

TEST_CASE("no name in pack.json leads out of the pack") {
  Far far;
  for (const char* path : {"../evil", "/etc/evil", "lib/../../evil", "LICENSE/x"}) {
    PackManifest hostile = far.manifest;
    hostile.files.push_back({path, std::string(64, 'a'), 1});
    std::ranges::sort(hostile.files, {}, &PackFile::path);
    std::ofstream(far.folder / "pack.json") << canonical_text(hostile);
    const auto got = fetch_manifest(far.read);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("what is over the limits is not begun, a pack.json without end is given up") {
  Far far;
  for (const UnpackLimits& limits :
       {UnpackLimits{.entries_max = 2}, UnpackLimits{.total_bytes_max = 27},
        UnpackLimits{.file_bytes_max = 24}}) {
    CHECK(far.fetch(limits).error().code == ErrorCode::invalid_argument);
  }
  CHECK(far.asked.empty());
  CHECK(far.left().empty());
  const ReadPackFile endless = [](const std::string&, std::int64_t) {
    return Result<std::string>(std::string(1 << 20, ' '));
  };
  CHECK(fetch_manifest(endless).error().message == "pack.json is too long");
}

TEST_CASE("a disk that takes no more fails the fetch and gets its room back") {
  Far far;
  // The kernel refuses to let a file grow, as it does on a full disk.
  const auto on_signal = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const struct rlimit small{.rlim_cur = 20, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto got = far.fetch();
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, on_signal);
  REQUIRE_FALSE(got);
  CHECK(far.left().empty());
  CHECK(far.fetch());
}

TEST_CASE("of fetches that nobody went on with, only the last leaves its files") {
  Far far;
  far.answers_left = 1;
  REQUIRE_FALSE(far.fetch());
  const auto first = far.left();
  far.manifest.version.assign(1, '2');  // GCC 12 warns of an overlap that is none
  far.answers_left = 1;
  REQUIRE_FALSE(far.fetch());
  CHECK(far.left().size() == 1);
  CHECK(far.left() != first);
}

}  // namespace
}  // namespace aiflow::runtime

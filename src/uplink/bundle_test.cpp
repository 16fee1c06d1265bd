// SPDX-License-Identifier: Apache-2.0
#include "uplink/bundle.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;

struct Bench {
  os::TempDir dir = os::TempDir::create("bundle-test").value();
  fs::path dags = dir.path() / "dags";
  fs::path store = dir.path() / "store";
  Bench() {
    fs::create_directories(dags / "lib/deep");
    fs::create_directories(store);
    write("a.py", "print(1)");
    write("lib/words.py", "WORD = 'x'");
    write("lib/deep/empty.txt", "");
  }
  void write(const std::string& path, const std::string& text) const {
    std::ofstream(dags / path) << text;
  }
  std::string read(const fs::path& path) const { return os::read_file(path, 1 << 20).value(); }
};

TEST_CASE("a folder becomes a bundle and again a folder") {
  const Bench bench;
  fs::permissions(bench.dags / "a.py", fs::perms::owner_all);
  const auto name = pack_bundle(bench.dags, bench.store).value();
  CHECK(name.size() == 64);
  const auto target = bench.dir.path() / "out";
  REQUIRE(unpack_bundle(bench.store / name, name, target));
  CHECK(bench.read(target / "a.py") == "print(1)");
  CHECK(bench.read(target / "lib/words.py") == "WORD = 'x'");
  CHECK(bench.read(target / "lib/deep/empty.txt").empty());
  CHECK((fs::status(target / "a.py").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK((fs::status(target / "a.py").permissions() & fs::perms::owner_write) == fs::perms::none);
}

TEST_CASE("the same files have the same name, whatever else is there; other files another") {
  const Bench bench;
  const auto name = pack_bundle(bench.dags, bench.store).value();
  fs::create_directories(bench.dags / "__pycache__");
  fs::create_directories(bench.dags / ".git");
  bench.write("__pycache__/a.pyc", "x");
  bench.write(".git/config", "x");
  bench.write(".secret", "x");
  fs::create_symlink("/etc/passwd", bench.dags / "leads_out");
  fs::create_directory_symlink("/etc", bench.dags / "leads_out_too");
  CHECK(pack_bundle(bench.dags, bench.store).value() == name);
  bench.write("a.py", "print(2)");
  CHECK(pack_bundle(bench.dags, bench.store).value() != name);
}

TEST_CASE("a link inside of the folder is taken as the file") {
  const Bench bench;
  fs::create_symlink("a.py", bench.dags / "b.py");
  const auto name = pack_bundle(bench.dags, bench.store).value();
  REQUIRE(unpack_bundle(bench.store / name, name, bench.dir.path() / "out"));
  CHECK(bench.read(bench.dir.path() / "out/b.py") == "print(1)");
}

TEST_CASE("a link that takes a file's place while it is read brings nothing from outside") {
  const Bench bench;
  const auto outside = bench.dir.path() / "outside";
  std::ofstream(outside) << "SECRET";
  for (int i = 0; i < 200; ++i) bench.write("f" + std::to_string(i), "x");
  std::jthread replacer([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); i = (i + 1) % 200) {
      const auto file = bench.dags / ("f" + std::to_string(i));
      fs::create_symlink(outside, bench.dags / ".link");
      fs::rename(bench.dags / ".link", file);
      bench.write(".file", "x");
      fs::rename(bench.dags / ".file", file);
    }
  });
  for (int i = 0; i < 100; ++i) {
    const auto name = pack_bundle(bench.dags, bench.store);
    if (name) REQUIRE_FALSE(bench.read(bench.store / *name).contains("SECRET"));
    if (!name) REQUIRE(name.error().code == ErrorCode::conflict);
  }
}

TEST_CASE("the print tells a change, also one of the same size") {
  const Bench bench;
  const auto before = folder_print(bench.dags).value();
  CHECK(folder_print(bench.dags).value() == before);
  const auto time = fs::last_write_time(bench.dags / "a.py");
  bench.write("a.py", "print(2)");
  fs::last_write_time(bench.dags / "a.py", time);  // the time of its change stays
  CHECK(folder_print(bench.dags).value() != before);
}

TEST_CASE("what is not the bundle of that name is refused whole") {
  const Bench bench;
  const auto name = pack_bundle(bench.dags, bench.store).value();
  const auto good = bench.read(bench.store / name);
  const auto target = bench.dir.path() / "out";
  const auto refused = [&](const std::string& bytes) {
    std::ofstream(bench.store / "bad", std::ios::binary) << bytes;
    const auto made = unpack_bundle(bench.store / "bad", name, target);
    const bool is_clean = !fs::exists(target) && !fs::exists(target.string() + ".part");
    return !made && made.error().code == ErrorCode::corrupt && is_clean;
  };
  CHECK(refused(""));
  CHECK(refused("short"));
  CHECK(refused(std::string(8, '\xff')));
  CHECK(refused(good.substr(1)));
  CHECK(refused("x" + good));
  CHECK(refused(good + "x"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    CHECK_MESSAGE(refused(bad), at);
  }
  REQUIRE(unpack_bundle(bench.store / name, name, target));
}

TEST_CASE("a folder over the limit says so") {
  const Bench bench;
  const auto huge = bench.dags / "huge.bin";
  std::ofstream(huge) << "x";
  fs::resize_file(huge, static_cast<std::uintmax_t>(kBundleBytesMax) + 1);  // sparse
  const auto made = pack_bundle(bench.dags, bench.store);
  REQUIRE_FALSE(made);
  CHECK(made.error().message.find("too large for workers elsewhere") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::uplink

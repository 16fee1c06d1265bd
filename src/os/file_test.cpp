// SPDX-License-Identifier: Apache-2.0
#include "os/file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "os/environment.h"
#include "os/lock_file.h"
#include "os/process.h"
#include "os/temp_dir.h"

namespace aiflow::os {
namespace {

TEST_CASE("an atomic write replaces the file and leaves nothing beside it, synced or not") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  const Path file = dir.path() / "a";
  auto* write = &write_atomic;
  SUBCASE("synced") {}
  SUBCASE("not synced") { write = &write_whole; }
  REQUIRE(write(file, "one", 0600).has_value());
  REQUIRE(write(file, std::string("t\0wo", 4), 0600).has_value());
  CHECK(read_file(file, 100).value() == std::string("t\0wo", 4));
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
  struct stat info{};
  ::stat(file.c_str(), &info);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("an atomic file that is not committed leaves nothing behind") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  {
    auto file = AtomicFile::create(dir.path() / "a").value();
    REQUIRE(file.write("half").has_value());
  }
  CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("what killed writers left is removed, and nothing else") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  {
    auto left = AtomicFile::create(dir.path() / "a").value();
    std::filesystem::copy(left.temporary_path(), dir.path() / ".a.1.0.tmp");
  }
  REQUIRE(write_atomic(dir.path() / "a", "kept").has_value());
  REQUIRE(write_atomic(dir.path() / ".hidden", "kept").has_value());
  remove_temporaries(dir.path());
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 2);
  CHECK(read_file(dir.path() / "a", 100).value() == "kept");
}

TEST_CASE("a lock that a dead process left to its child is waited for") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  const Path path = dir.path() / "lock";
  std::ofstream(path) << 1'000'000'000 << "\n";  // no process has this number
  Fd child(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(child.get(), LOCK_EX) == 0);
  std::jthread exec([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    child.reset();
  });
  CHECK(LockFile::acquire(path).has_value());
}

TEST_CASE("reading has a limit and says what is missing") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  REQUIRE(write_atomic(dir.path() / "a", "12345").has_value());
  CHECK(read_file(dir.path() / "a", 5).value() == "12345");
  CHECK(read_file(dir.path() / "a", 4).error().code == ErrorCode::invalid_argument);
  const auto missing = read_file(dir.path() / "b", 4);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message.find((dir.path() / "b").string()) != std::string::npos);
  CHECK(read_file(dir.path(), 4).error().message.find("is a directory") != std::string::npos);
  CHECK(read_file("/proc/self/stat", 4096).value().size() > 10);  // reports size 0
}

TEST_CASE("directories are made with parents and removed with what is inside") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  REQUIRE(make_dirs(dir.path() / "a/b/c").has_value());
  REQUIRE(make_dirs(dir.path() / "a/b/c").has_value());
  std::filesystem::create_symlink("/usr", dir.path() / "a/link");
  REQUIRE(write_atomic(dir.path() / "a/b/c/file", "x").has_value());
  CHECK(make_dirs(dir.path() / "a/b/c/file/d").error().code == ErrorCode::invalid_argument);
  REQUIRE(remove_tree(dir.path() / "a").has_value());
  CHECK_FALSE(std::filesystem::exists(dir.path() / "a"));
  CHECK(std::filesystem::exists("/usr/bin"));
  CHECK(remove_tree(dir.path() / "a").has_value());
}

TEST_CASE("a path cannot leave its root") {
  CHECK(join_inside("/data", "a/b.txt").value() == "/data/a/b.txt");
  for (const char* text : {"", "/etc/passwd", "..", "../x", "a/../../x", "a/.."}) {
    CHECK(join_inside("/data", text).error().code == ErrorCode::invalid_argument);
  }
  CHECK_FALSE(join_inside("/data", std::string_view("a\0b", 3)).has_value());
}

TEST_CASE("opening beneath a root refuses symbolic links that lead out") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  std::filesystem::create_symlink("/etc/passwd", dir.path() / "out");
  REQUIRE(write_atomic(dir.path() / "in", "x").has_value());
  CHECK(open_beneath(dir.path(), "in").has_value());
  CHECK(open_beneath(dir.path(), "out").error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a lock file names the process that holds it") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  const Path path = dir.path() / "lock";
  {
    const auto held = LockFile::acquire(path);
    REQUIRE(held.has_value());
    const auto second = LockFile::acquire(path);
    CHECK(second.error().code == ErrorCode::conflict);
    CHECK(second.error().message.find(std::to_string(process_id())) != std::string::npos);
    CHECK(LockFile::holder(path) == process_id());
  }
  CHECK(LockFile::holder(path) == 0);
  CHECK(LockFile::acquire(path).has_value());
}

TEST_CASE("an empty directory is told from one with files, a link and a name that is not there") {
  const TempDir dir = TempDir::create("empty").value();
  const Path folder = dir.path() / "folder";
  CHECK(!is_empty_dir(folder));
  REQUIRE(make_dirs(folder));
  CHECK(is_empty_dir(folder));
  std::filesystem::create_directory_symlink(folder, dir.path() / "link");
  CHECK(!is_empty_dir(dir.path() / "link"));
  for (int n = 0; n < 100; ++n) std::ofstream(folder / (".file" + std::to_string(n)));
  CHECK(!is_empty_dir(folder));
  REQUIRE(remove_tree(folder));
  std::ofstream(folder) << "a file";
  CHECK(!is_empty_dir(folder));
}

}  // namespace
}  // namespace aiflow::os

// SPDX-License-Identifier: Apache-2.0
#include "service/task_log.h"

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>

#include "base/bounded_queue.h"
#include "os/temp_dir.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

std::string utf8(std::string_view bytes, bool is_end) {
  std::size_t used = 0;
  auto text = to_utf8(bytes, is_end, used);
  return text + "|" + std::to_string(used);
}

TEST_CASE("bytes become UTF-8; a character that is cut waits for its rest") {
  CHECK(utf8("abc", false) == "abc|3");
  CHECK(utf8("a\xED\x95", false) == "a|1");
  CHECK(utf8("a\xED\x95", true) == "a\xEF\xBF\xBD|3");
  CHECK(utf8("\xED\x95\x9C", false) == "한|3");
  CHECK(utf8("a\xFFz", false) == "a\xEF\xBF\xBDz|3");
  CHECK(utf8("\xC0\xAF", false) == "\xEF\xBF\xBD\xEF\xBF\xBD|2");
  CHECK(utf8("\xED\xA0\x80z", false).ends_with("z|4"));
}

TEST_CASE("a log's path never leaves the folder") {
  const auto path = [](const char* dag, const char* run, const char* task) {
    return log_path("/logs", {{DagId{dag}, RunId{run}, TaskId{task}, -1}, 2});
  };
  CHECK(path("d", "r", "g.t").value() == "/logs/d/r/try2/g.t.log");
  CHECK(log_path("/logs", {{DagId{"d"}, RunId{"r"}, TaskId{"t"}, 3}, 1}).value() ==
        "/logs/d/r/try1/mapped/t/3.log");
  for (const char* bad : {"", ".", "..", "a/b", "/etc"}) {
    CHECK_FALSE(path(bad, "r", "t"));
    CHECK_FALSE(path("d", bad, "t"));
    CHECK_FALSE(path("d", "r", bad));
  }
}

TEST_CASE("a log is read in slices, a missing one is empty") {
  const auto folder = os::TempDir::create("log-test").value();
  const auto file = folder.path() / "1.log";
  CHECK(read_log(file, {}).value().size == 0);
  std::ofstream(file) << "0123456789";
  const auto chunk = read_log(file, {.offset = 3, .bytes_max = 4}).value();
  CHECK(chunk.content == "3456");
  CHECK(chunk.next_offset == 7);
  CHECK(chunk.size == 10);
  CHECK(read_log(file, {.offset = 100}).value().content.empty());
  CHECK_FALSE(read_log(file, {.offset = -1}));
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "2.log");
  CHECK_FALSE(read_log(folder.path() / "2.log", {}));
}

TEST_CASE("a follower gets a growing log piece by piece and its end") {
  const auto folder = os::TempDir::create("log-test").value();
  const auto file = folder.path() / "1.log";
  LogFollower follower;
  REQUIRE(follower.start());
  BoundedQueue<wire::LogChunk> chunks(100, WhenFull::block);
  std::atomic<bool> has_ended{false};
  follower.follow({.file = file,
                   .offset = 0,
                   .send = [&](const wire::LogChunk& chunk) { return chunks.push(chunk); },
                   .is_full = [] { return false; },
                   .has_ended = [&] { return has_ended.load(); }});
  std::ofstream out(file);
  out << "one\n" << std::flush;
  follower.wake();
  CHECK(chunks.pop_for(10s)->content == "one\n");
  out << "two\n" << std::flush;
  const auto second = chunks.pop_for(10s).value();  // by inotify, nobody wakes it
  CHECK(second.content == "two\n");
  CHECK_FALSE(second.complete);
  has_ended = true;
  follower.wake();
  const auto last = chunks.pop_for(10s).value();
  CHECK(last.complete);
  CHECK(last.next_offset == 8);
}

TEST_CASE("a watcher that is full is left alone until it has room") {
  const auto folder = os::TempDir::create("log-test").value();
  const auto file = folder.path() / "1.log";
  std::ofstream(file) << std::string(1 << 20, 'x');
  LogFollower follower;
  REQUIRE(follower.start());
  BoundedQueue<std::size_t> sizes(100, WhenFull::block);
  follower.follow(
      {.file = file,
       .offset = 0,
       .send = [&](const wire::LogChunk& chunk) { return sizes.push(chunk.content.size()); },
       .is_full = [&] { return sizes.size() >= 2; },
       .has_ended = [] { return true; }});
  std::size_t total = 0;
  while (total < (1 << 20)) {
    const auto size = sizes.pop_for(10s);
    REQUIRE(size);
    total += *size;
  }
  CHECK(total == 1 << 20);
}

}  // namespace
}  // namespace aiflow::service

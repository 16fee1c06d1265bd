// SPDX-License-Identifier: Apache-2.0
#include "log/recent.h"

#include <doctest/doctest.h>

#include <fstream>
#include <thread>

namespace aiflow::log {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBegin{std::chrono::sys_seconds(1'764'000'000s)};

std::string texts(const Recent::Page& page) {
  std::string all;
  for (const auto& line : page.lines) all += line.text + "|";
  return all;
}

TEST_CASE("pages go back from the newest line, and on from any") {
  Recent recent;
  for (int i = 0; i < 5; ++i) recent.add(kBegin + i * 1s, Level::info, std::to_string(i));
  const auto newest = recent.before({}, {}, 2);
  CHECK(texts(newest) == "3|4|");
  CHECK(newest.has_more);
  const auto older = recent.before(newest.lines.front().id, {}, 3);
  CHECK(texts(older) == "0|1|2|");
  CHECK_FALSE(older.has_more);
  const auto on = recent.after(older.lines.back().id, {}, 1);
  CHECK(texts(on) == "3|");
  CHECK(on.has_more);
  CHECK(on.last == on.lines.back().id);
  CHECK(texts(recent.after(on.last, {}, 9)) == "4|");
  CHECK(recent.after(newest.last, {}, 9).lines.empty());
}

TEST_CASE("level, text and time choose") {
  Recent recent;
  recent.add(kBegin, Level::error, "Disk is full");
  recent.add(kBegin + 1s, Level::info, "disk is fine");
  recent.add(kBegin + 2s, Level::warn, "slow");
  CHECK(texts(recent.before({}, {.level = Level::warn}, 9)) == "Disk is full|slow|");
  CHECK(texts(recent.before({}, {.text = "DISK"}, 9)) == "Disk is full|disk is fine|");
  CHECK(texts(recent.before({}, {.since = kBegin + 1s}, 9)) == "disk is fine|slow|");
}

TEST_CASE("the oldest lines go first, and who was slow is told") {
  Recent recent({.lines = 3, .bytes = 10, .line_bytes = 4});
  recent.add(kBegin, Level::info, "abcdefgh");
  const auto first = recent.before({}, {}, 9).lines.at(0);
  CHECK(first.text == "abcd… (4 bytes more)");
  for (const char* text : {"b", "c", "d"}) recent.add(kBegin, Level::info, text);
  CHECK(texts(recent.before({}, {}, 9)) == "b|c|d|");
  CHECK_FALSE(recent.after(first.id, {}, 9).missed);
  recent.add(kBegin, Level::info, "e");
  CHECK(recent.after(first.id, {}, 9).missed);
}

TEST_CASE("lines of before the start are read from the file, with their ids") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("aiflow_recent_test_" + std::to_string(std::rand()) + ".log");
  const auto write = [&](const std::string& text) { std::ofstream(path) << text; };
  const std::string lines =
      "2026-11-23T18:10:21.123Z info    first a=1\n"
      "2026-11-23T18:10:21.123Z warning second\n"
      "no line of the log\n"
      "2026-11-23T18:10:21.124Z error   third password=canary\n";
  write(lines);
  Recent recent;
  recent.load(path);
  const auto page = recent.before({}, {}, 9);
  CHECK(texts(page) == "first a=1|second|third password=***|");
  CHECK(page.lines[1].level == Level::warn);
  CHECK(page.lines[1].id == page.lines[0].id + 1);
  CHECK(page.lines[2].level == Level::error);
  CHECK(format_time(page.lines[2].at) == "2026-11-23T18:10:21.124000Z");
  // The end alone fits: the first line is cut, and its millisecond's others would get other ids.
  Recent small({.lines = 9, .bytes = lines.size() - 10});
  small.load(path);
  CHECK(texts(small.before({}, {}, 9)) == "third password=***|");
  CHECK(small.before({}, {}, 9).lines[0].id == page.lines[2].id);
  write("");
  Recent none;
  none.load(path);
  std::filesystem::remove(path);
  none.load(path);
  CHECK(none.before({}, {}, 9).lines.empty());
}

TEST_CASE("who waits is woken by a line, and by stop") {
  Recent recent;
  std::jthread writer([&] { recent.add(kBegin, Level::info, "x"); });
  recent.wait_after(0, 20s, {});
  CHECK(recent.before({}, {}, 9).lines.size() == 1);
  std::jthread waiter([&](const std::stop_token& stop) { recent.wait_after(1LL << 60, 1h, stop); });
  waiter.request_stop();
  waiter.join();
}

}  // namespace
}  // namespace aiflow::log

// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/server_log.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBegin{std::chrono::sys_seconds(1'764'000'000s)};

/// What a follower got, waited for.
class Got {
 public:
  bool take(const wire::ServerLogPage& page) {
    const std::scoped_lock lock(mutex_);
    for (const auto& line : page.items) text_ += line.level + " " + line.text + "|";
    missed_ = missed_ || page.missed;
    changed_.notify_all();
    return true;
  }
  /// Whether it is that within 20 s.
  bool is(const std::string& wanted) {
    std::unique_lock lock(mutex_);
    const bool same = changed_.wait_for(lock, 20s, [&] { return text_ == wanted; });
    if (!same) MESSAGE(text_);
    return same;
  }
  bool missed() {
    const std::scoped_lock lock(mutex_);
    return missed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  bool missed_ = false;
};

TEST_CASE("a page says where it goes on, both ways") {
  const auto recent = std::make_shared<log::Recent>();
  ServerLog server(recent);
  for (int i = 0; i < 4; ++i) recent->add(kBegin + i * 1s, log::Level::info, std::to_string(i));
  recent->add(kBegin + 9s, log::Level::debug, "bad \xff bytes");
  auto page = server.page({.level = "info", .limit = 2});
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].text == "2");
  REQUIRE(page.before_cursor);
  page = server.page({.level = "info", .before = page.before_cursor, .limit = 9});
  CHECK(page.items.size() == 2);
  CHECK_FALSE(page.before_cursor);
  page = server.page({.after = page.items.back().id, .limit = 1});
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0].text == "2");
  page = server.page({.after = page.after_cursor, .limit = 9});
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[1].text == "bad \uFFFD bytes");
}

TEST_CASE("a follower gets what fits as it comes, a full one when it can take it") {
  const auto recent = std::make_shared<log::Recent>(log::RecentLimits{.lines = 3});
  ServerLog server(recent);
  server.start();
  Got all;
  Got slow;
  std::atomic<bool> is_full = true;
  std::atomic<bool> is_over = false;
  recent->add(kBegin, log::Level::info, "before");
  server.follow({.query = {.level = "warning"},
                 .send = [&](const auto& page) { return all.take(page); },
                 .is_full = [] { return false; },
                 .is_over = [&] { return is_over.load(); }});
  server.follow({.query = {.after = 0},
                 .send = [&](const auto& page) { return slow.take(page); },
                 .is_full = [&] { return is_full.load(); },
                 .is_over = [] { return false; }});
  recent->add(kBegin + 1s, log::Level::info, "quiet");
  recent->add(kBegin + 2s, log::Level::error, "loud");
  CHECK(all.is("error loud|"));
  CHECK(slow.is(""));
  recent->add(kBegin + 3s, log::Level::warn, "louder");
  CHECK(all.is("error loud|warning louder|"));
  is_full = false;
  CHECK(slow.is("info quiet|error loud|warning louder|"));
  CHECK(slow.missed());
  CHECK_FALSE(all.missed());
  is_over = true;
  recent->add(kBegin + 4s, log::Level::warn, "last");
  CHECK(slow.is("info quiet|error loud|warning louder|warning last|"));
  CHECK(all.is("error loud|warning louder|"));
  server.stop();
}

}  // namespace
}  // namespace aiflow::service

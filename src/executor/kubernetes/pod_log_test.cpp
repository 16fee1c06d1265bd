// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/pod_log.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::executor {
namespace {

class Bench {
 public:
  Bench() : folder(os::TempDir::create("podlog").value()), file(folder.path() / "a" / "t.log") {}
  [[nodiscard]] std::string text() const { return os::read_file(file, 1 << 20).value_or(""); }

  ManualClock clock{parse_time("2026-01-01T00:00:00Z").value()};
  os::TempDir folder;
  std::filesystem::path file;
};

constexpr const char* kLines =
    "2026-01-02T03:04:05.123456789Z one\n2026-01-02T03:04:05.5Z two\nwithout time\n";

TEST_CASE("lines have the cluster's times, in the form of all logs, whatever pieces they come in") {
  Bench bench;
  PodLog log(bench.clock, bench.file);
  log.begin("p");
  for (const char c : std::string(kLines)) log.feed({&c, 1});
  log.feed("2026-01-02T03:04:06Z no end");
  log.end();
  CHECK(bench.text() ==
        "[2026-01-01T00:00:00.000Z] aiflow: log of pod p\n"
        "[2026-01-02T03:04:05.123Z] one\n"
        "[2026-01-02T03:04:05.500Z] two\n"
        "[2026-01-01T00:00:00.000Z] without time\n"
        "[2026-01-02T03:04:06.000Z] no end\n");
  CHECK(log.last_line() == "no end");
}

TEST_CASE("a log that is read again from its start is written once") {
  Bench bench;
  {
    PodLog log(bench.clock, bench.file);
    log.begin("p");
    log.feed("2026-01-02T03:04:05Z one\n2026-01-02T03:04:05Z two\n2026-01-02T03:04:05Z cut");
  }
  PodLog log(bench.clock, bench.file);
  log.note("the server has started again");
  log.begin("p");
  log.feed(
      "2026-01-02T03:04:05Z one\n2026-01-02T03:04:05Z two\n2026-01-02T03:04:05Z cut no more\n");
  log.begin("p");  // the stream broke once more
  log.feed(
      "2026-01-02T03:04:05Z one\n2026-01-02T03:04:05Z two\n2026-01-02T03:04:05Z cut no more\n");
  log.feed("2026-01-02T03:04:07Z end\n");
  log.end();
  CHECK(bench.text() ==
        "[2026-01-01T00:00:00.000Z] aiflow: log of pod p\n"
        "[2026-01-02T03:04:05.000Z] one\n"
        "[2026-01-02T03:04:05.000Z] two\n"
        "[2026-01-01T00:00:00.000Z] aiflow: the server has started again\n"
        "[2026-01-02T03:04:05.000Z] cut no more\n"
        "[2026-01-02T03:04:07.000Z] end\n");
}

TEST_CASE("the log of another pod of the same try follows, and a long line is bounded") {
  Bench bench;
  PodLog first(bench.clock, bench.file);
  first.begin("p1");
  first.feed("2026-01-02T03:04:05Z one\n");
  first.end();
  PodLog second(bench.clock, bench.file);
  second.begin("p2");
  second.feed("2026-01-02T03:04:05Z one\n" + std::string(100'000, 'x') + "\n");
  second.end();
  const std::string text = bench.text();
  CHECK(text.find("one") != text.rfind("one"));
  CHECK(second.last_line().size() <= 48U << 10);
}

TEST_CASE("a secret is masked before it is written, also where a long line is cut") {
  for (const std::size_t before : {65'530UL, 65'536UL, 65'545UL, 131'068UL}) {
    for (const bool has_end : {true, false}) {
      Bench bench;
      PodLog log(bench.clock, bench.file, LogMask({"secret words"}));
      log.begin("p");
      const std::string line = std::string(before, 'x') + "secret words" + std::string(90'000, 'y');
      const std::string sent = "2026-01-02T03:04:05Z " + line + (has_end ? "\n" : "");
      for (std::size_t at = 0; at < sent.size(); at += 7'001) {
        log.feed(std::string_view(sent).substr(at, 7'001));
      }
      log.end();
      std::string text = bench.text();
      CHECK(text.contains("***"));
      CHECK_FALSE(text.contains("secret"));
      CHECK_FALSE(text.contains("words"));
      CHECK(std::ranges::count(text, 'y') == 90'000);
    }
  }
}

TEST_CASE("a long log goes on where the file ends, whatever comes again or is gone before it") {
  Bench bench;
  {
    PodLog log(bench.clock, bench.file);
    CHECK_FALSE(log.go_on("p"));
    log.feed("2026-01-02T03:04:05.100Z one\n2026-01-02T03:04:05.200900Z two\n");
    log.feed("2026-01-02T03:04:05.200901Z three\n2026-01-02T03:04:06Z cu");
  }
  PodLog log(bench.clock, bench.file);  // after a restart of the server
  log.note("the server has started again");
  const auto since = log.go_on("p");
  REQUIRE(since);
  CHECK(format_time(*since).starts_with("2026-01-02T03:04:05.2"));
  // The node has rotated its file: "one" and what was before it are gone.
  log.feed("2026-01-02T03:04:05.200900Z two\n2026-01-02T03:04:05.200901Z three\n");
  log.feed("2026-01-02T03:04:05.200902Z four\n2026-01-02T03:04:06Z cut no more\n");
  REQUIRE(log.go_on("p"));  // the stream broke
  log.feed("2026-01-02T03:04:06Z cut no more\n2026-01-02T03:04:07Z end\n");
  log.end();
  CHECK(bench.text() ==
        "[2026-01-01T00:00:00.000Z] aiflow: log of pod p\n"
        "[2026-01-02T03:04:05.100Z] one\n"
        "[2026-01-02T03:04:05.200Z] two\n"
        "[2026-01-02T03:04:05.200Z] three\n"
        "[2026-01-01T00:00:00.000Z] aiflow: the server has started again\n"
        "[2026-01-02T03:04:05.200Z] four\n"
        "[2026-01-02T03:04:06.000Z] cut no more\n"
        "[2026-01-02T03:04:07.000Z] end\n");
  PodLog other(bench.clock, bench.file);
  CHECK_FALSE(other.go_on("p#1"));  // its container started again: from its first line
}

TEST_CASE("the rest of a log that was cut is written once, whatever its times are like") {
  Bench bench;
  PodLog log(bench.clock, bench.file);
  log.begin("p");
  CHECK_FALSE(log.rest_since());
  const std::string same = "2026-01-02T03:04:05.9Z same\n";
  log.feed("2026-01-02T03:04:05.1Z one\n" + same + same);
  // Two writers: the node's file is not in the order of its times.
  log.feed(
      "2026-01-02T03:04:06.2Z two\n2026-01-02T03:04:05.99Z late\n2026-01-02T03:04:06.1Z three");
  REQUIRE(log.rest_since());
  CHECK(format_time(*log.rest_since()).starts_with("2026-01-02T03:04:06.000"));
  log.begin_rest();
  log.feed("2026-01-02T03:04:06.2Z two\n2026-01-02T03:04:06.1Z three\n");
  log.begin_rest();  // it was cut as well
  log.feed("2026-01-02T03:04:06.2Z two\n2026-01-02T03:04:06.1Z three\n");
  SUBCASE("in the same file") { log.feed("2026-01-02T03:04:06.2Z four\n"); }
  SUBCASE("the node has begun a new file") {
    log.begin_rest();
    log.feed("2026-01-02T03:04:06.1Z three\n2026-01-02T03:04:06.3Z four\n");
  }
  log.end();
  std::string said;
  for (const char* line : {"one", "same", "same", "two", "late", "three", "four"}) {
    const std::size_t at = bench.text().find(std::string("] ") + line + "\n");
    CHECK(at != std::string::npos);
    said += std::string("] ") + line + "\n";
  }
  CHECK(std::ranges::count(bench.text(), '\n') == 1 + std::ranges::count(said, '\n'));
}

TEST_CASE("lines that say how a task ended, and long ones, are taken once of a log that was cut") {
  Bench bench;
  PodLog log(bench.clock, bench.file);
  log.begin("p");
  const std::string result = "2026-01-02T03:04:05Z ::aiflow:result {\n";
  const std::string wide = "2026-01-02T03:04:05Z " + std::string(200'000, 'x') + "\n";
  log.feed(result + wide + "2026-01-02T03:04:05Z a");
  log.begin_rest();
  log.feed(result + wide + "2026-01-02T03:04:05Z and\n2026-01-02T03:04:05Z ::aiflow:result }\n");
  log.end();
  CHECK(log.result() == "{}");
  CHECK(std::ranges::count(bench.text(), 'x') == 200'000);
  CHECK(bench.text().contains("] and\n"));
}

TEST_CASE("the limit of a log counts what the file has already") {
  Bench bench;
  const std::string line = "2026-01-02T03:04:05Z " + std::string(60'000, 'x') + "\n";
  for (int start = 0; start < 3; ++start) {
    PodLog log(bench.clock, bench.file);
    static_cast<void>(log.go_on("p#" + std::to_string(start)));
    for (int i = 0; i < 600; ++i) log.feed(line);
    log.end();
  }
  CHECK(std::filesystem::file_size(bench.file) < (64U << 20) + 1'000);
  CHECK(bench.text().empty());  // larger than what text() reads, so there was enough to limit
}

}  // namespace
}  // namespace aiflow::executor

// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/task_output.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/clock.h"
#include "os/temp_dir.h"

namespace aiflow::supervise::detail {
namespace {

using Stream = TaskOutput::Stream;

struct Fixture {
  explicit Fixture(std::uint64_t bytes_max = 1 << 20) : log(clock, bytes_max) {
    log.begin(path(), "starting");
  }
  /// Without the lines of the start and the end.
  std::string text() {
    log.end("ended", false);
    std::string all = os::read_file(path(), 64U << 20).value();
    for (const char* own : {"aiflow: starting\n", "aiflow: ended\n"}) {
      const std::string line = "[2026-11-23T18:10:21.123Z] " + std::string(own);
      const auto at = all.find(line);
      if (at != std::string::npos) all.erase(at, line.size());
    }
    return all;
  }
  os::Path path() const { return dir.path() / "a/b/1.log"; }
  ManualClock clock{parse_time("2026-11-23T18:10:21.123456Z").value()};
  os::TempDir dir = os::TempDir::create("aiflow-test").value();
  LogFile log;
  std::vector<wire::Progress> progress;
  TaskOutput output{log, [this](wire::Progress p) { progress.push_back(std::move(p)); }};
};

TEST_CASE("output that comes again goes on behind what the log has, and keeps its last line") {
  Fixture f;
  f.output.resume({.out = 2, .error = 1});
  f.output.feed(Stream::standard_error, "::aiflow:note here again\nwarned\nnew warning\n");
  f.output.feed(Stream::standard_out, "one\n::aiflow:progress {\"done\":1}\n");
  CHECK(f.progress.empty());
  CHECK(f.output.lines().out == 2);
  CHECK(f.output.return_value().value().value().as_string() == "one");
  f.output.feed(Stream::standard_out, "::aiflow:progress {\"done\":2}\nthree\n");
  f.output.finish();
  CHECK(f.progress.size() == 1);
  CHECK(f.output.lines().out == 4);
  CHECK(f.output.lines().error == 2);
  const std::string stamp = "[2026-11-23T18:10:21.123Z] ";
  CHECK(f.text() == stamp + "aiflow: here again\n" + stamp + "new warning\n" + stamp + "three\n");
}

TEST_CASE("each line gets its time, whatever bytes it holds and however it is cut") {
  Fixture f;
  f.output.feed(Stream::standard_out, std::string_view("a\0b\xff", 4));
  f.output.feed(Stream::standard_error, "oops\n");
  f.output.feed(Stream::standard_out, "c\n\nlast");
  f.output.finish();
  const std::string stamp = "[2026-11-23T18:10:21.123Z] ";
  CHECK(f.text() == stamp + "oops\n" + stamp +
                        std::string("a\0b\xff"
                                    "c\n",
                                    6) +
                        stamp + "\n" + stamp + "last\n");
}

TEST_CASE("a line without an end is cut into pieces and keeps memory bounded") {
  Fixture f(10 << 20);
  const std::string part(10'000, 'x');
  for (int i = 0; i < 100; ++i) f.output.feed(Stream::standard_out, part);
  f.output.feed(Stream::standard_out, "\nend\n");
  f.output.finish();
  const std::string text = f.text();
  CHECK(std::ranges::count(text, 'x') == 1'000'000);
  CHECK(std::ranges::count(text, '\n') == 1'000'000 / (64 << 10) + 1 + 1);
}

TEST_CASE("a log stops at its limit and says how much is missing") {
  Fixture f(1270);  // ten lines of 100 bytes, each after a time of 27
  for (int i = 0; i < 100; ++i) f.output.feed(Stream::standard_out, std::string(99, 'x') + "\n");
  const std::string text = f.text();
  CHECK(std::ranges::count(text, 'x') == 990);
  CHECK(text.find("aiflow: log truncated: 9000 bytes left out") != std::string::npos);
}

TEST_CASE("progress lines are taken out, malformed ones stay in the log") {
  Fixture f;
  f.output.feed(Stream::standard_out,
                "::aiflow:progress {\"done\":3,\"total\":9,\"unit\":\"frames\",\"what\":\"x\"}\n"
                "::aiflow:progress {oops}\nend\n");
  REQUIRE(f.progress.size() == 1);
  CHECK(f.progress[0].done == 3);
  CHECK(f.progress[0].unit == "frames");
  const std::string text = f.text();
  CHECK(text.find("frames") == std::string::npos);
  CHECK(text.find("{oops}") != std::string::npos);
}

TEST_CASE("the return value is the last line of standard output that is not empty") {
  const auto value_of = [](std::string_view text) {
    Fixture f;
    f.output.feed(Stream::standard_out, text);
    f.output.feed(Stream::standard_error, "a warning\n");
    f.output.finish();
    return f.output.return_value();
  };
  CHECK_FALSE(value_of(" \n\n").has_value());
  CHECK(value_of("a\n b c \r\n\n").value().value() == json::Value("b c"));
  CHECK(value_of("{\"n\": 3}").value().value() == json::object({{"n", 3}}));
  CHECK(value_of("12\n").value().value() == json::Value(12));
  CHECK(value_of("NaN\n").value().value() == json::Value("NaN"));
  CHECK(value_of("bad \xff byte\n").value().value() == json::Value("bad \xEF\xBF\xBD byte"));
  CHECK_FALSE(value_of(std::string(49 << 10, 'x')).value().has_value());
  CHECK_FALSE(value_of(std::string(200 << 10, 'x')).value().has_value());
  CHECK(value_of(std::string(200 << 10, 'x') + "\nok\n").value().value() == json::Value("ok"));
  // Deeper than a message may be: kept as text, so that no reader of the report chokes on it.
  CHECK(value_of(std::string(60, '[') + std::string(60, ']')).value().value().is_string());
}

TEST_CASE("text that is no UTF-8 becomes UTF-8") {
  CHECK(to_valid_utf8("h\xC3\xA9 \xED\x95\x9C \xF0\x9F\x98\x80") ==
        "h\xC3\xA9 \xED\x95\x9C \xF0\x9F\x98\x80");
  CHECK(to_valid_utf8("\xC3") == "\xEF\xBF\xBD");
  CHECK(to_valid_utf8("\xC0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD");        // overlong
  CHECK(to_valid_utf8("\xED\xA0\x80x").ends_with("x"));                  // surrogate
  CHECK(to_valid_utf8("\xF4\x90\x80\x80").starts_with("\xEF\xBF\xBD"));  // above U+10FFFF
}

TEST_CASE("a log that cannot be written is a remembered reason, not a failure") {
  ManualClock clock;
  LogFile log(clock, 1000);
  log.begin("/proc/no/such/1.log", "starting");
  log.add_line("x");
  log.end("ended", true);
  CHECK_FALSE(log.truncation().empty());
}

TEST_CASE("a task that printed nothing and succeeded has no log file; any other has one") {
  Fixture silent;
  silent.output.finish();
  silent.log.end("ended: success", true);
  CHECK_FALSE(std::filesystem::exists(silent.path()));
  CHECK(silent.log.truncation().empty());

  Fixture failed;
  failed.output.finish();
  failed.log.end("ended: failed, exit code 3", false);
  CHECK(os::read_file(failed.path(), 1000).value() ==
        "[2026-11-23T18:10:21.123Z] aiflow: starting\n"
        "[2026-11-23T18:10:21.123Z] aiflow: ended: failed, exit code 3\n");

  Fixture noted;
  noted.log.note("ending the task: asked");
  CHECK(os::read_file(noted.path(), 1000).value().ends_with("aiflow: ending the task: asked\n"));
}

}  // namespace
}  // namespace aiflow::supervise::detail

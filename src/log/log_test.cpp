// SPDX-License-Identifier: Apache-2.0
#include "log/log.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <type_traits>

#include "base/secret.h"
#include "log/metrics.h"

namespace aiflow::log {
namespace {

static_assert(!std::is_constructible_v<FieldValue, Secret>);
static_assert(!std::is_copy_constructible_v<Secret>);

TEST_CASE("a line holds the constant message and the fields in order") {
  CHECK(format_line("task finished", {{"run", RunId{"r1"}}, {"ms", 3}, {"ok", true}}) ==
        "task finished run=r1 ms=3 ok=true");
}

TEST_CASE("a field cannot forge a line or another field") {
  CHECK(format_line("m", {{"name", "a\nerror x=1"}}) == R"(m name="a\x0aerror x=1")");
  CHECK(format_line("m", {{"name", "a b=\"c\""}}) == R"(m name="a b=\"c\"")");
  CHECK(format_line("m", {{"name", ""}}) == R"(m name="")");
}

TEST_CASE("the file gets the lines of its level and above") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("aiflow_log_test_" + std::to_string(std::rand()) + ".log");
  REQUIRE(set_up({.level = Level::warn, .to_stderr = false, .file = path}));
  info("quiet");
  warn("loud", {{"n", 1}});
  REQUIRE(set_up({}));
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  CHECK(text.str().find("quiet") == std::string::npos);
  CHECK(text.str().find("warning loud n=1") != std::string::npos);
  std::filesystem::remove(path);
}

TEST_CASE("a file that cannot be opened is an error that names it") {
  const auto result = set_up({.file = "/proc/none/x.log"});
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("/proc/none/x.log") != std::string::npos);
}

TEST_CASE("metrics render as Prometheus text") {
  Registry registry;
  registry.counter({"requests_total", "route=\"a\""}).add(2);
  registry.counter({"requests_total", "route=\"b\""}).add();
  registry.gauge({"queue", ""}).set(1.5);
  auto& h = registry.histogram({"latency_seconds", ""}, {0.1, 1});
  h.observe(0.05);
  h.observe(5);
  CHECK(registry.render() ==
        "# TYPE requests_total counter\nrequests_total{route=\"a\"} 2\n"
        "requests_total{route=\"b\"} 1\n# TYPE queue gauge\nqueue 1.5\n"
        "# TYPE latency_seconds histogram\nlatency_seconds_bucket{le=\"0.1\"} 1\n"
        "latency_seconds_bucket{le=\"1\"} 1\nlatency_seconds_bucket{le=\"+Inf\"} 2\n"
        "latency_seconds_sum 5.05\nlatency_seconds_count 2\n");
  CHECK(h.quantile(0.5) == 0.1);
}

}  // namespace
}  // namespace aiflow::log

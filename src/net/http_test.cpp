// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <doctest/doctest.h>

namespace aiflow::net {
namespace {

TEST_CASE("percent decoding refuses broken escapes, NUL and invalid UTF-8") {
  CHECK(percent_decode("a%20b%2Fc").value() == "a b/c");
  CHECK(percent_decode("%ED%95%9C").value() == "한");
  CHECK_FALSE(percent_decode("%"));
  CHECK_FALSE(percent_decode("%4"));
  CHECK_FALSE(percent_decode("%zz"));
  CHECK_FALSE(percent_decode("%00"));
  CHECK_FALSE(percent_decode("%C0%AF"));        // overlong '/'
  CHECK_FALSE(percent_decode("%ED%A0%80"));     // surrogate
  CHECK_FALSE(percent_decode("%F5%80%80%80"));  // beyond Unicode
}

TEST_CASE("encoding and decoding are inverse") {
  std::string all;
  for (int c = 1; c < 128; ++c) all.push_back(static_cast<char>(c));
  CHECK(percent_decode(percent_encode(all)).value() == all);
  CHECK(percent_encode("manual__2026-01-01T00:00:00+00:00") ==
        "manual__2026-01-01T00%3A00%3A00%2B00%3A00");
}

TEST_CASE("a query is a list of pairs, plus means space") {
  const auto pairs = parse_query("limit=5&state=a+b&x&=y&&q=%26").value();
  REQUIRE(pairs.size() == 5);
  CHECK(pairs[1] == std::pair<std::string, std::string>{"state", "a b"});
  CHECK(pairs[2] == std::pair<std::string, std::string>{"x", ""});
  CHECK(pairs[4].second == "&");
  CHECK(parse_query("")->empty());
  CHECK_FALSE(parse_query("a=%q"));
}

TEST_CASE("events survive the wire in any cut") {
  const SseMessage first{.id = "7", .event = "dag_run", .data = "line one\nline two\n"};
  const SseMessage second{.id = "8", .event = "", .data = "{}"};
  const auto wire = format_sse(first) + ":heartbeat\n\n" + format_sse(second);
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    SseParser parser;
    auto events = parser.feed(std::string_view(wire).substr(0, cut)).value();
    const auto more = parser.feed(std::string_view(wire).substr(cut)).value();
    events.insert(events.end(), more.begin(), more.end());
    REQUIRE(events.size() == 2);
    CHECK(events[0].data == first.data);
    CHECK(events[0].event == "dag_run");
    CHECK(events[1].id == "8");
  }
}

TEST_CASE("an endless event is refused") {
  SseParser parser;
  const std::string piece(1 << 20, 'x');
  bool refused = false;
  for (int i = 0; i < 20 && !refused; ++i) refused = !parser.feed(piece).has_value();
  CHECK(refused);
}

TEST_CASE("header names compare without case") {
  const Headers headers = {{"content-type", "a"}, {"X-Y", "b"}};
  REQUIRE(find_header(headers, "Content-Type") != nullptr);
  CHECK(*find_header(headers, "x-y") == "b");
  CHECK(find_header(headers, "x") == nullptr);
}

}  // namespace
}  // namespace aiflow::net

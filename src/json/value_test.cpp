// SPDX-License-Identifier: Apache-2.0
#include "json/value.h"

#include <doctest/doctest.h>

#include <cmath>

namespace aiflow::json {
namespace {

TEST_CASE("JSON survives a round trip, objects in order") {
  for (const char* text :
       {R"({"b":1,"a":[true,null,-2.5,"x\n\"\u0001"],"c":{}})", "[]", "0", "\"\xed\x95\x9c\"",
        "9223372036854775807", "[[[[]]]]", "1e+300", "-2500.0", "[1.0,1]"}) {
    CHECK(write(parse(text).value()) == text);
  }
  CHECK(parse(write_pretty(parse(R"({"a":[1,{"b":2}]})").value())).value() ==
        object({{"a", Array{1, object({{"b", 2}})}}}));
}

TEST_CASE("what is not JSON is refused with the place and the reason") {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "nul", "1 2", "1e999", "'x'",
                           "NaN", "\"\xff\"", "// c\n1"}) {
    CAPTURE(text);
    REQUIRE_FALSE(parse(text).has_value());
    CHECK(parse(text).error().code == ErrorCode::invalid_argument);
  }
  CHECK(parse("{\"a\":1,\"a\":2}").error().message.find("stands twice") != std::string::npos);
}

TEST_CASE("depth and size are bounded") {
  CHECK_FALSE(parse(std::string(65, '[') + std::string(65, ']')).has_value());
  CHECK_FALSE(parse("[1,2,3]", {.depth_max = 8, .bytes_max = 3}).has_value());
}

TEST_CASE("a number that JSON cannot hold is written as null") {
  CHECK(write(Array{std::nan(""), INFINITY, 0.1}) == "[null,null,0.1]");
}

TEST_CASE("readers name the key that is missing or of the wrong type") {
  const Value v = parse(R"({"n":1,"s":"x","z":null})").value();
  CHECK(get_int(v, "n").value() == 1);
  CHECK(get_string(v, "n").error().message == "'n' must be a string");
  CHECK(get_string(v, "q").error().message == "'q' is missing");
  CHECK(get_int_or(v, "z", 7).value() == 7);
  CHECK_FALSE(get_int_or(v, "s", 7).has_value());
}

}  // namespace
}  // namespace aiflow::json

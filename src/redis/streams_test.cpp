// SPDX-License-Identifier: Apache-2.0
#include "redis/streams.h"

#include <doctest/doctest.h>

namespace aiflow::redis {
namespace {

Reply only(std::string_view bytes) {
  const auto replies = parse_replies(bytes);
  REQUIRE(replies);
  REQUIRE(replies->size() == 1);
  return replies->front();
}

TEST_CASE("a command is written as Redis reads it") {
  CHECK(encode({"XADD", "s", "*", "f", "a\r\nb"}) ==
        "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\nf\r\n$4\r\na\r\nb\r\n");
}

TEST_CASE("entries are read with their fields") {
  const auto read = parse_read(
      only("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"));
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  CHECK(read->front().stream == "s");
  REQUIRE(read->front().entries.size() == 1);
  const Entry& entry = read->front().entries.front();
  CHECK(entry.id == "1-2");
  REQUIRE(entry.find("a") != nullptr);
  CHECK(*entry.find("a") == "b");
  CHECK(entry.find("b") == nullptr);
}

TEST_CASE("nothing came") {
  const auto read = parse_read(only("*-1\r\n"));
  REQUIRE(read);
  CHECK(read->empty());
}

TEST_CASE("what was deleted meanwhile is left out of what is taken over") {
  const auto claimed =
      parse_autoclaim(only("*3\r\n$3\r\n0-0\r\n*2\r\n*-1\r\n*2\r\n$3\r\n1-2\r\n*0\r\n*0\r\n"));
  REQUIRE(claimed);
  REQUIRE(claimed->size() == 1);
  CHECK(claimed->front().id == "1-2");
}

TEST_CASE("an odd answer is refused") {
  for (const char* bytes :
       {":1\r\n", "-ERR x\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n$1\r\ns\r\n:3\r\n",
        "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-2\r\n*1\r\n$1\r\na\r\n",
        "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-2\r\n*2\r\n$1\r\na\r\n:5\r\n"}) {
    CHECK_FALSE(parse_read(only(bytes)));
    CHECK_FALSE(parse_autoclaim(only(bytes)));
  }
  CHECK_FALSE(parse_replies("?what\r\n"));
}

}  // namespace
}  // namespace aiflow::redis

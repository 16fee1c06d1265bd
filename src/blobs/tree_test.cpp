// SPDX-License-Identifier: Apache-2.0
#include "blobs/tree.h"

#include <doctest/doctest.h>

namespace aiflow::blobs {
namespace {

const std::string kSha(64, 'a');

std::string file(const std::string& path) {
  return R"({"path":")" + path + R"(","sha256":")" + kSha + R"(","size":1})";
}

std::string tree(const std::string& entries) {
  return R"({"aiflow_tree":1,"entries":[)" + entries + "]}";
}

TEST_CASE("a tree is read as it was written") {
  const Tree made{{{.path = "a/b.txt", .sha256 = kSha, .size = 3},
                   {.path = "bin/run", .sha256 = kSha, .size = 4, .executable = true},
                   {.path = "empty", .sha256 = {}}}};
  const std::string text = write_tree(made);
  const auto read = parse_tree(text);
  REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
  CHECK(read->entries == made.entries);
  CHECK(read->bytes() == 7);
  CHECK(read->files() == 2);
}

TEST_CASE("paths that leave the directory are refused") {
  for (const char* path : {"../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a/.", "a/", "..", "",
                           "a/b/../c", "a\\u0000b", "a\\nb"}) {
    CAPTURE(path);
    CHECK(parse_tree(tree(file(path))).error().code == ErrorCode::invalid_argument);
  }
  CHECK(parse_tree(tree(file("a..b/..c"))).has_value());
}

TEST_CASE("a tree has one form only") {
  CHECK_FALSE(parse_tree(tree(file("b") + "," + file("a"))));
  CHECK_FALSE(parse_tree(tree(file("a") + "," + file("a"))));
  CHECK_FALSE(parse_tree(tree(file("a") + "," + file("a/b"))));
  CHECK_FALSE(parse_tree(tree(R"({"path":"a"},)" + file("a/b"))));
  CHECK_FALSE(parse_tree(" " + tree(file("a"))));
  CHECK_FALSE(parse_tree(tree(R"({"path":"a","sha256":"short","size":1})")));
  CHECK_FALSE(parse_tree(tree(R"({"path":"a","sha256":")" + kSha + R"(","size":-1})")));
  CHECK_FALSE(parse_tree(R"({"aiflow_tree":2,"entries":[]})"));
  CHECK_FALSE(parse_tree("no json"));
  CHECK(parse_tree(tree("")).has_value());
}

}  // namespace
}  // namespace aiflow::blobs

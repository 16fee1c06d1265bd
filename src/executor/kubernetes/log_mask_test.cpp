// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/log_mask.h"

#include <doctest/doctest.h>

namespace aiflow::executor {
namespace {

TEST_CASE("values of variables with a secret's name are secrets, of all containers") {
  const auto manifest = json::parse(R"({"spec":{
    "containers":[{"name":"a","env":[{"name":"API_KEY","value":"key1"},{"name":"X","value":"x"},
                                     {"name":"TOKEN","valueFrom":{}},{"name":"SECRET","value":""},
                                     {"name":"AIFLOW_TOKEN_FILE","value":"/t/token"}]},
                  {"name":"b"}],
    "initContainers":[{"name":"c","env":[{"name":"db_passwd","value":"pw22"}]}]}})");
  CHECK(secrets_of(*manifest) == std::vector<std::string>{"key1", "pw22"});
  CHECK(secrets_of(json::object({})).empty());
}

TEST_CASE("a secret is masked as it is, in a URL, in JSON, and line by line") {
  const LogMask mask({"a/b \"c\"", "abc", "line one\nline two\n", "long: a/b \"c\" too"});
  CHECK(mask.masked(R"(a/b "c")") == "***");
  CHECK(mask.masked("x=a%2Fb%20%22c%22&y") == "x=***&y");
  CHECK(mask.masked(R"({"p":"a/b \"c\""})") == R"({"p":"***"})");
  CHECK(mask.masked("line two, line one") == "***, ***");
  CHECK(mask.masked("long: a/b \"c\" too") == "***");
  CHECK(mask.masked("abc stays, it is short") == "abc stays, it is short");
  CHECK(LogMask().masked("as it is") == "as it is");
  CHECK(LogMask({"****"}).masked("****") == "***");
}

}  // namespace
}  // namespace aiflow::executor

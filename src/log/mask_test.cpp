// SPDX-License-Identifier: Apache-2.0
#include "log/mask.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "log/log.h"
#include "log/recent.h"

namespace aiflow::log {
namespace {

TEST_CASE("what is secret in a URL is masked, the rest stays") {
  CHECK(mask_secrets("url=redis://:canary@host:6379/0 x=1") == "url=redis://:***@host:6379/0 x=1");
  CHECK(mask_secrets("mysql://app:canary@db/aiflow") == "mysql://app:***@db/aiflow");
  CHECK(mask_secrets("mysql://app:can/ary@#1@db/aiflow") == "mysql://app:***@db/aiflow");
  CHECK(mask_secrets("https://canary@git.example/x") == "https://***@git.example/x");
  CHECK(mask_secrets("http://127.0.0.1:8080/a?b=1") == "http://127.0.0.1:8080/a?b=1");
  CHECK(mask_secrets("http://[::1]:80/a?mail=b@c") == "http://[::1]:80/a?mail=b@c");
  CHECK(mask_secrets("https://s3/x?X-Amz-Security-Token=canary&a=b") ==
        "https://s3/x?X-Amz-Security-Token=***&a=b");
}

TEST_CASE("the value of a name of a secret is masked") {
  CHECK(mask_secrets("m password=canary user=mina") == "m password=*** user=mina");
  CHECK(mask_secrets(R"(m db_password="can ary\" x" user=mina)") ==
        R"(m db_password="***" user=mina)");
  CHECK(mask_secrets(R"({"password":"canary","a":1})") == R"({"password":"***","a":1})");
  CHECK(mask_secrets(R"(error="bad {\"api-key\": \"canary\"}")") ==
        R"(error="bad {\"api-key\": \"***\"}")");
  CHECK(mask_secrets("Authorization: Bearer canary123") == "Authorization: Bearer ***");
  CHECK(mask_secrets("sent Bearer canary-canary to x") == "sent Bearer *** to x");
  CHECK(mask_secrets("Cookie: aiflow_session=canary1") == "Cookie: ***");
  CHECK(mask_secrets("AWS_SECRET_ACCESS_KEY: canary1") == "AWS_SECRET_ACCESS_KEY: ***");
  CHECK(mask_secrets("the token: it is too old") == "the token: it is too old");
  CHECK(mask_secrets("passwords are checked, tokens=3") == "passwords are checked, tokens=3");
  CHECK(mask_secrets("password=") == "password=");
  CHECK(mask_secrets("secret=\"canary") == "secret=\"***");
}

TEST_CASE("tokens are known by their beginning, words that begin the same stay") {
  CHECK(mask_secrets("who aiflow_abcdefghijklmnopqrstuvw now") == "who *** now");
  CHECK(mask_secrets("aiflow-join.abcdefghijklmnop.qrst") == "***");
  CHECK(mask_secrets("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln") == "a ***");
  CHECK(mask_secrets("db=aiflow_e2e program=aiflow-infer") == "db=aiflow_e2e program=aiflow-infer");
  CHECK(mask_secrets("key -----BEGIN RSA PRIVATE KEY-----canary") == "key ***");
}

TEST_CASE("no sink gets a secret: neither the file nor who looks at the newest lines") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("aiflow_mask_test_" + std::to_string(std::rand()) + ".log");
  const auto recent = std::make_shared<Recent>();
  REQUIRE(set_up({.to_stderr = false, .file = path}));
  keep_recent(recent, path);
  warn("connect", {{"error", "mysql://u:canary@db refused"}, {"token", "canary"}});
  REQUIRE(set_up({}));
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  std::filesystem::remove(path);
  const auto page = recent->before({}, {}, 10);
  REQUIRE(page.lines.size() == 1);
  CHECK(page.lines[0].text == "connect error=\"mysql://u:***@db refused\" token=***");
  CHECK(text.str().find(page.lines[0].text) != std::string::npos);
  CHECK(text.str().find("canary") == std::string::npos);
}

}  // namespace
}  // namespace aiflow::log

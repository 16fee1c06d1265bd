// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "wire/dag.h"
#include "wire/engine.h"
#include "wire/known_names.h"
#include "wire/routes.h"
#include "wire/worker.h"

namespace aiflow::wire {
namespace {

TEST_CASE("a frame survives a round trip through JSON text") {
  Finished report;
  report.seq = 7;
  report.attempt.key = {.dag_id = "d", .run_id = "r", .task_id = "t", .map_index = -1};
  report.outcome = Outcome::failed;
  report.signal = 9;
  report.branch = std::vector<std::string>{"a", "b"};
  report.xcoms = {{.key = "return_value", .value = json::object({{"n", 1}})}};
  const auto text = json::write(to_json(report));
  CHECK(parse_finished(json::parse(text).value()).value() == report);
}

TEST_CASE("an error names the path of the wrong member") {
  const auto value = json::parse(R"({"attempts":[{"key":{"dag_id":1}}]})").value();
  CHECK(parse_heartbeat(value).error().message == "'attempts' [0] 'key' 'dag_id' must be a string");
  CHECK(parse_hello_ok(json::parse("{}").value()).error().message == "'server_id' is missing");
}

TEST_CASE("optional members may be absent, null or set; unknown ones are ignored") {
  const auto patch = [](const char* text) { return parse_dag_patch(json::parse(text).value()); };
  CHECK_FALSE(patch("{}").value().is_paused.has_value());
  CHECK_FALSE(patch(R"({"is_paused":null,"x":1})").value().is_paused.has_value());
  CHECK(patch(R"({"is_paused":true})").value().is_paused == true);
}

TEST_CASE("what a route does not know is refused by its name, with what it knows") {
  const auto why = [](const Status& status) { return status ? "" : status.error().message; };
  const auto body = [&](Route route, const char* text) {
    return why(check_members(route, json::parse(text).value()));
  };
  CHECK(body(Route::patch_dag, R"({"is_pausd":true})") ==
        "unknown member 'is_pausd': known are is_paused");
  CHECK(body(Route::patch_dag, R"({"is_paused":true})").empty());
  CHECK(body(Route::patch_dag, "[1]").empty());  // the parser says what that is
  CHECK(body(Route::trigger_dag_run, R"({"conf":{"any":1},"cnof":{}})")
            .starts_with("unknown member 'cnof': known are dag_run_id, logical_date"));
  CHECK(body(Route::oip_infer, R"({"any":1})").empty());
  CHECK(why(check_parameters(Route::list_dags, {{"limit", "1"}})).empty());
  CHECK(why(check_parameters(Route::list_dags, {{"nonsense", ""}})) ==
        "unknown parameter 'nonsense': known are cursor, limit, offset");
  CHECK(why(check_parameters(Route::get_dag, {{"x", "1"}})) ==
        "unknown parameter 'x': none is taken here");
  CHECK(why(check_parameters(Route::receive_webhook, {{"x", "1"}})).empty());
  CHECK(why(check_parameters(Route::list_dags, {{std::string(5000, 'x'), ""}})).size() < 200);
  // Not in the middle of a character, which would make the answer no JSON.
  std::string hangul;
  for (int i = 0; i < 40; ++i) hangul += "가";
  CHECK(why(check_parameters(Route::list_dags, {{hangul, ""}})) ==
        "unknown parameter '" + hangul.substr(0, 78) + "': known are cursor, limit, offset");
}

TEST_CASE("every route has a permission and a unique method and path") {
  for (const auto& a : all_routes()) {
    CHECK_FALSE(a.permission.empty());
    for (const auto& b : all_routes()) {
      CHECK((&a == &b || a.method != b.method || a.path != b.path));
    }
  }
}

}  // namespace
}  // namespace aiflow::wire

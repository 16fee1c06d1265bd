// SPDX-License-Identifier: Apache-2.0
#include "params/params.h"

#include <doctest/doctest.h>

#include "params/typed.h"

namespace aiflow::params {
namespace {

json::Value read(const std::string& text) { return json::parse(text).value(); }

std::string message_of(const Status& status) { return status ? "" : status.error().message; }

std::string run_refusal(const std::string& params, const std::string& conf) {
  const json::Value dag = read(params);
  return message_of(check_run({.dag = &dag, .tasks = {}}, read(conf)));
}

std::string definition_refusal(const std::string& params, Defaults defaults) {
  const json::Value dag = read(params);
  return message_of(check_definition({.dag = &dag, .tasks = {}}, defaults));
}

constexpr const char* kThreshold =
    R"({"threshold": {"value": 0.5, "schema": {"type": "number", "maximum": 1}},
        "name": {"schema": {"type": "string"}}, "free": {"value": null, "schema": {}}})";

TEST_CASE("a run's values are checked, and all that is wrong is said at once") {
  CHECK(run_refusal(kThreshold, R"({"name": "x", "free": [1], "not_known": 1})") == "");
  CHECK(run_refusal(kThreshold, R"({"threshold": 1.5})") ==
        "param 'threshold': 1.5 is greater than the maximum 1; "
        "param 'name' has no default: it must be given");
  CHECK(run_refusal(kThreshold, "null") == "param 'name' has no default: it must be given");
  CHECK(run_refusal(R"({"a": {"value": null, "schema": {"type": "integer"}}})", "{}") ==
        "param 'a': the default does not fit, give a value: null is not a whole number");
  CHECK(run_refusal(R"({"a": {"value": [], "schema": {"items": {"type": "string"}}}})",
                    R"({"a": ["x", 1]})") == "param 'a'[1]: 1 is not text");
}

TEST_CASE("five problems are named, more are only mentioned") {
  std::string params;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    params += (params.empty() ? "{" : ", ") + ('"' + std::string(name)) + R"(": {"schema": {}})";
  }
  const std::string text = run_refusal(params + "}", "{}");
  CHECK(text.find("param 'e' has no default: it must be given; and more") != std::string::npos);
  CHECK(text.find("'f'") == std::string::npos);
}

TEST_CASE("a task's params are checked with the task's name") {
  const json::Value dag = read(R"({"n": {"value": 1, "schema": {"type": "integer"}}})");
  const json::Value own = read(R"({"n": {"value": 1, "schema": {"maximum": 3}}})");
  const Definition both{.dag = &dag, .tasks = {{.task_id = "load", .params = &own}}};
  CHECK(check_run(both, read(R"({"n": 3})")));
  CHECK(message_of(check_run(both, read(R"({"n": 4})"))) ==
        "task 'load', param 'n': 4 is greater than the maximum 3");
  const json::Value same = read(R"({"n": {"value": 9, "schema": {"type": "integer"}}})");
  const Definition alike{.dag = &dag, .tasks = {{.task_id = "load", .params = &same}}};
  CHECK(message_of(check_run(alike, read(R"({"n": "x"})"))) ==
        R"(param 'n': "x" is not a whole number)");
}

TEST_CASE("only a dag with a schedule needs defaults that fit") {
  CHECK(definition_refusal(kThreshold, Defaults::may_be_wrong) == "");
  CHECK(definition_refusal(kThreshold, Defaults::must_fit) ==
        "param 'name' has no default (a DAG with a schedule needs defaults that fit: nobody gives "
        "its runs values)");
  const std::string wrong = R"({"n": {"value": "x", "schema": {"type": "integer"}}})";
  CHECK(definition_refusal(wrong, Defaults::may_be_wrong) == "");
  CHECK(definition_refusal(wrong, Defaults::must_fit)
            .starts_with(R"(param 'n': the default: "x" is not a whole number)"));
}

TEST_CASE("a schema that can't be used is refused with or without a schedule") {
  const std::string broken = R"({"n": {"value": 1, "schema": {"type": "int"}}})";
  CHECK(definition_refusal(broken, Defaults::may_be_wrong).starts_with("param 'n': 'type' is"));
  CHECK(run_refusal(broken, "{}").starts_with("param 'n': 'type' is"));
}

TEST_CASE("conf goes over the task's params, and these over the dag's") {
  const json::Value dag = read(R"({"a": {"value": 1}, "b": {"value": 1}, "c": {"value": 1},
                                   "none": {"schema": {}}})");
  const json::Value task = read(R"({"b": {"value": 2}, "c": {"value": 2}, "d": {"value": null}})");
  CHECK(merge({&dag, &task}, read(R"({"c": 3, "more": 4})")) ==
        read(R"({"a": 1, "b": 2, "c": 3, "d": null, "more": 4})"));
}

TEST_CASE("a run may have tens of thousands of values, in the order that they were given") {
  json::Object many;
  for (int i = 0; i < 60'000; ++i) many.emplace_back("k" + std::to_string(i), i);
  const json::Value conf(std::move(many));
  const json::Value params = json::object({{"k7", json::object({{"value", "default"}})}});
  const json::Value merged = merge({&params, nullptr}, conf);
  REQUIRE(merged.as_object().size() == 60'000);
  CHECK(merged.as_object().front() == json::Member{"k7", 7});
  CHECK(merged.as_object().back().first == "k59999");
}

TEST_CASE("a typed text becomes what the schema wants") {
  const auto as = [](const std::string& param, const std::string& text) {
    const auto value = value_from_text(read(param), text);
    return value ? json::write(*value) : "error: " + value.error().message;
  };
  CHECK(as(R"({"schema": {"type": "integer"}})", "5") == "5");
  CHECK(as(R"({"schema": {"type": "string"}})", "5") == R"("5")");
  CHECK(as(R"({"schema": {"type": ["null", "number"]}})", "null") == "null");
  CHECK(as(R"({"schema": {"type": "boolean"}})", "true") == "true");
  CHECK(as(R"({"schema": {"type": "array"}})", R"(["a"])") == R"(["a"])");
  CHECK(as(R"({"schema": {"enum": [1, "two"]}})", "1") == "1");
  CHECK(as(R"({"schema": {"enum": [1, "two"]}})", "two") == R"("two")");
  CHECK(as(R"({"value": "a"})", "5") == R"("5")");
  CHECK(as(R"({"value": 1})", "abc") == R"("abc")");
  CHECK(as(R"({"value": 1})", "2.5") == "2.5");
  CHECK(as(R"({"schema": {"type": "number"}})", "abc") ==
        "error: 'abc' is not a number; an example: 0.5");
  CHECK(as(R"({"value": true, "schema": {"type": "boolean"}})", "yes") ==
        "error: 'yes' is not true or false; an example: true");
}

TEST_CASE("a param's type is told in words") {
  CHECK(type_of(read(R"({"schema": {"type": ["integer", "null"]}})")) == "null or a whole number");
  CHECK(type_of(read(R"({"value": 1})")) == "a whole number");
  CHECK(type_of(read(R"({"schema": {"enum": ["a", 2]}})")) == R"(one of "a", 2)");
  CHECK(type_of(read(R"({"value": null, "schema": {}})")) == "any");
  CHECK(is_required(read(R"({"schema": {}})")));
  CHECK(is_required(read(R"({"value": null, "schema": {"type": "string"}})")));
  CHECK_FALSE(is_required(read(R"({"value": null, "schema": {"type": ["null", "string"]}})")));
}

}  // namespace
}  // namespace aiflow::params

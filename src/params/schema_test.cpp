// SPDX-License-Identifier: Apache-2.0
#include "params/schema.h"

#include <doctest/doctest.h>

namespace aiflow::params {
namespace {

/// All problems, one a line; "" when the value fits, "refused: …" when the schema is not usable.
std::string problems(const std::string& schema_text, const std::string& value_text) {
  const auto schema = Schema::parse(json::parse(schema_text).value());
  if (!schema) return "refused: " + schema.error().message;
  std::string all;
  for (const Problem& one : schema->check(json::parse(value_text).value(), 5)) {
    all += (all.empty() ? "" : "\n") + one.where + (one.where.empty() ? "" : ": ") + one.what;
  }
  return all;
}

struct Case {
  const char* schema;
  const char* good;
  const char* bad;
  const char* words;
};

void check_all(std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    CAPTURE(one.schema);
    CHECK(problems(one.schema, one.good) == "");
    CHECK(problems(one.schema, one.bad) == one.words);
  }
}

TEST_CASE("types are told apart, and a whole 1.0 is an integer") {
  check_all({
      {R"({"type": "integer"})", "1.0", "1.5", "1.5 is not a whole number"},
      {R"({"type": "number"})", "3", R"("3")", R"("3" is not a number)"},
      {R"({"type": "string"})", R"("")", "null", "null is not text"},
      {R"({"type": "boolean"})", "false", "0", "0 is not true or false"},
      {R"({"type": ["null", "array", "object"]})", "null", "true",
       "true is not null, a list or an object"},
  });
}

TEST_CASE("enum and const compare by value") {
  check_all({
      {R"({"enum": ["a", 2, {"x": 1, "y": 2}]})", R"({"y": 2.0, "x": 1})", "false",
       R"(false is not one of "a", 2, {"x":1,"y":2})"},
      {R"({"const": 1})", "1.0", "true", "true is not 1, the only value allowed"},
  });
}

TEST_CASE("numbers have limits") {
  check_all({
      {R"({"minimum": 1, "maximum": 3})", "3", "3.5", "3.5 is greater than the maximum 3"},
      {R"({"minimum": 1})", "1", "0", "0 is less than the minimum 1"},
      {R"({"exclusiveMinimum": 0})", "0.1", "0", "0 is not greater than 0"},
      {R"({"exclusiveMaximum": 1})", "0", "1", "1 is not less than 1"},
      {R"({"multipleOf": 0.1})", "0.3", "0.35", "0.35 is not a multiple of 0.1"},
      {R"({"multipleOf": 3})", "9", "10", "10 is not a multiple of 3"},
      {R"({"minimum": 9007199254740993})", "9007199254740993", "9007199254740992",
       "9007199254740992 is less than the minimum 9007199254740993"},
  });
}

TEST_CASE("texts have lengths in characters, patterns and formats") {
  check_all({
      {R"({"minLength": 2})", R"("가나")", R"("가")", R"("가" is shorter than 2 characters)"},
      {R"({"maxLength": 1})", R"("가")", R"("ab")", R"("ab" is longer than 1 character)"},
      {R"({"pattern": "^[a-z]+\\Z"})", R"("abc")", R"("aB")",
       R"("aB" does not match the pattern ^[a-z]+\Z)"},
      {R"({"pattern": "b"})", R"("abc")", R"("ac")", R"("ac" does not match the pattern b)"},
      {R"({"format": "date"})", R"("2028-02-29")", R"("2026-02-29")",
       R"("2026-02-29" is not a date such as 2026-11-24)"},
      {R"({"format": "time"})", R"("23:59:59")", R"("24:00:00")",
       R"("24:00:00" is not a time such as 13:05:00)"},
      {R"({"format": "date-time"})", R"("2026-11-24T01:02:03.5+09:00")", R"("2026-11-24T01:02:03")",
       R"("2026-11-24T01:02:03" is not a date with time and zone such as )"
       "2026-11-24T13:05:00+09:00"},
      {R"({"format": "email"})", R"("a@b")", R"("a@")",
       R"("a@" is not an e-mail address such as name@example.org)"},
      {R"({"format": "ipv4"})", R"("192.0.2.1")", R"("192.0.2")",
       R"("192.0.2" is not an IPv4 address such as 192.0.2.1)"},
      {R"({"format": "ipv6"})", R"("::1")", R"(":1")",
       R"(":1" is not an IPv6 address such as 2001:db8::1)"},
      {R"({"format": "uuid"})", R"("123e4567-e89b-12d3-a456-426614174000")", R"("123")",
       R"("123" is not a UUID such as 123e4567-e89b-12d3-a456-426614174000)"},
      {R"({"format": "regex"})", R"("a+")", R"("a(")", R"("a(" is not a regular expression)"},
  });
  CHECK(problems(R"({"format": "multiline"})", R"("anything")") == "");
}

TEST_CASE("lists have items, places, sizes and what they contain") {
  check_all({
      {R"({"items": {"type": "string"}})", R"(["a"])", R"(["a", 1])", "[1]: 1 is not text"},
      {R"({"prefixItems": [{"type": "string"}], "items": false})", R"(["a"])", R"(["a", 1])",
       "[1]: 1 is not allowed"},
      {R"({"items": [{"type": "string"}], "additionalItems": {"type": "integer"}})", R"(["a", 1])",
       R"(["a", "b"])", R"([1]: "b" is not a whole number)"},
      {R"({"minItems": 2})", "[1, 2]", "[1]", "has 1 item, at least 2 are wanted"},
      {R"({"maxItems": 1})", "[1]", "[1, 2]", "has 2 items, at most 1 are allowed"},
      {R"({"uniqueItems": true})", "[1, true]", "[1, 1.0]", "has 1.0 twice"},
      {R"({"contains": {"const": 1}})", "[0, 1]", "[0]",
       "has 0 items of the kind of which at least 1 must be in the list"},
      {R"({"contains": {"const": 1}, "minContains": 0, "maxContains": 1})", "[]", "[1, 1]",
       "has 2 items of the kind of which at most 1 may be in the list"},
  });
}

TEST_CASE("objects have keys") {
  check_all({
      {R"({"properties": {"a": {"items": {"minimum": 1}}}})", R"({"a": [1], "b": 0})",
       R"({"a": [1, 0]})", ".a[1]: 0 is less than the minimum 1"},
      {R"({"required": ["a"]})", R"({"a": null})", "{}", R"("a" is missing)"},
      {R"({"properties": {"a": {}}, "patternProperties": {"^x": {}},
           "additionalProperties": false})",
       R"({"a": 1, "xy": 2})", R"({"b": 1})", R"("b" is not a key that is known here)"},
      {R"({"additionalProperties": {"type": "integer"}})", R"({"a": 1})", R"({"a": "x"})",
       R"(.a: "x" is not a whole number)"},
      {R"({"patternProperties": {"^n_": {"type": "integer"}}})", R"({"n_a": 1, "b": "x"})",
       R"({"n_a": "x"})", R"(.n_a: "x" is not a whole number)"},
      {R"({"propertyNames": {"maxLength": 2}})", R"({"ab": 1})", R"({"abc": 1})",
       R"(.abc: "abc" is longer than 2 characters)"},
      {R"({"minProperties": 1})", R"({"a": 1})", "{}", "has 0 keys, at least 1 are wanted"},
      {R"({"maxProperties": 0})", "{}", R"({"a": 1})", "has 1 keys, at most 0 are allowed"},
      {R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1, "b": 1})", R"({"a": 1})",
       R"("b" is missing: it is needed beside "a")"},
      {R"({"dependencies": {"a": {"required": ["b"]}}})", "{}", R"({"a": 1})", R"("b" is missing)"},
  });
}

TEST_CASE("schemas are combined, and a part names another part") {
  check_all({
      {R"({"allOf": [{"minimum": 1}, {"maximum": 3}]})", "2", "4",
       "4 is greater than the maximum 3"},
      {R"({"anyOf": [{"type": "string"}, {"type": "integer", "maximum": 3}]})", "3", "4",
       "fits none of the allowed forms: 4 is not text, or 4 is greater than the maximum 3"},
      {R"({"oneOf": [{"minimum": 1}, {"minimum": 3}]})", "2", "3",
       "3 fits more than one of the allowed forms"},
      {R"({"not": {"type": "null"}})", "1", "null", "null is not allowed"},
      {R"({"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 5}})", R"("ab")",
       "4", "4 is less than the minimum 5"},
      {R"({"$defs": {"tree": {"type": "object", "properties":
           {"next": {"$ref": "#/$defs/tree"}}}}, "$ref": "#/$defs/tree"})",
       R"({"next": {"next": {}}})", R"({"next": {"next": 1}})", ".next.next: 1 is not an object"},
  });
}

TEST_CASE("all problems come at once, up to the limit") {
  CHECK(problems(R"({"items": {"type": "integer"}})", R"([1, "a", 2, "b"])") ==
        "[1]: \"a\" is not a whole number\n[3]: \"b\" is not a whole number");
  const auto schema = Schema::parse(json::parse(R"({"items": {"type": "null"}})").value()).value();
  CHECK(schema.check(json::parse("[1, 2, 3, 4]").value(), 3).size() == 3);
}

TEST_CASE("what only describes is let pass") {
  CHECK(problems(R"({"title": 1, "section": "x", "examples": [1], "values_display": {"a": "b"},
                     "$schema": "https://json-schema.org/draft/2020-12/schema"})",
                 "[1]") == "");
}

TEST_CASE("a schema that can't be used is refused with its keyword") {
  const auto refusal = [](const std::string& schema) { return problems(schema, "1"); };
  CHECK(refusal(R"({"type": "text"})") ==
        R"(refused: 'type' is string, number, integer, boolean, array, object, null, or a list )"
        R"(of these, not "text")");
  CHECK(refusal(R"({"minimum": "1"})") == R"(refused: 'minimum' is a number, not "1")");
  CHECK(refusal(R"({"multipleOf": 0})") == "refused: 'multipleOf' is a number above 0, not 0");
  CHECK(refusal(R"({"minLength": -1})") ==
        "refused: 'minLength' is a whole number of at least 0, not -1");
  CHECK(refusal(R"({"enum": []})") == "refused: 'enum' is a list with the values, not []");
  CHECK(refusal(R"({"items": 3})") == "refused: a schema is an object, not 3");
  CHECK(refusal(R"({"dependentRequired": {"a": {}}})") ==
        "refused: 'dependentRequired': 'a' is a list of texts, not {}");
  CHECK(refusal(R"({"unevaluatedProperties": false})") ==
        "refused: 'unevaluatedProperties' is not known here");
  CHECK(refusal(R"([])") == "refused: a schema is an object, not []");
}

TEST_CASE("a reference leads nowhere but into its schema") {
  const auto refusal = [](const std::string& schema) { return problems(schema, "1"); };
  CHECK(refusal(R"({"$ref": "http://example.org/schema"})") ==
        "refused: '$ref' to 'http://example.org/schema': only parts of the same schema can be "
        "named (#/$defs/…)");
  CHECK(refusal(R"({"$ref": "file:///etc/passwd"})").starts_with("refused: "));
  CHECK(refusal(R"({"$ref": "#/$defs/x"})") == "refused: '$ref': the schema has no '#/$defs/x'");
  CHECK(refusal(R"({"$ref": "#/%zz"})").starts_with("refused: "));
  CHECK(refusal(R"({"x": {"type": 1}, "$ref": "#/x"})").starts_with("refused: 'type'"));
  CHECK(problems(R"({"a/b": {"c~d%": {"type": "null"}}, "$ref": "#/a~1b/c~0d%25"})", "1") ==
        "1 is not null");
}

TEST_CASE("hostile schemas end soon") {
  SUBCASE("one that names itself") {
    CHECK(problems(R"({"$ref": "#"})", "1") ==
          "the value and its schema take too much work to check");
  }
  SUBCASE("one that doubles the work at each step") {
    std::string schema = R"({"$defs": {"s0": {"type": "string"})";
    for (int i = 1; i < 30; ++i) {
      const std::string below = R"({"$ref": "#/$defs/s)" + std::to_string(i - 1) + "\"}";
      schema += ", \"s" + std::to_string(i) + R"(": {"anyOf": [)" + below + ", " + below + "]}";
    }
    CHECK(problems(schema + R"(}, "$ref": "#/$defs/s29"})", "1") ==
          "the value and its schema take too much work to check");
  }
  SUBCASE("a pattern that makes others try every way") {
    CHECK(problems(R"({"pattern": "^(a+)+$"})", '"' + std::string(100'000, 'a') + "b\"")
              .ends_with("does not match the pattern ^(a+)+$"));
  }
  SUBCASE("patterns that are no regular ones, or too big") {
    CHECK(problems(R"({"pattern": "(?=a)b"})", "1").starts_with("refused: pattern '(?=a)b'"));
    CHECK(problems(R"({"pattern": "(a)\\1"})", "1").starts_with("refused: pattern"));
    CHECK(problems(R"({"pattern": "((a{100}){100}){100}"})", "1").starts_with("refused: pattern"));
    CHECK(problems(R"({"pattern": ")" + std::string(1001, 'a') + "\"}", "1") ==
          "refused: a pattern has at most 1000 bytes");
  }
  SUBCASE("a deep one") {
    std::string schema = "true";
    for (int i = 0; i < 40; ++i) schema = R"({"not": )" + schema + "}";
    CHECK(problems(schema, "1") == "refused: the schema is nested deeper than 32 levels");
  }
  SUBCASE("a big one") {
    CHECK(problems(R"({"title": ")" + std::string(70'000, 'a') + "\"}", "1") ==
          "refused: the schema has more than 64 KiB");
    std::string many = "true";
    for (int i = 0; i < 2001; ++i) many += ", {}";
    CHECK(problems(R"({"allOf": [)" + many + "]}", "1") ==
          "refused: the schema has more than 2000 parts");
  }
}

}  // namespace
}  // namespace aiflow::params

// SPDX-License-Identifier: Apache-2.0
#include "params/detail/checker.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "params/detail/format.h"
#include "params/detail/vet.h"
#include "params/detail/words.h"

namespace aiflow::params::detail {
namespace {

constexpr std::size_t kStepsMax = 300'000;
constexpr int kDepthMax = 200;
constexpr std::size_t kTextPerStep = 32;

std::size_t size_of(const json::Value& value) {
  if (value.is_string()) return value.as_string().size() / kTextPerStep;
  if (value.is_array()) return value.as_array().size();
  return value.is_object() ? value.as_object().size() : 0;
}

/// Below 0, 0 or above: a against b.
int compare(const json::Value& a, const json::Value& b) {
  if (a.is_int() && b.is_int()) return a.as_int() < b.as_int() ? -1 : a.as_int() > b.as_int();
  return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double();
}

/// Decimal fractions have no exact double: 0.3 counts as a multiple of 0.1.
bool is_multiple(const json::Value& value, const json::Value& of) {
  if (value.is_int() && of.is_int()) return value.as_int() % of.as_int() == 0;
  const double quotient = value.as_double() / of.as_double();
  if (!std::isfinite(quotient)) return std::fmod(value.as_double(), of.as_double()) == 0;
  constexpr double kRounding = 1e-15;
  return std::abs(quotient - std::round(quotient)) <= kRounding * std::abs(quotient);
}

std::size_t count_of(const json::Value& count) {
  constexpr double kMost = 1e15;
  return static_cast<std::size_t>(std::min(count.as_double(), kMost));
}

std::string list_of(const json::Array& values) {
  constexpr std::size_t kListed = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), kListed); ++i) {
    text += (i > 0 ? ", " : "") + shown(values[i]);
  }
  return values.size() > kListed ? text + ", …" : text;
}

std::string number_of(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::vector<Problem> Checker::check(const json::Value& value, std::size_t problems_max) {
  problems_max_ = problems_max;
  apply(root_, {.value = value});
  if (is_over_) {
    problems_.assign(1,
                     {.where = "", .what = "the value and its schema take too much work to check"});
  }
  return std::move(problems_);
}

bool Checker::spend(std::size_t steps) {
  steps_ += steps;
  is_over_ = is_over_ || steps_ > kStepsMax;
  return !is_over_;
}

void Checker::add(const At& at, std::string what) {
  if (done()) return;
  std::string where;
  for (const At* one = &at; one != nullptr; one = one->parent) where.insert(0, one->step);
  problems_.push_back({.where = std::move(where), .what = std::move(what)});
}

std::vector<Problem> Checker::first_problem(const json::Value& schema, const At& at) {
  std::vector<Problem> others = std::exchange(problems_, {});
  const std::size_t others_max = std::exchange(problems_max_, 1);
  apply(schema, at);
  problems_max_ = others_max;
  return std::exchange(problems_, std::move(others));
}

void Checker::apply(const json::Value& schema, const At& at) {
  if (done() || !spend(1 + size_of(at.value))) return;
  if (schema.is_bool()) {
    if (!schema.as_bool()) add(at, shown(at.value) + " is not allowed");
    return;
  }
  if (++depth_ > kDepthMax) {
    is_over_ = true;  // a schema that names itself for the same value
  } else {
    check_any(schema, at);
    if (at.value.is_number()) check_number(schema, at);
    if (at.value.is_string()) check_text(schema, at);
    if (at.value.is_array()) check_list(schema, at);
    if (at.value.is_object()) check_object(schema, at);
    check_combined(schema, at);
  }
  --depth_;
}

void Checker::check_any(const json::Value& schema, const At& at) {
  if (const auto* type = schema.find("type")) {
    const auto has = [&](const json::Value& one) { return has_type(at.value, one.as_string()); };
    const bool good = type->is_string() ? has(*type) : std::ranges::any_of(type->as_array(), has);
    if (!good) add(at, shown(at.value) + " is not " + types_in_words(*type));
  }
  const auto* values = schema.find("enum");
  const auto* constant = schema.find("const");
  if (values == nullptr && constant == nullptr) return;
  const std::string given = canonical(at.value);
  const auto is_given = [&](const json::Value& one) { return canonical(one) == given; };
  spend(given.size() / kTextPerStep + (values != nullptr ? values->as_array().size() : 0));
  if (values != nullptr && std::ranges::none_of(values->as_array(), is_given)) {
    add(at, shown(at.value) + " is not one of " + list_of(values->as_array()));
  }
  if (constant != nullptr && !is_given(*constant)) {
    add(at, shown(at.value) + " is not " + shown(*constant) + ", the only value allowed");
  }
}

void Checker::check_number(const json::Value& schema, const At& at) {
  const auto limit = [&](std::string_view keyword, std::string_view words, bool (*good)(int)) {
    const auto* bound = schema.find(keyword);
    if (bound == nullptr || good(compare(at.value, *bound))) return;
    add(at, shown(at.value) + " is " + std::string(words) + " " + shown(*bound));
  };
  limit("minimum", "less than the minimum", [](int order) { return order >= 0; });
  limit("exclusiveMinimum", "not greater than", [](int order) { return order > 0; });
  limit("maximum", "greater than the maximum", [](int order) { return order <= 0; });
  limit("exclusiveMaximum", "not less than", [](int order) { return order < 0; });
  const auto* of = schema.find("multipleOf");
  if (of != nullptr && !is_multiple(at.value, *of)) {
    add(at, shown(at.value) + " is not a multiple of " + shown(*of));
  }
}

void Checker::check_text(const json::Value& schema, const At& at) {
  const std::string& text = at.value.as_string();
  const auto* shortest = schema.find("minLength");
  if (shortest != nullptr && length_of(text) < count_of(*shortest)) {
    add(at, shown(at.value) + " is shorter than " + number_of(count_of(*shortest), "character"));
  }
  const auto* longest = schema.find("maxLength");
  if (longest != nullptr && length_of(text) > count_of(*longest)) {
    add(at, shown(at.value) + " is longer than " + number_of(count_of(*longest), "character"));
  }
  const auto* pattern = schema.find("pattern");
  if (pattern != nullptr && !patterns_.at(pattern->as_string()).found_in(text)) {
    add(at, shown(at.value) + " does not match the pattern " + pattern->as_string());
  }
  const auto* named = schema.find("format");
  const Format* format = named == nullptr ? nullptr : find_format(named->as_string());
  if (format != nullptr && !format->fits(text)) {
    add(at, shown(at.value) + " is not " + std::string(format->wanted));
  }
}

void Checker::check_list(const json::Value& schema, const At& at) {
  const json::Array& items = at.value.as_array();
  const auto* fewest = schema.find("minItems");
  if (fewest != nullptr && items.size() < count_of(*fewest)) {
    add(at,
        "has " + number_of(items.size(), "item") + ", at least " + shown(*fewest) + " are wanted");
  }
  const auto* most = schema.find("maxItems");
  if (most != nullptr && items.size() > count_of(*most)) {
    add(at,
        "has " + number_of(items.size(), "item") + ", at most " + shown(*most) + " are allowed");
  }
  const auto* unique = schema.find("uniqueItems");
  if (unique != nullptr && unique->as_bool()) {
    std::set<std::string> seen;
    const auto is_new = [&](const json::Value& item) {
      return seen.insert(canonical(item)).second;
    };
    const auto twice = std::ranges::find_if_not(items, is_new);
    if (twice != items.end()) add(at, "has " + shown(*twice) + " twice");
  }
  check_items(schema, at);
  check_contains(schema, at);
}

void Checker::check_items(const json::Value& schema, const At& at) {
  const json::Array& items = at.value.as_array();
  const auto* first = schema.find("prefixItems");
  const auto* rest = schema.find("items");
  if (rest != nullptr && rest->is_array()) {  // draft 7
    first = rest;
    rest = schema.find("additionalItems");
  }
  const std::size_t firsts = first == nullptr ? 0 : first->as_array().size();
  for (std::size_t i = 0; i < items.size() && !done(); ++i) {
    const auto* wanted = i < firsts ? &first->as_array()[i] : rest;
    if (wanted == nullptr) return;
    apply(*wanted, {.value = items[i], .parent = &at, .step = "[" + std::to_string(i) + "]"});
  }
}

void Checker::check_contains(const json::Value& schema, const At& at) {
  const auto* wanted = schema.find("contains");
  if (wanted == nullptr) return;
  const auto* least = schema.find("minContains");
  const auto* most = schema.find("maxContains");
  std::size_t found = 0;
  for (const json::Value& item : at.value.as_array()) {
    if (fits(*wanted, {.value = item, .parent = &at})) ++found;
    if (is_over_) return;
  }
  const std::size_t needed = least == nullptr ? 1 : count_of(*least);
  if (found < needed) {
    add(at, "has " + number_of(found, "item") + " of the kind of which at least " +
                std::to_string(needed) + " must be in the list");
  }
  if (most != nullptr && found > count_of(*most)) {
    add(at, "has " + number_of(found, "item") + " of the kind of which at most " + shown(*most) +
                " may be in the list");
  }
}

void Checker::check_object(const json::Value& schema, const At& at) {
  const std::size_t count = at.value.as_object().size();
  const auto* fewest = schema.find("minProperties");
  if (fewest != nullptr && count < count_of(*fewest)) {
    add(at, "has " + std::to_string(count) + " keys, at least " + shown(*fewest) + " are wanted");
  }
  const auto* most = schema.find("maxProperties");
  if (most != nullptr && count > count_of(*most)) {
    add(at, "has " + std::to_string(count) + " keys, at most " + shown(*most) + " are allowed");
  }
  if (const auto* keys = schema.find("required")) need(*keys, at, "");
  check_members(schema, at);
  check_dependents(schema, at);
}

void Checker::need(const json::Value& keys, const At& at, const std::string& why) {
  if (!spend(keys.as_array().size() * (1 + size_of(at.value) / kTextPerStep))) return;
  for (const json::Value& key : keys.as_array()) {
    if (at.value.find(key.as_string()) == nullptr) add(at, shown(key) + " is missing" + why);
  }
}

void Checker::check_members(const json::Value& schema, const At& at) {
  const auto* named = schema.find("properties");
  const auto* others = schema.find("additionalProperties");
  const auto* names = schema.find("propertyNames");
  for (const auto& [key, value] : at.value.as_object()) {
    if (done() || !spend(1 + (named == nullptr ? 0 : size_of(*named) / kTextPerStep))) return;
    const At member{.value = value, .parent = &at, .step = "." + key};
    const json::Value name(key);
    if (names != nullptr) apply(*names, {.value = name, .parent = &at, .step = "." + key});
    const auto* own = named == nullptr ? nullptr : named->find(key);
    if (own != nullptr) apply(*own, member);
    const bool is_known = check_by_pattern(schema, key, member) || own != nullptr;
    if (is_known || others == nullptr) continue;
    if (others->is_bool() && !others->as_bool()) {
      add(at, shown(name) + " is not a key that is known here");
    } else {
      apply(*others, member);
    }
  }
}

bool Checker::check_by_pattern(const json::Value& schema, const std::string& key,
                               const At& member) {
  const auto* patterns = schema.find("patternProperties");
  if (patterns == nullptr) return false;
  bool is_known = false;
  for (const auto& [text, wanted] : patterns->as_object()) {
    if (!spend(1 + key.size() / kTextPerStep)) return true;
    if (!patterns_.at(text).found_in(key)) continue;
    is_known = true;
    apply(wanted, member);
  }
  return is_known;
}

void Checker::check_dependents(const json::Value& schema, const At& at) {
  for (const std::string_view keyword : {"dependentRequired", "dependentSchemas", "dependencies"}) {
    const auto* all = schema.find(keyword);
    if (all == nullptr) continue;
    for (const auto& [key, wanted] : all->as_object()) {
      if (at.value.find(key) == nullptr) continue;
      if (wanted.is_array()) {
        need(wanted, at, ": it is needed beside \"" + key + "\"");
      } else {
        apply(wanted, at);
      }
    }
  }
}

void Checker::check_combined(const json::Value& schema, const At& at) {
  if (const auto* reference = schema.find("$ref")) {
    apply(*resolve(root_, reference->as_string()), at);
  }
  if (const auto* all = schema.find("allOf")) {
    for (const json::Value& one : all->as_array()) apply(one, at);
  }
  check_some_of(schema, at);
  const auto* unwanted = schema.find("not");
  if (unwanted != nullptr && fits(*unwanted, at)) add(at, shown(at.value) + " is not allowed");
  if (const auto* condition = schema.find("if")) {
    const auto* then = schema.find(fits(*condition, at) ? "then" : "else");
    if (then != nullptr) apply(*then, at);
  }
}

void Checker::check_some_of(const json::Value& schema, const At& at) {
  for (const std::string_view keyword : {"anyOf", "oneOf"}) {
    const auto* forms = schema.find(keyword);
    if (forms == nullptr) continue;
    const bool is_one = keyword == "oneOf";
    std::size_t fitting = 0;
    std::string reasons;
    for (const json::Value& form : forms->as_array()) {
      if (is_over_) return;
      const std::vector<Problem> problems = first_problem(form, at);
      fitting += problems.empty() ? 1 : 0;
      if (fitting > (is_one ? 1 : 0)) break;
      if (!problems.empty()) reasons += (reasons.empty() ? "" : ", or ") + problems.front().what;
    }
    if (fitting > 1) add(at, shown(at.value) + " fits more than one of the allowed forms");
    if (fitting == 0) add(at, "fits none of the allowed forms: " + reasons);
  }
}

}  // namespace aiflow::params::detail

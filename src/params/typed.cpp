// SPDX-License-Identifier: Apache-2.0
#include "params/typed.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "params/detail/words.h"

namespace aiflow::params {
namespace {

/// A member of the param's schema, or nullptr.
const json::Value* schema_member(const json::Value& param, std::string_view keyword) {
  const json::Value* schema = param.find("schema");
  return schema == nullptr ? nullptr : schema->find(keyword);
}

/// In the order in which a text is tried: text is last, for every text is one.
constexpr std::array<std::string_view, 7> kTypes = {"null",  "boolean", "integer", "number",
                                                    "array", "object",  "string"};

/// The schema's types, else the default's; empty when nothing is known.
std::vector<std::string_view> types_of(const json::Value& param) {
  const json::Value* type = schema_member(param, "type");
  const json::Value* value = param.find("value");
  std::vector<std::string_view> types;
  for (const std::string_view one : kTypes) {
    bool wanted = false;
    if (type != nullptr) {
      const auto is_it = [&](const json::Value& name) {
        return name.is_string() && name.as_string() == one;
      };
      wanted = type->is_array() ? std::ranges::any_of(type->as_array(), is_it) : is_it(*type);
    } else if (value != nullptr && !value->is_null()) {
      wanted = detail::has_type(*value, one);
    }
    if (wanted) types.push_back(one);
  }
  return types;
}

std::optional<json::Value> parse_as(std::string_view type, std::string_view text) {
  if (type == "string") return json::Value(text);
  auto value = json::parse(text);
  if (!value || !detail::has_type(*value, type)) return std::nullopt;
  return *std::move(value);
}

std::string example_of(const json::Value& param, std::string_view type) {
  const json::Value* examples = schema_member(param, "examples");
  if (examples != nullptr && examples->is_array() && !examples->as_array().empty()) {
    return json::write(examples->as_array().front());
  }
  const json::Value* value = param.find("value");
  if (value != nullptr && detail::has_type(*value, type)) return detail::shown(*value);
  if (type == "boolean") return "true";
  if (type == "integer") return "3";
  if (type == "number") return "0.5";
  if (type == "array") return R"(["a", "b"])";
  return type == "object" ? R"({"a": 1})" : "null";
}

}  // namespace

Result<json::Value> value_from_text(const json::Value& param, std::string_view text) {
  const json::Value* allowed = schema_member(param, "enum");
  if (allowed != nullptr && allowed->is_array()) {
    const auto is_it = [&](const json::Value& one) {
      return one.is_string() ? one.as_string() == text : json::write(one) == text;
    };
    const auto found = std::ranges::find_if(allowed->as_array(), is_it);
    if (found != allowed->as_array().end()) return *found;
  }
  const auto types = types_of(param);
  const json::Value* value = param.find("value");
  const bool is_text = value != nullptr && value->is_string();
  if (types.empty() || (schema_member(param, "type") == nullptr && !is_text)) {
    auto parsed = json::parse(text);
    return parsed ? *std::move(parsed) : json::Value(text);
  }
  for (const std::string_view type : types) {
    if (auto parsed = parse_as(type, text)) return *std::move(parsed);
  }
  json::Array names;
  for (const std::string_view type : types) names.emplace_back(type);
  return fail(ErrorCode::invalid_argument, "'" + std::string(text) + "' is not " +
                                               detail::types_in_words(names) +
                                               "; an example: " + example_of(param, types.back()));
}

std::string type_of(const json::Value& param) {
  const json::Value* allowed = schema_member(param, "enum");
  if (allowed != nullptr && allowed->is_array()) {
    std::string text = "one of";
    for (const json::Value& one : allowed->as_array()) {
      text += (&one == allowed->as_array().data() ? " " : ", ") + detail::shown(one);
    }
    return text;
  }
  json::Array names;
  for (const std::string_view type : types_of(param)) {
    const bool is_said =
        type == "number" && !names.empty() && names.back() == json::Value("integer");
    if (!is_said) names.emplace_back(type);
  }
  return names.empty() ? "any" : detail::types_in_words(names);
}

bool is_required(const json::Value& param) {
  const json::Value* value = param.find("value");
  if (value == nullptr) return true;
  const json::Value* type = schema_member(param, "type");
  if (!value->is_null() || type == nullptr) return false;
  const auto types = types_of(param);
  return std::ranges::find(types, "null") == types.end();
}

}  // namespace aiflow::params

// SPDX-License-Identifier: Apache-2.0
// Field readers and writers shared by the generated files. Private to src/wire.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire::detail {

inline std::unexpected<Error> not_an_object(std::string_view type) {
  return fail(ErrorCode::invalid_argument, std::string(type) + " must be a JSON object");
}

inline std::unexpected<Error> wrong_type(std::string_view wanted) {
  return fail(ErrorCode::invalid_argument, "must be " + std::string(wanted));
}

// write -------------------------------------------------------------------------------------------
inline json::Value write_value(const std::string& v) { return v; }
inline json::Value write_value(std::int64_t v) { return v; }
inline json::Value write_value(double v) { return v; }
inline json::Value write_value(bool v) { return v; }
inline json::Value write_value(WallTime v) { return format_time(v); }
inline json::Value write_value(const json::Value& v) { return v; }

template <class E>
  requires std::is_enum_v<E>
json::Value write_value(E v) {
  return to_string(v);
}
template <class T>
  requires std::is_class_v<T>
json::Value write_value(const T& v) {
  return to_json(v);
}
template <class T>
json::Value write_value(const std::vector<T>& items) {
  json::Array out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(write_value(item));
  return out;
}
template <class T>
json::Value write_value(const std::map<std::string, T>& items) {
  json::Object out;
  for (const auto& [key, item] : items) out.emplace_back(key, write_value(item));
  return out;
}

template <class T>
void put(json::Object& out, std::string_view key, const T& value) {
  out.emplace_back(std::string(key), write_value(value));
}
/// An absent optional is left out.
template <class T>
void put(json::Object& out, std::string_view key, const std::optional<T>& value) {
  if (value) out.emplace_back(std::string(key), write_value(*value));
}

// read --------------------------------------------------------------------------------------------
inline Status read_value(const json::Value& v, std::string& out) {
  if (!v.is_string()) return wrong_type("a string");
  out = v.as_string();
  return {};
}
inline Status read_value(const json::Value& v, std::int64_t& out) {
  if (!v.is_int()) return wrong_type("an integer");
  out = v.as_int();
  return {};
}
inline Status read_value(const json::Value& v, double& out) {
  if (!v.is_number()) return wrong_type("a number");
  out = v.as_double();
  return {};
}
inline Status read_value(const json::Value& v, bool& out) {
  if (!v.is_bool()) return wrong_type("true or false");
  out = v.as_bool();
  return {};
}
inline Status read_value(const json::Value& v, WallTime& out) {
  if (!v.is_string()) return wrong_type("a time (RFC 3339)");
  AIFLOW_ASSIGN(out, parse_time(v.as_string()));
  return {};
}
inline Status read_value(const json::Value& v, json::Value& out) {
  out = v;
  return {};
}

/// "one of success, failed": what a person may write.
template <class Values>
std::string one_of(const Values& values) {
  std::string text = "one of ";
  for (const auto value : values) text += std::string(to_string(value)) + ", ";
  text.resize(text.size() - 2);
  return text;
}

#define AIFLOW_WIRE_ENUM(Type, parse)                         \
  inline Status read_value(const json::Value& v, Type& out) { \
    if (!v.is_string()) return wrong_type("a word");          \
    const auto value = parse(v.as_string());                  \
    if (!value) return wrong_type(one_of(kAll##Type##s));     \
    out = *value;                                             \
    return {};                                                \
  }
AIFLOW_WIRE_ENUM(TaskState, parse_task_state)
AIFLOW_WIRE_ENUM(RunState, parse_run_state)
AIFLOW_WIRE_ENUM(RunType, parse_run_type)
AIFLOW_WIRE_ENUM(TriggerRule, parse_trigger_rule)
AIFLOW_WIRE_ENUM(Outcome, parse_outcome)
AIFLOW_WIRE_ENUM(Role, parse_role)
#undef AIFLOW_WIRE_ENUM

template <class T>
Status read_value(const json::Value& v, std::vector<T>& out) {
  if (!v.is_array()) return wrong_type("an array");
  out.clear();
  for (std::size_t i = 0; i < v.as_array().size(); ++i) {
    T item{};
    if (auto status = read_value(v.as_array()[i], item); !status) {
      return fail(std::move(status).error().code == ErrorCode::internal
                      ? ErrorCode::internal
                      : ErrorCode::invalid_argument,
                  "[" + std::to_string(i) + "] " + status.error().message);
    }
    out.push_back(std::move(item));
  }
  return {};
}
template <class T>
Status read_value(const json::Value& v, std::map<std::string, T>& out) {
  if (!v.is_object()) return wrong_type("an object");
  for (const auto& [key, member] : v.as_object()) {
    if (auto status = read_value(member, out[key]); !status) {
      return fail(ErrorCode::invalid_argument, "." + key + " " + status.error().message);
    }
  }
  return {};
}

template <class T>
Status get(const json::Value& object, std::string_view key, T& out) {
  const json::Value* member = object.find(key);
  // A member of type json may be null or absent; every other one is required.
  if constexpr (std::is_same_v<T, json::Value>) {
    if (member != nullptr) out = *member;
    return {};
  } else {
    if (member == nullptr || member->is_null()) {
      return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' is missing");
    }
    if (auto status = read_value(*member, out); !status) {
      return fail(ErrorCode::invalid_argument,
                  "'" + std::string(key) + "' " + status.error().message);
    }
    return {};
  }
}
template <class T>
Status get(const json::Value& object, std::string_view key, std::optional<T>& out) {
  const json::Value* member = object.find(key);
  if (member == nullptr || member->is_null()) return {};
  return get(object, key, out.emplace());
}

}  // namespace aiflow::wire::detail

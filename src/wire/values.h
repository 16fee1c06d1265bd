// SPDX-License-Identifier: Apache-2.0
// Generated from api/values.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

/// Kept by the server, encrypted, for the tasks of its project. value - absent when is_secret; nobody but a running task gets it then. problem - why it cannot be read.
struct Variable {
  std::string project{};
  std::string key{};
  std::optional<std::string> value{};
  bool is_secret{};
  std::string description{};
  WallTime updated_at{};
  std::string updated_by{};
  std::optional<std::string> problem{};
  friend bool operator==(const Variable&, const Variable&) = default;
};
[[nodiscard]] json::Value to_json(const Variable& value);
[[nodiscard]] Result<Variable> parse_variable(const json::Value& value);

/// is_secret - when absent, as the name says (password, token, ...).
struct VariableSet {
  std::string value{};
  std::optional<bool> is_secret{};
  std::optional<std::string> description{};
  friend bool operator==(const VariableSet&, const VariableSet&) = default;
};
[[nodiscard]] json::Value to_json(const VariableSet& value);
[[nodiscard]] Result<VariableSet> parse_variable_set(const json::Value& value);

/// What may be shown of a connection; how to sign in there is for running tasks alone. problem - why it cannot be read.
struct Connection {
  std::string project{};
  std::string conn_id{};
  std::string conn_type{};
  std::string host{};
  std::string description{};
  WallTime updated_at{};
  std::string updated_by{};
  std::optional<std::string> problem{};
  friend bool operator==(const Connection&, const Connection&) = default;
};
[[nodiscard]] json::Value to_json(const Connection& value);
[[nodiscard]] Result<Connection> parse_connection(const json::Value& value);

/// text - a URI, or a JSON object with conn_type, as in AIRFLOW_CONN_...
struct ConnectionSet {
  std::string text{};
  std::optional<std::string> description{};
  friend bool operator==(const ConnectionSet&, const ConnectionSet&) = default;
};
[[nodiscard]] json::Value to_json(const ConnectionSet& value);
[[nodiscard]] Result<ConnectionSet> parse_connection_set(const json::Value& value);

/// A variable's or a connection's text, for a running task.
struct TaskValue {
  std::string text{};
  bool is_secret{};
  friend bool operator==(const TaskValue&, const TaskValue&) = default;
};
[[nodiscard]] json::Value to_json(const TaskValue& value);
[[nodiscard]] Result<TaskValue> parse_task_value(const json::Value& value);

/// key_id - of the new key; count - values that it has sealed anew.
struct KeyRotated {
  std::string key_id{};
  std::int64_t count{};
  friend bool operator==(const KeyRotated&, const KeyRotated&) = default;
};
[[nodiscard]] json::Value to_json(const KeyRotated& value);
[[nodiscard]] Result<KeyRotated> parse_key_rotated(const json::Value& value);

/// kind - variable or connection. text - in plain.
struct OpenValue {
  std::string project{};
  std::string kind{};
  std::string name{};
  std::string text{};
  bool is_secret{};
  std::string description{};
  friend bool operator==(const OpenValue&, const OpenValue&) = default;
};
[[nodiscard]] json::Value to_json(const OpenValue& value);
[[nodiscard]] Result<OpenValue> parse_open_value(const json::Value& value);

struct OpenValues {
  std::vector<OpenValue> items{};
  friend bool operator==(const OpenValues&, const OpenValues&) = default;
};
[[nodiscard]] json::Value to_json(const OpenValues& value);
[[nodiscard]] Result<OpenValues> parse_open_values(const json::Value& value);

}  // namespace aiflow::wire

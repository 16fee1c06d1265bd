// SPDX-License-Identifier: Apache-2.0
#include "app/cli/access/value_files.h"

#include <algorithm>

#include "kubernetes/yaml.h"

namespace aiflow::app {
namespace {

/// A name, and what stands under it.
using Named = std::pair<std::string, json::Value>;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// AIRFLOW_CONN_DB and AIFLOW_CONN_DB are db, as they are to a task.
std::string env_name(std::string_view name, std::string_view kind) {
  for (const std::string_view product : {"AIFLOW_", "AIRFLOW_"}) {
    const auto prefix = std::string(product) + std::string(kind);
    if (!name.starts_with(prefix)) continue;
    std::string lower(name.substr(prefix.size()));
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
  }
  return std::string(name);
}

Result<std::vector<Named>> read_env(std::string_view text, std::string_view kind) {
  std::vector<Named> out;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const auto equals = line.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      return fail(ErrorCode::invalid_argument,
                  "line " + std::to_string(number) + " is no NAME=text");
    }
    out.emplace_back(env_name(trimmed(line.substr(0, equals)), kind),
                     std::string(trimmed(line.substr(equals + 1))));
  }
  return out;
}

Result<std::vector<Named>> read_named(std::string_view text, std::string_view format,
                                      std::string_view kind) {
  if (format == "env") return read_env(text, kind);
  if (format != "json" && format != "yaml") {
    return fail(ErrorCode::invalid_argument, "the format is json, yaml or env");
  }
  auto value = format == "yaml" ? kubernetes::parse_yaml(text) : json::parse(text);
  if (!value || !value->is_object()) {
    // Not the parser's words: they may repeat what stands there.
    return fail(ErrorCode::invalid_argument,
                "it is no " + std::string(format) + " object of names and values");
  }
  std::vector<Named> out;
  for (auto& [name, item] : value->as_object()) out.emplace_back(name, std::move(item));
  return out;
}

std::string description_of(const json::Value& object) {
  const auto description = json::get_string(object, "description");
  return description ? *description : std::string();
}

std::string as_text(const json::Value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::write(value);
}

}  // namespace

std::string value_format(std::string_view file_name) {
  if (file_name.ends_with(".yaml") || file_name.ends_with(".yml")) return "yaml";
  return file_name.ends_with(".env") ? "env" : "json";
}

Result<std::vector<FileValue>> read_variables(std::string_view text, std::string_view format) {
  AIFLOW_ASSIGN(const auto named, read_named(text, format, "VAR_"));
  std::vector<FileValue> out;
  for (const auto& [name, item] : named) {
    const auto* value = item.is_object() ? item.find("value") : nullptr;
    out.push_back({.name = name,
                   .text = as_text(value == nullptr ? item : *value),
                   .description = value == nullptr ? std::string() : description_of(item)});
  }
  return out;
}

Result<std::vector<FileValue>> read_connections(std::string_view text, std::string_view format) {
  AIFLOW_ASSIGN(const auto named, read_named(text, format, "CONN_"));
  std::vector<FileValue> out;
  for (const auto& [name, item] : named) {
    if (!item.is_object() && !item.is_string()) {
      return fail(ErrorCode::invalid_argument,
                  "connection '" + name + "' is neither a URI nor an object");
    }
    out.push_back({.name = name,
                   .text = as_text(item),
                   .description = item.is_object() ? description_of(item) : std::string()});
  }
  return out;
}

json::Value variables_json(const std::vector<FileValue>& variables) {
  auto out = json::object({});
  for (const auto& one : variables) {
    if (one.description.empty()) {
      out.set(one.name, one.text);
    } else {
      out.set(one.name, json::object({{"value", one.text}, {"description", one.description}}));
    }
  }
  return out;
}

json::Value connections_json(const std::vector<FileValue>& connections) {
  auto out = json::object({});
  for (const auto& one : connections) {
    const auto object = json::parse(one.text);
    out.set(one.name, object && object->is_object() ? *object : json::Value(one.text));
  }
  return out;
}

}  // namespace aiflow::app

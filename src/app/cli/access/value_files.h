// SPDX-License-Identifier: Apache-2.0
// Files of variables and connections in the formats that Airflow has: JSON and YAML (an object by
// name) and env (NAME=text a line).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace aiflow::app {

struct FileValue {
  std::string name;
  std::string text;
  std::string description;
};

/// Which of json, yaml and env a file's name tells; json when none.
[[nodiscard]] std::string value_format(std::string_view file_name);

/// `format`: json, yaml or env. A variable is a text, or {value, description}, else JSON as its
/// text; a connection a URI, or an object with conn_type. Errors: invalid_argument; they repeat
/// nothing of what stands in the file but names.
[[nodiscard]] Result<std::vector<FileValue>> read_variables(std::string_view text,
                                                            std::string_view format);
[[nodiscard]] Result<std::vector<FileValue>> read_connections(std::string_view text,
                                                              std::string_view format);

/// What the functions above read, as JSON.
[[nodiscard]] json::Value variables_json(const std::vector<FileValue>& variables);
[[nodiscard]] json::Value connections_json(const std::vector<FileValue>& connections);

}  // namespace aiflow::app

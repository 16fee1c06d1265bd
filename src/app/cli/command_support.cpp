// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/cli/commands.h"

namespace aiflow::app {

std::vector<Parameter> with_common(std::vector<Parameter> own) {
  own.push_back({.name = "--home", .help = "data directory", .otherwise = {}});
  own.push_back({.name = "--json", .help = "print JSON", .flag = true});
  return own;
}

ApiClient client_for(const Clock& clock, const Invocation& in) {
  return {clock, in.given("--home") ? std::filesystem::path(in.text("--home")) : default_home()};
}

Status print_list(const Invocation& in, const json::Array& items, const Listing& listing) {
  if (in.flag("--json")) {
    std::cout << json::write_pretty(json::Value(items)) << "\n";
    return {};
  }
  if (items.empty()) {
    std::cout << listing.empty << "\n";
    return {};
  }
  Table table{.header = listing.header, .rows = {}};
  for (const auto& item : items) {
    AIFLOW_ASSIGN(auto row, listing.row(item));
    table.rows.push_back(std::move(row));
  }
  std::cout << render(table);
  return {};
}

void print_object(const Invocation& in, const json::Value& object) {
  if (in.flag("--json") || !object.is_object()) {
    std::cout << json::write_pretty(object) << "\n";
    return;
  }
  std::size_t width = 0;
  for (const auto& [key, value] : object.as_object()) width = std::max(width, key.size());
  for (const auto& [key, value] : object.as_object()) {
    if (value.is_null()) continue;
    std::cout << key << std::string(width + 2 - key.size(), ' ')
              << (value.is_string() ? value.as_string() : json::write(value)) << "\n";
  }
}

Result<json::Value> parse_object(const std::string& text, std::string_view what) {
  auto value = json::parse(text);
  if (!value || !value->is_object()) {
    return fail(ErrorCode::invalid_argument,
                std::string(what) + " must be a JSON object, such as " + R"('{"n": 1}')" +
                    (value ? "" : ": " + value.error().message));
  }
  return *std::move(value);
}

}  // namespace aiflow::app

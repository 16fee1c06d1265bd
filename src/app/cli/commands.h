// SPDX-License-Identifier: Apache-2.0
// The commands of `aiflow`, one function a noun, and what they share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/cli/api_client.h"
#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "base/clock.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Command> process_commands(const Clock& clock);  ///< serve worker demo
[[nodiscard]] std::vector<Command> dag_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> run_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> task_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> test_commands(const Clock& clock);  ///< dags test, tasks test
[[nodiscard]] std::vector<Command> pool_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> simulate_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> artifact_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> asset_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> backfill_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> data_commands(
    const Clock& clock);  ///< cache lineage retention gc
[[nodiscard]] std::vector<Command> model_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> model_job_commands(
    const Clock& clock);  ///< add optimize compare
[[nodiscard]] std::vector<Command> runtime_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> service_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> camera_commands(const Clock& clock);  ///< camera events
[[nodiscard]] std::vector<Command> audit_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> value_commands(
    const Clock& clock);  ///< variables connections secrets
[[nodiscard]] std::vector<Command> project_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> token_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> user_commands(const Clock& clock);
[[nodiscard]] std::vector<Command> worker_commands(const Clock& clock);  ///< workers
[[nodiscard]] std::vector<Command> health_commands(const Clock& clock);

[[nodiscard]] std::vector<Command> db_commands(const Clock& clock);

/// The folder that holds the Python package `aiflow`.
[[nodiscard]] std::filesystem::path sdk_folder();

/// --home and --json, which every command that asks the server has.
[[nodiscard]] std::vector<Parameter> with_common(std::vector<Parameter> own);
/// A client for the invocation's --home.
[[nodiscard]] ApiClient client_for(const Clock& clock, const Invocation& in);

/// Prints items as JSON under --json, else as a table; `empty` teaches the next step.
struct Listing {
  std::vector<std::string> header;
  std::function<Result<std::vector<std::string>>(const json::Value& item)> row;
  std::string empty;
};
[[nodiscard]] Status print_list(const Invocation& in, const json::Array& items,
                                const Listing& listing);
/// Prints one object: as JSON under --json, else as "name  value" lines of its plain members.
void print_object(const Invocation& in, const json::Value& object);

/// A report's variants, one a row: accuracy, agreement, latency, size.
[[nodiscard]] Table report_table(const json::Value& body);

/// A scene event's kind and, of a crossing, its direction: "line_crossing A → B".
[[nodiscard]] std::string event_kind(const wire::SceneEvent& event);

/// Scene events as table rows.
[[nodiscard]] std::vector<std::string> event_header();
[[nodiscard]] Result<std::vector<std::string>> event_row(const json::Value& item);

/// "{"a":1}" -> object. Errors: invalid_argument naming `what`.
[[nodiscard]] Result<json::Value> parse_object(const std::string& text, std::string_view what);

}  // namespace aiflow::app

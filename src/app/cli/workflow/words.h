// SPDX-License-Identifier: Apache-2.0
// What the commands about DAGs, runs and tasks share.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/cli/commands.h"

namespace aiflow::app {

inline const Parameter kDag{.name = "dag_id", .help = "the DAG", .required = true};
inline const Parameter kRun{.name = "--run", .help = "DAG run id; the newest when left out"};

inline const Parameter kTask{.name = "task_id", .help = "the task", .required = true};
inline const Parameter kIndex{.name = "--map-index",
                              .help = "instance of a mapped task; or load[3]"};

[[nodiscard]] inline std::string or_dash(const std::optional<WallTime>& time, WallTime now) {
  return time ? format_ago(*time, now) : "-";
}

using Action = Status (*)(const Clock&, const Invocation&);
[[nodiscard]] inline std::function<Status(const Invocation&)> bound(const Clock& clock,
                                                                    Action action) {
  return [&clock, action](const Invocation& in) { return action(clock, in); };
}

/// An option that is "2026-01-31", which is its midnight in UTC, or a time as in RFC 3339, as the
/// API takes it. Errors: invalid_argument.
[[nodiscard]] Result<std::string> time_option(const Invocation& in, const char* name);

/// --run, or the newest run of the DAG. Errors: not_found when it has none.
[[nodiscard]] Result<std::string> run_of(ApiClient& client, const Invocation& in);

/// `runs list` for one DAG, where one looks for it beside the other commands about DAGs.
[[nodiscard]] Command dag_runs_command(const Clock& clock);

/// A task of a run, or one instance of a mapped task: "load", "load[3]", or "load" --map-index 3.
struct TaskName {
  std::string task_id;
  std::optional<std::string> map_index{};

  /// "?map_index=3", or "" for a task that is not mapped.
  [[nodiscard]] std::string query() const {
    return map_index ? "?map_index=" + *map_index : std::string();
  }
};
/// Errors: invalid_argument.
[[nodiscard]] Result<TaskName> task_name(const std::string& text, const std::string& option);
/// Of the parameters kTask and kIndex.
[[nodiscard]] Result<TaskName> task_name(const Invocation& in);

/// The task that an invocation names, and the run it means.
struct TaskAt {
  std::string run{};
  TaskName name{};
  std::string path{};  ///< in the API, without the query
};
/// Errors: as run_of and task_name.
[[nodiscard]] Result<TaskAt> task_at(ApiClient& client, const Invocation& in);

/// "load", or "load[3]" for an instance of a mapped task.
[[nodiscard]] std::string shown_name(const wire::TaskInstance& ti);

/// Prints the answer of a clear or mark: how many instances of which runs.
[[nodiscard]] Status print_affected(const Invocation& in, const json::Value& answer,
                                    const std::string& verb);

}  // namespace aiflow::app

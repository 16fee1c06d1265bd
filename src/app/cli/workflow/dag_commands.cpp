// SPDX-License-Identifier: Apache-2.0
// aiflow dags …
#include <algorithm>
#include <iostream>

#include "app/cli/commands.h"
#include "app/cli/workflow/run_params.h"
#include "app/cli/workflow/words.h"

namespace aiflow::app {
namespace {

Status list_dags(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/dags"));
  return print_list(
      in, items,
      {.header = {"DAG", "SCHEDULE", "PAUSED", "NEXT RUN", "RUNNING", "FAILED", "FILE"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto dag, wire::parse_dag(item));
         const auto next = dag.next_dagrun_run_after;
         return std::vector<std::string>{dag.dag_id,
                                         dag.timetable_description,
                                         dag.is_paused ? "yes" : "no",
                                         next ? format_time(*next).substr(0, 16) + "Z" : "-",
                                         std::to_string(dag.running_count),
                                         std::to_string(dag.failed_count),
                                         dag.fileloc};
       },
       .empty =
           "no DAGs yet: put a Python file with a DAG into " + (client.home() / "dags").string()});
}

Status list_import_errors(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/importErrors"));
  return print_list(in, items,
                    {.header = {"FILE", "LINE", "ERROR"},
                     .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto error, wire::parse_import_error(item));
                       return std::vector<std::string>{
                           error.filename, error.line ? std::to_string(*error.line) : "-",
                           error.message};
                     },
                     .empty = "every DAG file was read without an error"});
}

Status trigger(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  json::Value body = json::object({});
  if (in.given("--run-id")) body.set("dag_run_id", in.text("--run-id"));
  if (in.given("--logical-date")) {
    AIFLOW_ASSIGN(const auto date, time_option(in, "--logical-date"));
    body.set("logical_date", date);
  }
  if (in.given("--run-after")) {
    AIFLOW_ASSIGN(const auto time, time_option(in, "--run-after"));
    body.set("run_after", time);
  }
  if (in.given("--conf") || !in.list("--param").empty()) {
    AIFLOW_ASSIGN(auto conf, run_conf(client, in));
    body.set("conf", std::move(conf));
  }
  if (in.flag("--no-cache")) body.set("use_cache", false);
  AIFLOW_ASSIGN(const auto run,
                client.call("POST", api_path({"dags", in.text("dag_id"), "dagRuns"}), body));
  print_object(in, run);
  return {};
}

Status set_paused(const Clock& clock, const Invocation& in, bool paused) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto dag, client.call("PATCH", api_path({"dags", in.text("dag_id")}),
                                            json::object({{"is_paused", paused}})));
  if (in.flag("--json")) {
    print_object(in, dag);
  } else {
    std::cout << in.text("dag_id") << (paused ? " is paused" : " is active") << "\n";
  }
  return {};
}

Status pause(const Clock& clock, const Invocation& in) { return set_paused(clock, in, true); }
Status unpause(const Clock& clock, const Invocation& in) { return set_paused(clock, in, false); }

/// When the next run is made, or why none is.
Status explain(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto item, client.get(api_path({"dags", in.text("dag_id")})));
  if (in.flag("--json")) {
    print_object(in, item);
    return {};
  }
  AIFLOW_ASSIGN(const auto dag, wire::parse_dag(item));
  std::cout << dag.dag_id << " (" << dag.timetable_description << "): "
            << (dag.explanation ? dag.explanation->text : "nothing is known of its next run")
            << "\n";
  return {};
}

using DagCommand = Status (*)(const Clock& clock, const Invocation& in);

/// The file of a DAG that nobody knows may be one that could not be read.
std::function<Status(const Invocation&)> of_dag(const Clock& clock, DagCommand command) {
  return [&clock, command](const Invocation& in) -> Status {
    auto done = command(clock, in);
    if (done || done.error().code != ErrorCode::not_found) return done;
    auto client = client_for(clock, in);
    const auto unread = client.list("/api/v2/importErrors");
    if (unread && !unread->empty()) {
      done.error().message += "; its file may be one that could not be read: aiflow dags errors";
    }
    return done;
  };
}

}  // namespace

std::vector<Command> dag_commands(const Clock& clock) {
  return {
      {.words = {"dags", "list"},
       .summary = "all DAGs",
       .parameters = with_common({}),
       .examples = {"aiflow dags list --json"},
       .run = bound(clock, list_dags)},
      {.words = {"dags", "trigger"},
       .summary = "starts a run",
       .parameters = with_common(
           {kDag,
            {.name = "--conf", .help = "JSON object for the run"},
            {.name = "--param",
             .help = "NAME=VALUE, as often as needed; goes over --conf",
             .repeat = true},
            {.name = "--run-id", .help = "id of the run; made when left out"},
            {.name = "--logical-date", .help = "2026-01-01 (midnight, UTC), or RFC 3339"},
            {.name = "--run-after", .help = "it waits until then; a time like --logical-date"},
            {.name = "--no-cache", .help = "run every task, take no kept results", .flag = true}}),
       .examples = {"aiflow dags trigger smart_city",
                    R"(aiflow dags trigger etl --conf '{"day": 3}')",
                    "aiflow dags trigger etl --param day=3 --param who=edge",
                    "aiflow dags trigger etl --logical-date 2026-01-01",
                    "aiflow dags trigger etl --run-after 2030-01-01T02:00:00+09:00"},
       .run = of_dag(clock, trigger)},
      {.words = {"dags", "params"},
       .summary = "what a run can be given: names, types, defaults",
       .parameters = with_common({kDag}),
       .examples = {"aiflow dags params etl"},
       .run = of_dag(clock, list_params)},
      {.words = {"dags", "pause"},
       .summary = "no new runs, no new tasks",
       .parameters = with_common({kDag}),
       .examples = {"aiflow dags pause etl"},
       .run = of_dag(clock, pause)},
      {.words = {"dags", "unpause"},
       .summary = "lets a paused DAG go on",
       .parameters = with_common({kDag}),
       .examples = {"aiflow dags unpause etl"},
       .run = of_dag(clock, unpause)},
      {.words = {"dags", "explain"},
       .summary = "when the next run is made, or why none is",
       .parameters = with_common({kDag}),
       .examples = {"aiflow dags explain etl"},
       .run = of_dag(clock, explain)},
      dag_runs_command(clock),
      {.words = {"dags", "errors"},
       .summary = "DAG files that could not be read, and why",
       .parameters = with_common({}),
       .examples = {"aiflow dags errors"},
       .run = bound(clock, list_import_errors)},
  };
}

}  // namespace aiflow::app

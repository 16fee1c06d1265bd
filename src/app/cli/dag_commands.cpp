// SPDX-License-Identifier: Apache-2.0
// aiflow dags …, aiflow tasks …
#include <algorithm>
#include <iostream>

#include "app/cli/commands.h"
#include "app/cli/run_params.h"

namespace aiflow::app {
namespace {

const Parameter kDag{.name = "dag_id", .help = "the DAG", .required = true};
const Parameter kRun{.name = "--run", .help = "DAG run id; the newest when left out"};

std::string or_dash(const std::optional<WallTime>& time, WallTime now) {
  return time ? format_ago(*time, now) : "-";
}

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
  if (in.given("--logical-date")) body.set("logical_date", in.text("--logical-date"));
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

Status list_runs(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list(api_path({"dags", in.text("dag_id"), "dagRuns"}) +
                                              "?limit=" + in.text("--limit")));
  return print_list(
      in, items,
      {.header = {"RUN", "STATE", "TYPE", "STARTED", "TOOK", "CAUSE"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto run, wire::parse_dag_run(item));
         return std::vector<std::string>{
             run.dag_run_id,
             std::string(to_string(run.state)),
             std::string(to_string(run.run_type)),
             or_dash(run.start_date, clock.now()),
             run.start_date ? format_duration(run.end_date.value_or(clock.now()) - *run.start_date)
                            : "-",
             run.cause};
       },
       .empty = "no runs yet: aiflow dags trigger " + in.text("dag_id")});
}

/// --run, or the newest run of the DAG.
Result<std::string> run_of(ApiClient& client, const Invocation& in) {
  if (in.given("--run")) return in.text("--run");
  AIFLOW_ASSIGN(const auto runs,
                client.list(api_path({"dags", in.text("dag_id"), "dagRuns"}) + "?limit=1"));
  if (runs.empty()) {
    return fail(ErrorCode::not_found,
                "dag '" + in.text("dag_id") +
                    "' has no runs yet; start one: " + "aiflow dags trigger " + in.text("dag_id"));
  }
  return json::get_string(runs.front(), "dag_run_id");
}

/// A task of a run, or one instance of a mapped task: "load", "load[3]", or "load" --map-index 3.
struct TaskName {
  std::string task_id;
  std::optional<std::string> map_index{};

  /// "?map_index=3", or "" for a task that is not mapped.
  [[nodiscard]] std::string query() const {
    return map_index ? "?map_index=" + *map_index : std::string();
  }
};

Result<TaskName> task_name(const std::string& text, const std::string& option) {
  TaskName name{.task_id = text};
  const auto bracket = text.find('[');
  if (bracket != std::string::npos && text.ends_with(']')) {
    name.task_id = text.substr(0, bracket);
    name.map_index = text.substr(bracket + 1, text.size() - bracket - 2);
  }
  if (!option.empty()) name.map_index = option;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool number = !name.map_index || (!name.map_index->empty() && name.map_index->size() <= 6 &&
                                          std::ranges::all_of(*name.map_index, digit));
  if (number) return name;
  return fail(ErrorCode::invalid_argument,
              "'" + *name.map_index + "' is not the map index of an instance: write 'load[3]'");
}

Result<TaskName> task_name(const Invocation& in) {
  return task_name(in.text("task_id"), in.text("--map-index"));
}

std::string shown_name(const wire::TaskInstance& ti) {
  return ti.map_index < 0 ? ti.task_id : ti.task_id + "[" + std::to_string(ti.map_index) + "]";
}

Status list_tasks(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(
      const auto items,
      client.list(api_path({"dags", in.text("dag_id"), "dagRuns", run, "taskInstances"})));
  const bool colour = is_terminal();
  return print_list(in, items,
                    {.header = {"TASK", "STATE", "TRY", "TOOK", "CAUSE"},
                     .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto ti, wire::parse_task_instance(item));
                       return std::vector<std::string>{
                           shown_name(ti), state_label(ti.state, colour),
                           std::to_string(ti.try_number) + "/" + std::to_string(ti.max_tries + 1),
                           ti.start_date
                               ? format_duration(ti.end_date.value_or(clock.now()) - *ti.start_date)
                               : "-",
                           ti.cause};
                     },
                     .empty = "the run has no tasks"});
}

/// What the scheduler says now, and how the tries before ended.
Status explain(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(const auto task, task_name(in));
  const auto path =
      api_path({"dags", in.text("dag_id"), "dagRuns", run, "taskInstances", task.task_id});
  AIFLOW_ASSIGN(const auto item, client.get(path + task.query()));
  if (in.flag("--json")) {
    print_object(in, item);
    return {};
  }
  AIFLOW_ASSIGN(const auto ti, wire::parse_task_instance(item));
  std::cout << shown_name(ti) << " of " << run << " is " << state_label(ti.state, is_terminal())
            << ": " << ti.cause << "\n";
  AIFLOW_ASSIGN(const auto tries, client.list(path + "/tries" + task.query()));
  for (const auto& value : tries) {
    AIFLOW_ASSIGN(const auto attempt, wire::parse_task_try(value));
    std::cout << "  try " << attempt.try_number << " " << to_string(attempt.state) << " "
              << or_dash(attempt.end_date, clock.now()) << ": " << attempt.cause << "\n";
  }
  return {};
}

Status print_log(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(const auto name, task_name(in));
  const std::vector<std::string> task = {"dags", in.text("dag_id"), "dagRuns",
                                         run,    "taskInstances",   name.task_id};
  std::string attempt = in.text("--try");
  if (attempt.empty()) {
    AIFLOW_ASSIGN(const auto item, client.get(api_path(task) + name.query()));
    AIFLOW_ASSIGN(const auto ti, wire::parse_task_instance(item));
    attempt = std::to_string(std::max<std::int64_t>(ti.try_number, 1));
  }
  auto path = task;
  path.insert(path.end(), {"logs", attempt});
  const auto show = [](const json::Value& value) -> Result<wire::LogChunk> {
    AIFLOW_ASSIGN(auto chunk, wire::parse_log_chunk(value));
    std::cout << chunk.content << std::flush;
    return chunk;
  };
  if (in.flag("--follow")) {
    return client.stream(api_path(path) + "/stream" + name.query(),
                         {.request = {},
                          .on_event =
                              [&](const net::SseMessage& message) {
                                const auto value = json::parse(message.data);
                                const auto chunk = value ? show(*value) : fail(value.error());
                                return chunk && !chunk->complete;
                              },
                          .stop = {}});
  }
  const std::string from = name.map_index ? name.query() + "&offset=" : "?offset=";
  std::int64_t offset = 0;
  for (;;) {
    AIFLOW_ASSIGN(const auto value, client.get(api_path(path) + from + std::to_string(offset)));
    AIFLOW_ASSIGN(const auto chunk, show(value));
    if (chunk.next_offset >= chunk.size || chunk.next_offset <= offset) return {};
    offset = chunk.next_offset;
  }
}

Result<json::Value> clear_request(const Invocation& in, const std::string& run) {
  json::Value request = json::object({{"dag_run_id", run},
                                      {"include_downstream", in.flag("--downstream")},
                                      {"include_upstream", in.flag("--upstream")},
                                      {"only_failed", in.flag("--only-failed")},
                                      {"use_cache", !in.flag("--no-cache")},
                                      {"dry_run", in.flag("--dry-run")}});
  json::Array tasks;
  std::optional<std::string> map_index;
  for (const auto& text : in.list("task_ids")) {
    AIFLOW_ASSIGN(const auto name, task_name(text, in.text("--map-index")));
    if (!tasks.empty() && name.map_index != map_index) {
      return fail(ErrorCode::invalid_argument,
                  "one call clears instances of one map index; call it for each of them");
    }
    map_index = name.map_index;
    tasks.emplace_back(name.task_id);
  }
  if (map_index) request.set("map_index", std::stoi(*map_index));
  request.set("task_ids", std::move(tasks));
  return request;
}

Status clear(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(const json::Value request, clear_request(in, run));
  AIFLOW_ASSIGN(
      const auto answer,
      client.call("POST", api_path({"dags", in.text("dag_id"), "clearTaskInstances"}), request));
  AIFLOW_ASSIGN(const auto list, wire::parse_task_list(answer));
  if (in.flag("--json")) {
    print_object(in, answer);
    return {};
  }
  std::cout << (in.flag("--dry-run") ? "would clear " : "cleared ") << list.items.size()
            << " task instances of " << run << "\n";
  for (const auto& ti : list.items) std::cout << "  " << shown_name(ti) << "\n";
  return {};
}

Status mark(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(const auto name, task_name(in));
  AIFLOW_ASSIGN(const auto answer, client.call("PATCH",
                                               api_path({"dags", in.text("dag_id"), "dagRuns", run,
                                                         "taskInstances", name.task_id}) +
                                                   name.query(),
                                               json::object({{"new_state", in.text("state")}})));
  print_object(in, answer);
  return {};
}

using Action = Status (*)(const Clock&, const Invocation&);

std::function<Status(const Invocation&)> bound(const Clock& clock, Action action) {
  return [&clock, action](const Invocation& in) { return action(clock, in); };
}

std::vector<Command> dags_commands(const Clock& clock) {
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
            {.name = "--logical-date", .help = "RFC 3339 time"},
            {.name = "--no-cache", .help = "run every task, take no kept results", .flag = true}}),
       .examples = {"aiflow dags trigger smart_city",
                    R"(aiflow dags trigger etl --conf '{"day": 3}')",
                    "aiflow dags trigger etl --param day=3 --param who=edge"},
       .run = bound(clock, trigger)},
      {.words = {"dags", "params"},
       .summary = "what a run can be given: names, types, defaults",
       .parameters = with_common({kDag}),
       .examples = {"aiflow dags params etl"},
       .run = bound(clock, list_params)},
      {.words = {"dags", "pause"},
       .summary = "no new runs, no new tasks",
       .parameters = with_common({kDag}),
       .examples = {"aiflow dags pause etl"},
       .run = [&clock](const Invocation& in) { return set_paused(clock, in, true); }},
      {.words = {"dags", "unpause"},
       .summary = "lets a paused DAG go on",
       .parameters = with_common({kDag}),
       .examples = {"aiflow dags unpause etl"},
       .run = [&clock](const Invocation& in) { return set_paused(clock, in, false); }},
      {.words = {"dags", "runs"},
       .summary = "the runs of a DAG, newest first",
       .parameters =
           with_common({kDag, {.name = "--limit", .help = "how many", .otherwise = "20"}}),
       .examples = {"aiflow dags runs etl --limit 5"},
       .run = bound(clock, list_runs)},
      {.words = {"dags", "errors"},
       .summary = "DAG files that could not be read, and why",
       .parameters = with_common({}),
       .examples = {"aiflow dags errors"},
       .run = bound(clock, list_import_errors)},
  };
}

std::vector<Command> task_commands(const Clock& clock) {
  const Parameter task{.name = "task_id", .help = "the task", .required = true};
  const Parameter index{.name = "--map-index", .help = "instance of a mapped task; or load[3]"};
  return {
      {.words = {"tasks", "list"},
       .summary = "the tasks of a run with their states and causes",
       .parameters = with_common({kDag, kRun}),
       .examples = {"aiflow tasks list etl"},
       .run = bound(clock, list_tasks)},
      {.words = {"tasks", "explain"},
       .summary = "why a task is in its state: what it waits for, how it ended",
       .parameters = with_common({kDag, task, kRun, index}),
       .examples = {"aiflow tasks explain etl load",
                    "aiflow tasks explain etl load --run manual__2026-11-24T02:00:00Z --json"},
       .run = bound(clock, explain)},
      {.words = {"tasks", "log"},
       .summary = "a task's log",
       .parameters = {kDag,
                      task,
                      kRun,
                      index,
                      {.name = "--try", .help = "which try; the last when left out"},
                      {.name = "--follow", .help = "go on until the try ends", .flag = true},
                      {.name = "--home", .help = "data directory"}},
       .examples = {"aiflow tasks log etl load --follow", "aiflow tasks log etl 'load[3]'"},
       .run = bound(clock, print_log)},
      {.words = {"tasks", "clear"},
       .summary = "lets tasks run again",
       .parameters =
           with_common({kDag,
                        {.name = "task_ids", .help = "tasks", .required = true, .many = true},
                        kRun,
                        index,
                        {.name = "--downstream", .help = "and all after them", .flag = true},
                        {.name = "--upstream", .help = "and all before them", .flag = true},
                        {.name = "--only-failed", .help = "only those that failed", .flag = true},
                        {.name = "--no-cache",
                         .help = "the run's tasks take no kept results from now on",
                         .flag = true},
                        {.name = "--dry-run", .help = "show what would be cleared", .flag = true}}),
       .examples = {"aiflow tasks clear etl load --downstream --dry-run"},
       .run = bound(clock, clear)},
      {.words = {"tasks", "mark"},
       .summary = "sets a task's state by hand",
       .parameters =
           with_common({kDag,
                        task,
                        {.name = "state", .help = "success, failed or skipped", .required = true},
                        kRun,
                        index}),
       .examples = {"aiflow tasks mark etl load success"},
       .run = bound(clock, mark)},
  };
}

}  // namespace

std::vector<Command> dag_commands(const Clock& clock) {
  auto commands = dags_commands(clock);
  auto tasks = task_commands(clock);
  commands.insert(commands.end(), std::make_move_iterator(tasks.begin()),
                  std::make_move_iterator(tasks.end()));
  return commands;
}

}  // namespace aiflow::app

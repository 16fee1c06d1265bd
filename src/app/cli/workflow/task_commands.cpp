// SPDX-License-Identifier: Apache-2.0
// aiflow tasks …
#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>

#include "app/cli/workflow/task_show.h"
#include "app/cli/workflow/words.h"

namespace aiflow::app {
namespace {

Status list_tasks(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(
      const auto items,
      client.list(api_path({"dags", in.text("dag_id"), "dagRuns", run, "taskInstances"})));
  const bool colour = is_terminal();
  return print_list(in, items,
                    {.header = {"TASK", "STATE", "TRY", "TOOK", "WORKER", "CAUSE"},
                     .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto ti, wire::parse_task_instance(item));
                       return std::vector<std::string>{
                           shown_name(ti),
                           state_label(ti.state, colour),
                           std::to_string(ti.try_number) + "/" + std::to_string(ti.max_tries + 1),
                           ti.start_date
                               ? format_duration(ti.end_date.value_or(clock.now()) - *ti.start_date)
                               : "-",
                           ti.hostname.empty() ? "-" : ti.hostname,
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

/// What a task published: all of it, or one value.
Status print_xcoms(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(const auto name, task_name(in));
  std::vector<std::string> path{"dags",          in.text("dag_id"), "dagRuns",    run,
                                "taskInstances", name.task_id,      "xcomEntries"};
  if (in.given("--key")) {
    path.push_back(in.text("--key"));
    AIFLOW_ASSIGN(const auto value, client.get(api_path(path) + name.query()));
    AIFLOW_ASSIGN(const auto item, wire::parse_xcom_item(value));
    std::cout << json::write_pretty(in.flag("--json") ? value : item.value) << "\n";
    return {};
  }
  AIFLOW_ASSIGN(const auto items, client.list(api_path(path) + name.query()));
  return print_list(in, items,
                    {.header = {"KEY", "WHEN", "VALUE"},
                     .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto value, wire::parse_xcom_item(item));
                       return std::vector<std::string>{value.key,
                                                       format_ago(value.timestamp, clock.now()),
                                                       json::write(value.value).substr(0, 100)};
                     },
                     .empty = "it has published nothing"});
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
    if (ti.try_number == 0 && !in.flag("--follow")) {
      std::cerr << shown_name(ti) << " has not begun: " << ti.cause << "\n";
      return {};
    }
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
                                      {"include_future", in.flag("--future")},
                                      {"include_past", in.flag("--past")},
                                      {"only_failed", in.flag("--only-failed")},
                                      {"use_cache", !in.flag("--no-cache")},
                                      {"only_running", in.flag("--only-running")},
                                      {"run_on_latest_version", in.flag("--run-on-latest-version")},
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
  if (tasks.empty() && !in.given("--group") && !in.flag("--all")) {
    return fail(ErrorCode::invalid_argument, "name tasks, or use --group GROUP or --all");
  }
  if (in.flag("--all") && (!tasks.empty() || in.given("--group"))) {
    return fail(ErrorCode::invalid_argument, "--all goes without tasks and without --group");
  }
  if (map_index) request.set("map_index", std::stoi(*map_index));
  if (in.given("--group")) request.set("task_group_id", in.text("--group"));
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
  return print_affected(in, answer, in.flag("--dry-run") ? "would clear" : "cleared");
}

/// Each instance is there as it would be: one without a state would run again.
Status print_mark_preview(const Invocation& in, const json::Value& answer) {
  AIFLOW_ASSIGN(auto marked, wire::parse_task_list(answer));
  const auto runs_again = [](const wire::TaskInstance& one) {
    return one.state == TaskState::no_status;
  };
  wire::TaskList again;
  std::ranges::copy_if(marked.items, std::back_inserter(again.items), runs_again);
  std::erase_if(marked.items, runs_again);
  AIFLOW_TRY(print_affected(in, to_json(marked), "would mark " + in.text("state")));
  if (again.items.empty()) return {};
  return print_affected(in, to_json(again), "failed after it, and would run again:");
}

Status mark(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(const auto name, task_name(in));
  const std::string state = in.text("state");
  if (state != "success" && state != "failed" && state != "skipped") {
    return fail(ErrorCode::invalid_argument,
                "'" + state + "' is not success, failed or skipped, as a task can be marked");
  }
  std::vector<std::string> path{"dags", in.text("dag_id"), "dagRuns",
                                run,    "taskInstances",   name.task_id};
  if (in.flag("--dry-run")) path.emplace_back("dry_run");
  AIFLOW_ASSIGN(const auto answer,
                client.call("PATCH", api_path(path) + name.query(),
                            json::object({{"new_state", in.text("state")},
                                          {"include_upstream", in.flag("--upstream")},
                                          {"include_downstream", in.flag("--downstream")},
                                          {"include_future", in.flag("--future")},
                                          {"include_past", in.flag("--past")}})));
  if (!in.flag("--dry-run") || in.flag("--json")) {
    return print_affected(in, answer, "marked " + in.text("state"));
  }
  return print_mark_preview(in, answer);
}

/// Of the named instance, or of all of a mapped task: those that run are ended, the others never
/// begin.
Status cancel(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run, run_of(client, in));
  AIFLOW_ASSIGN(const auto name, task_name(in));
  const auto path = api_path({"dags", in.text("dag_id"), "dagRuns", run, "taskInstances"});
  AIFLOW_ASSIGN(const auto items, client.list(path));
  const bool is_preview = in.flag("--dry-run");
  std::string lines;
  json::Array cancelled;
  for (const auto& value : items) {
    AIFLOW_ASSIGN(const auto task, wire::parse_task_instance(value));
    const bool is_named = task.task_id == name.task_id &&
                          (!name.map_index || *name.map_index == std::to_string(task.map_index));
    if (!is_named || task.end_date) continue;
    const bool runs = task.state == TaskState::running || task.state == TaskState::restarting;
    lines += "\n  " + shown_name(task) + " (" + std::string(to_string(task.state)) +
             (runs ? "): is ended" : "): does not run");
    cancelled.push_back(value);
    if (is_preview) continue;
    const std::string index =
        task.map_index < 0 ? "" : "?map_index=" + std::to_string(task.map_index);
    AIFLOW_TRY(client.call(
        "PATCH",
        api_path({"dags", in.text("dag_id"), "dagRuns", run, "taskInstances", name.task_id}) +
            index,
        json::object({{"new_state", "failed"}})));
  }
  if (cancelled.empty()) {
    return fail(ErrorCode::conflict, "no instance of task '" + in.text("task_id") + "' in " + run +
                                         " is open; there is nothing to cancel");
  }
  if (in.flag("--json")) {
    print_object(in, json::Value(std::move(cancelled)));
    return {};
  }
  std::cout << "task " << in.text("task_id") << " of " << run
            << (is_preview ? " would be cancelled (failed)" : " is cancelled (failed)") << lines
            << "\n";
  return {};
}

}  // namespace

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

Result<TaskAt> task_at(ApiClient& client, const Invocation& in) {
  TaskAt at;
  AIFLOW_ASSIGN(at.run, run_of(client, in));
  AIFLOW_ASSIGN(at.name, task_name(in));
  at.path =
      api_path({"dags", in.text("dag_id"), "dagRuns", at.run, "taskInstances", at.name.task_id});
  return at;
}

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

Result<std::string> time_option(const Invocation& in, const char* name) {
  std::string text = in.text(name);
  if (text.size() == 10) text += "T00:00:00Z";
  auto time = parse_time(text);
  if (!time) return fail(std::move(time).error().with_context(name));
  return format_time(*time);
}

std::string shown_name(const wire::TaskInstance& ti) {
  return ti.map_index < 0 ? ti.task_id : ti.task_id + "[" + std::to_string(ti.map_index) + "]";
}

Status print_affected(const Invocation& in, const json::Value& answer, const std::string& verb) {
  if (in.flag("--json")) {
    print_object(in, answer);
    return {};
  }
  AIFLOW_ASSIGN(const auto list, wire::parse_task_list(answer));
  std::map<std::string, std::vector<std::string>> runs;
  for (const auto& ti : list.items) runs[ti.dag_run_id].push_back(shown_name(ti));
  std::cout << verb << " " << list.items.size() << " task instances in " << runs.size()
            << (runs.size() == 1 ? " run\n" : " runs\n");
  for (const auto& [run, names] : runs) {
    std::cout << run << "\n";
    for (const auto& name : names) std::cout << "  " << name << "\n";
  }
  return {};
}

namespace {

/// Those that change states.
std::vector<Command> changing_commands(const Clock& clock) {
  return {
      {.words = {"tasks", "clear"},
       .summary = "lets tasks run again",
       .parameters =
           with_common({kDag,
                        {.name = "task_ids", .help = "tasks", .many = true},
                        kRun,
                        kIndex,
                        {.name = "--group", .help = "all tasks of this task group"},
                        {.name = "--all", .help = "all tasks", .flag = true},
                        {.name = "--downstream", .help = "and all after them", .flag = true},
                        {.name = "--upstream", .help = "and all before them", .flag = true},
                        {.name = "--future", .help = "and in all later runs", .flag = true},
                        {.name = "--past", .help = "and in all earlier runs", .flag = true},
                        {.name = "--only-failed", .help = "only those that failed", .flag = true},
                        {.name = "--only-running", .help = "only those that run", .flag = true},
                        {.name = "--run-on-latest-version",
                         .help = "the runs go on in the DAG's newest version",
                         .flag = true},
                        {.name = "--no-cache",
                         .help = "the runs' tasks take no kept results from now on",
                         .flag = true},
                        {.name = "--dry-run", .help = "show what would be cleared", .flag = true}}),
       .examples =
           {"aiflow tasks clear etl load --downstream --dry-run",
            "aiflow tasks clear etl --group transform --only-failed",
            "aiflow tasks clear etl load --future --run scheduled__2026-11-01T00:00:00+00:00"},
       .run = bound(clock, clear)},
      {.words = {"tasks", "cancel"},
       .summary = "stops a task: ends it when it runs, else it never begins; it has failed then",
       .parameters =
           with_common({kDag,
                        kTask,
                        kRun,
                        kIndex,
                        {.name = "--dry-run", .help = "show what would be ended", .flag = true}}),
       .examples = {"aiflow tasks cancel etl load",
                    "aiflow tasks cancel etl 'load[3]' --run manual__2026-11-24T02:00:00Z"
                    " --dry-run"},
       .run = bound(clock, cancel)},
      {.words = {"tasks", "mark"},
       .summary = "sets a task's state by hand",
       .parameters =
           with_common({kDag,
                        kTask,
                        {.name = "state", .help = "success, failed or skipped", .required = true},
                        kRun,
                        kIndex,
                        {.name = "--downstream", .help = "and all after it", .flag = true},
                        {.name = "--upstream", .help = "and all before it", .flag = true},
                        {.name = "--future", .help = "and in all later runs", .flag = true},
                        {.name = "--past", .help = "and in all earlier runs", .flag = true},
                        {.name = "--dry-run", .help = "show what would be marked", .flag = true}}),
       .examples = {"aiflow tasks mark etl load success",
                    "aiflow tasks mark etl load success --upstream --dry-run"},
       .run = bound(clock, mark)},
  };
}

}  // namespace

std::vector<Command> task_commands(const Clock& clock) {
  std::vector<Command> commands{
      {.words = {"tasks", "list"},
       .summary = "the tasks of a run with their states and causes",
       .parameters = with_common({kDag, kRun}),
       .examples = {"aiflow tasks list etl"},
       .run = bound(clock, list_tasks)},
      task_show_command(clock),
      {.words = {"tasks", "explain"},
       .summary = "why a task is in its state: what it waits for, how it ended",
       .parameters = with_common({kDag, kTask, kRun, kIndex}),
       .examples = {"aiflow tasks explain etl load",
                    "aiflow tasks explain etl load --run manual__2026-11-24T02:00:00Z --json"},
       .run = bound(clock, explain)},
      {.words = {"tasks", "log"},
       .summary = "a task's log",
       .parameters = {kDag,
                      kTask,
                      kRun,
                      kIndex,
                      {.name = "--try", .help = "which try; the last when left out"},
                      {.name = "--follow", .help = "go on until the try ends", .flag = true},
                      {.name = "--home", .help = "data directory"}},
       .examples = {"aiflow tasks log etl load --follow", "aiflow tasks log etl 'load[3]'"},
       .run = bound(clock, print_log)},
      {.words = {"tasks", "xcom"},
       .summary = "the values that a task published",
       .parameters = with_common(
           {kDag, kTask, kRun, kIndex, {.name = "--key", .help = "only this one, in full"}}),
       .examples = {"aiflow tasks xcom etl load", "aiflow tasks xcom etl load --key return_value"},
       .run = bound(clock, print_xcoms)},
  };
  auto changing = changing_commands(clock);
  commands.insert(commands.end(), std::make_move_iterator(changing.begin()),
                  std::make_move_iterator(changing.end()));
  return commands;
}

}  // namespace aiflow::app

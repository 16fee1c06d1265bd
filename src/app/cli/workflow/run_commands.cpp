// SPDX-License-Identifier: Apache-2.0
// aiflow runs …
#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

#include "app/cli/workflow/words.h"
#include "net/http.h"

namespace aiflow::app {
namespace {

std::string run_path(const Invocation& in) {
  return api_path({"dags", in.text("dag_id"), "dagRuns", in.text("run_id")});
}

Status show(const Invocation& in, const json::Value& run, const std::string& line) {
  if (in.flag("--json")) {
    print_object(in, run);
  } else {
    std::cout << line << "\n";
  }
  return {};
}

/// "?limit=20&state=failed&state=queued". Errors: invalid_argument for another state.
Result<std::string> runs_query(const Invocation& in) {
  constexpr std::array<std::string_view, 4> kStates = {"queued", "running", "success", "failed"};
  std::string query = "?limit=" + net::percent_encode(in.text("--limit"));
  for (const std::string& state : in.list("--state")) {
    if (std::ranges::find(kStates, state) == kStates.end()) {
      return fail(ErrorCode::invalid_argument,
                  "--state is queued, running, success or failed, not '" + state + "'");
    }
    query += "&state=" + state;
  }
  return query;
}

/// Of one DAG, or of all.
Status list_runs(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const bool is_of_all = !in.given("dag_id");
  const std::string dag = is_of_all ? "~" : in.text("dag_id");
  AIFLOW_ASSIGN(const auto query, runs_query(in));
  AIFLOW_ASSIGN(const auto items, client.list(api_path({"dags", dag, "dagRuns"}) + query));
  std::vector<std::string> header = {"RUN", "STATE", "TYPE", "STARTED", "TOOK", "CAUSE"};
  if (is_of_all) header.insert(header.begin(), "DAG");
  return print_list(
      in, items,
      {.header = std::move(header),
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto run, wire::parse_dag_run(item));
         std::vector<std::string> cells = {
             run.dag_run_id,
             std::string(to_string(run.state)),
             std::string(to_string(run.run_type)),
             or_dash(run.start_date, clock.now()),
             run.start_date ? format_duration(run.end_date.value_or(clock.now()) - *run.start_date)
                            : "-",
             run.cause};
         if (is_of_all) cells.insert(cells.begin(), run.dag_id);
         return cells;
       },
       .empty = in.given("--state")
                    ? "no runs are so"
                    : "no runs yet: aiflow dags trigger " + (is_of_all ? "DAG" : dag)});
}

/// How a run is, why, and who was told of it.
Status explain(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto item, client.get(run_path(in)));
  AIFLOW_ASSIGN(const auto run, wire::parse_dag_run(item));
  const std::string why = run.explanation ? run.explanation->text : run.cause;
  std::string line = run.dag_run_id + " is " + std::string(to_string(run.state)) + ": " + why;
  line += "\n  version " + std::to_string(run.dag_version) + " of the DAG, " +
          std::string(to_string(run.run_type)) + ", began " + or_dash(run.start_date, clock.now());
  if (!run.note.empty()) line += "\n  note: " + run.note;
  if (in.flag("--json")) return show(in, item, line);
  AIFLOW_ASSIGN(const auto notices, client.list(run_path(in) + "/notices"));
  for (const auto& value : notices) {
    AIFLOW_ASSIGN(const auto notice, wire::parse_run_notice(value));
    line += "\n  callback " + notice.name + " " + notice.state + ": " + notice.reason;
    if (!notice.cause.empty()) line += " (" + notice.cause + ")";
  }
  return show(in, item, line);
}

/// The log of one callback of a run.
Status callback_log(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const std::string path = api_path({"dags", in.text("dag_id"), "dagRuns", in.text("run_id"),
                                     "notices", in.text("callback"), "log"});
  std::int64_t offset = 0;
  for (;;) {
    AIFLOW_ASSIGN(const auto value, client.get(path + "?offset=" + std::to_string(offset)));
    AIFLOW_ASSIGN(const auto chunk, wire::parse_log_chunk(value));
    std::cout << chunk.content << std::flush;
    if (chunk.next_offset >= chunk.size || chunk.next_offset <= offset) return {};
    offset = chunk.next_offset;
  }
}

Status mark(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run,
                client.call("PATCH", run_path(in), json::object({{"state", in.text("state")}})));
  return show(in, run, in.text("run_id") + " is marked " + in.text("state"));
}

/// The instances that have not ended: those that run are ended, the others never begin.
Status cancel(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto item, client.get(run_path(in)));
  AIFLOW_ASSIGN(const auto run, wire::parse_dag_run(item));
  if (run.state != RunState::queued && run.state != RunState::running) {
    return fail(ErrorCode::conflict, run.dag_run_id + " has ended (" +
                                         std::string(to_string(run.state)) +
                                         "); there is nothing to cancel");
  }
  AIFLOW_ASSIGN(const auto tasks, client.list(run_path(in) + "/taskInstances"));
  const bool is_preview = in.flag("--dry-run");
  std::string lines;
  for (const auto& value : tasks) {
    AIFLOW_ASSIGN(const auto task, wire::parse_task_instance(value));
    if (task.end_date) continue;
    const bool runs = task.state == TaskState::running || task.state == TaskState::restarting;
    lines += "\n  " + shown_name(task) + " (" + std::string(to_string(task.state)) +
             (runs ? "): is ended" : "): does not run");
  }
  if (is_preview && in.flag("--json")) return show(in, item, "");
  if (is_preview) return show(in, item, run.dag_run_id + " would be cancelled (failed)" + lines);
  AIFLOW_ASSIGN(const auto ended,
                client.call("PATCH", run_path(in), json::object({{"state", "failed"}})));
  return show(in, ended, run.dag_run_id + " is cancelled (failed)" + lines);
}

Status set_note(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto run,
                client.call("PATCH", run_path(in), json::object({{"note", in.text("note")}})));
  return show(in, run, in.text("run_id") + " has the note: " + in.text("note"));
}

Status clear(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(
      const auto answer,
      client.call("POST", run_path(in) + "/clear",
                  json::object({{"only_failed", in.flag("--only-failed")},
                                {"run_on_latest_version", in.flag("--run-on-latest-version")},
                                {"use_cache", !in.flag("--no-cache")},
                                {"dry_run", in.flag("--dry-run")}})));
  return print_affected(in, answer, in.flag("--dry-run") ? "would clear" : "cleared");
}

Status delete_run(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", run_path(in)));
  std::cout << "run " << in.text("run_id") << " of " << in.text("dag_id")
            << " deleted; its logs are still there\n";
  return {};
}

const Parameter kState{.name = "--state",
                       .help = "only those: queued, running, success or failed; again for more",
                       .repeat = true};
const Parameter kLimit{.name = "--limit", .help = "how many", .otherwise = "20"};

Command list_command(const Clock& clock) {
  return {.words = {"runs", "list"},
          .summary = "the runs of a DAG, or of all, newest first",
          .parameters = with_common(
              {{.name = "dag_id", .help = "the DAG; all DAGs when left out"}, kState, kLimit}),
          .examples = {"aiflow runs list", "aiflow runs list etl --state failed --limit 5",
                       "aiflow runs list --state queued --state running --json"},
          .names_from = "dags list",
          .run = bound(clock, list_runs)};
}

}  // namespace

Command dag_runs_command(const Clock& clock) {
  return {.words = {"dags", "runs"},
          .summary = "the runs of a DAG, newest first: the same as 'aiflow runs list DAG'",
          .parameters = with_common({kDag, kState, kLimit}),
          .examples = {"aiflow dags runs etl --limit 5"},
          .run = bound(clock, list_runs)};
}

std::vector<Command> run_commands(const Clock& clock) {
  const Parameter run{.name = "run_id", .help = "the DAG run", .required = true};
  return {
      list_command(clock),
      {.words = {"runs", "explain"},
       .summary = "the state of a run, why it is so, and the callbacks that it had",
       .parameters = with_common({kDag, run}),
       .examples = {"aiflow runs explain etl manual__2026-11-24T02:00:00Z"},
       .run = bound(clock, explain)},
      {.words = {"runs", "callback-log"},
       .summary = "what a callback of the DAG printed",
       .parameters = {kDag,
                      run,
                      {.name = "callback", .help = "its name: see runs explain", .required = true},
                      {.name = "--home", .help = "data directory"}},
       .examples = {"aiflow runs callback-log etl manual__2026-11-24T02:00:00Z failure.0"},
       .run = bound(clock, callback_log)},
      {.words = {"runs", "clear"},
       .summary = "lets all tasks of a run, or those that failed, run again",
       .parameters =
           with_common({kDag,
                        run,
                        {.name = "--only-failed", .help = "only tasks that failed", .flag = true},
                        {.name = "--run-on-latest-version",
                         .help = "it goes on in the DAG's newest version, not in its own",
                         .flag = true},
                        {.name = "--no-cache",
                         .help = "its tasks take no kept results from now on",
                         .flag = true},
                        {.name = "--dry-run", .help = "show what would be cleared", .flag = true}}),
       .examples = {"aiflow runs clear etl manual__2026-11-24T02:00:00Z --only-failed --dry-run"},
       .run = bound(clock, clear)},
      {.words = {"runs", "mark"},
       .summary = "ends a run by hand, or opens a finished one again (queued)",
       .parameters = with_common(
           {kDag, run, {.name = "state", .help = "success, failed or queued", .required = true}}),
       .examples = {"aiflow runs mark etl manual__2026-11-24T02:00:00Z failed"},
       .run = bound(clock, mark)},
      {.words = {"runs", "cancel"},
       .summary = "stops a run: ends what runs, starts nothing more; the run has failed then",
       .parameters = with_common(
           {kDag, run, {.name = "--dry-run", .help = "show what would be ended", .flag = true}}),
       .examples = {"aiflow runs cancel etl manual__2026-11-24T02:00:00Z --dry-run",
                    "aiflow runs cancel etl manual__2026-11-24T02:00:00Z"},
       .run = bound(clock, cancel)},
      {.words = {"runs", "note"},
       .summary = "writes a note to a run; it replaces the one before",
       .parameters =
           with_common({kDag, run, {.name = "note", .help = "the text", .required = true}}),
       .examples = {"aiflow runs note etl manual__2026-11-24T02:00:00Z 'source was late'"},
       .run = bound(clock, set_note)},
      {.words = {"runs", "delete"},
       .summary = "deletes a queued or finished run with its task instances and values",
       .parameters = {kDag, run, {.name = "--home", .help = "data directory"}},
       .examples = {"aiflow runs delete etl manual__2026-11-24T02:00:00Z"},
       .run = bound(clock, delete_run)},
  };
}

}  // namespace aiflow::app

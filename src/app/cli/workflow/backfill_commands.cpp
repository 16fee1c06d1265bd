// SPDX-License-Identifier: Apache-2.0
// aiflow backfills …
#include <iostream>

#include "app/cli/commands.h"
#include "app/cli/workflow/words.h"

namespace aiflow::app {
namespace {

constexpr int kBarColumns = 20;
const Parameter kId{.name = "backfill_id", .help = "its number", .required = true};

std::string path_of(const Invocation& in) {
  return api_path({"backfills", in.text("backfill_id")});
}

std::string state_of(const wire::Backfill& backfill) {
  if (backfill.completed_at) return "over";
  return backfill.is_paused ? "paused" : "running";
}

wire::ProgressInfo progress_of(const wire::Backfill& backfill) {
  const auto done = backfill.skipped + backfill.success + backfill.failed;
  return {.done = static_cast<double>(done),
          .total = static_cast<double>(backfill.total),
          .unit = "runs",
          .what = "backfill " + std::to_string(backfill.id)};
}

std::string day(WallTime time) {
  const std::string text = format_time(time);
  return text.contains("T00:00:00") ? text.substr(0, 10) : text.substr(0, 16) + "Z";
}

Result<json::Value> request_of(const Invocation& in) {
  json::Value body = json::object({{"dag_id", in.text("dag_id")}});
  AIFLOW_ASSIGN(const std::string from, time_option(in, "--from"));
  AIFLOW_ASSIGN(const std::string to, time_option(in, "--to"));
  body.set("from_date", from);
  body.set("to_date", to);
  body.set("run_backwards", in.flag("--backwards"));
  body.set("reprocess_behavior", in.text("--reprocess"));
  AIFLOW_ASSIGN(const auto limit, in.number("--max-active-runs"));
  body.set("max_active_runs", limit);
  if (in.given("--conf")) {
    AIFLOW_ASSIGN(auto conf, parse_object(in.text("--conf"), "--conf"));
    body.set("dag_run_conf", std::move(conf));
  }
  return body;
}

Status print_one(const Invocation& in, const json::Value& object) {
  if (in.flag("--json")) {
    print_object(in, object);
    return {};
  }
  AIFLOW_ASSIGN(const auto backfill, wire::parse_backfill(object));
  std::cout << "backfill " << backfill.id << " of " << backfill.dag_id << ", "
            << day(backfill.from_date) << " to " << day(backfill.to_date) << ": "
            << state_of(backfill) << ", " << backfill.cause << "\n  "
            << progress_bar(progress_of(backfill), kBarColumns) << "\n  " << backfill.running
            << " running, " << backfill.queued << " queued, " << backfill.success << " success, "
            << backfill.failed << " failed, " << backfill.skipped << " skipped\n";
  return {};
}

Status dry_run(const Invocation& in, ApiClient& client, const json::Value& body) {
  AIFLOW_ASSIGN(const auto answer,
                client.call("POST", "/api/v2/backfills/dry_run?limit=1000", body));
  if (in.flag("--json")) {
    print_object(in, answer);
    return {};
  }
  AIFLOW_ASSIGN(const auto* const items, json::get_array(answer, "items"));
  AIFLOW_ASSIGN(const auto total, json::get_int(answer, "total_entries"));
  std::cout << "would make " << total << " runs\n";
  for (const auto& item : *items) {
    AIFLOW_ASSIGN(const auto date, wire::parse_backfill_date(item));
    std::cout << "  " << format_time(date.logical_date).substr(0, 19) << "Z"
              << (date.dag_run_id ? "  again: " + *date.dag_run_id : "") << "\n";
  }
  if (total > std::ssize(*items))
    std::cout << "  ... and " << total - std::ssize(*items) << " more\n";
  return {};
}

/// Follows it on the event stream until it is over; shows its progress.
Result<json::Value> wait_for_end(ApiClient& client, json::Value now) {
  AIFLOW_ASSIGN(const auto id, json::get_int(now, "id"));
  ProgressReporter progress;
  const auto look = [&](const json::Value& object) {
    const auto backfill = wire::parse_backfill(object);
    if (!backfill || backfill->id != id) return true;
    now = object;
    progress.report(progress_of(*backfill));
    return !backfill->completed_at.has_value();
  };
  const auto follow = [&](const net::SseMessage& message) {
    const auto event = json::parse(message.data);
    if (!event) return true;
    const std::string kind = json::get_string_or(*event, "kind", "").value_or("");
    if (kind == "backfill") return look(*event->find("data"));
    if (kind != "hello") return true;
    // What happened before the stream began; the stream itself holds the other connection.
    ApiClient reader(client.clock(), client.home());
    const auto first = reader.get(api_path({"backfills", std::to_string(id)}));
    return !first || look(*first);
  };
  AIFLOW_TRY(client.stream("/api/v2/stream", {.request = {}, .on_event = follow, .stop = {}}));
  return now;
}

Status create(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto body, request_of(in));
  if (in.flag("--dry-run")) return dry_run(in, client, body);
  AIFLOW_ASSIGN(auto made, client.call("POST", "/api/v2/backfills", body));
  if (in.flag("--wait")) {
    AIFLOW_ASSIGN(made, wait_for_end(client, std::move(made)));
  }
  AIFLOW_TRY(print_one(in, made));
  AIFLOW_ASSIGN(const auto backfill, wire::parse_backfill(made));
  if (!in.flag("--wait") || backfill.failed == 0) return {};
  return fail(ErrorCode::conflict, std::to_string(backfill.failed) +
                                       " runs failed; see them with " + "aiflow dags runs " +
                                       backfill.dag_id);
}

Status list(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  std::string path = "/api/v2/backfills?limit=" + in.text("--limit");
  if (in.given("dag_id")) path += "&dag_id=" + in.text("dag_id");
  AIFLOW_ASSIGN(const auto items, client.list(path));
  return print_list(
      in, items,
      {.header = {"ID", "DAG", "FROM", "TO", "STATE", "PROGRESS", "FAILED", "BY", "CREATED"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto backfill, wire::parse_backfill(item));
         return std::vector<std::string>{std::to_string(backfill.id),
                                         backfill.dag_id,
                                         day(backfill.from_date),
                                         day(backfill.to_date),
                                         state_of(backfill),
                                         progress_bar(progress_of(backfill), 10),
                                         std::to_string(backfill.failed),
                                         backfill.triggering_user_name,
                                         format_ago(backfill.created_at, clock.now())};
       },
       .empty = "no backfills yet: aiflow backfills create DAG --from DATE --to DATE --dry-run"});
}

Status show(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(auto object, client.get(path_of(in)));
  if (in.flag("--wait")) {
    AIFLOW_ASSIGN(object, wait_for_end(client, std::move(object)));
  }
  return print_one(in, object);
}

Status steer(const Clock& clock, const Invocation& in, const std::string& verb) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto object, client.call("PUT", path_of(in) + "/" + verb));
  return print_one(in, object);
}

Command create_command(const Clock& clock) {
  return {.words = {"backfills", "create"},
          .summary = "runs the dates of a DAG's schedule between two dates",
          .parameters = with_common(
              {{.name = "dag_id", .help = "the DAG", .required = true},
               {.name = "--from", .help = "first date: 2026-01-01, or RFC 3339", .required = true},
               {.name = "--to", .help = "last date, included", .required = true},
               {.name = "--max-active-runs", .help = "runs at a time", .otherwise = "10"},
               {.name = "--reprocess",
                .help = "dates that have a run: none, failed or completed run again",
                .otherwise = "none"},
               {.name = "--backwards", .help = "the newest date first", .flag = true},
               {.name = "--conf", .help = "JSON object for the runs"},
               {.name = "--dry-run", .help = "only list the runs", .flag = true},
               {.name = "--wait", .help = "show progress until it is over", .flag = true}}),
          .examples = {"aiflow backfills create etl --from 2026-01-01 --to 2026-01-31 --dry-run",
                       "aiflow backfills create etl --from 2026-01-01 --to 2026-01-31 "
                       "--max-active-runs 3 --reprocess failed --wait"},
          .run = [&clock](const Invocation& in) { return create(clock, in); }};
}

}  // namespace

std::vector<Command> backfill_commands(const Clock& clock) {
  const auto steering = [&](const std::string& verb, const std::string& summary) {
    return Command{.words = {"backfills", verb},
                   .summary = summary,
                   .parameters = with_common({kId}),
                   .examples = {"aiflow backfills " + verb + " 3"},
                   .run = [&clock, verb](const Invocation& in) { return steer(clock, in, verb); }};
  };
  return {create_command(clock),
          {.words = {"backfills", "list"},
           .summary = "backfills, newest first",
           .parameters = with_common({{.name = "dag_id", .help = "only of this DAG"},
                                      {.name = "--limit", .help = "how many", .otherwise = "20"}}),
           .examples = {"aiflow backfills list", "aiflow backfills list etl --json"},
           .run = [&clock](const Invocation& in) { return list(clock, in); }},
          {.words = {"backfills", "show"},
           .summary = "how far a backfill is",
           .parameters = with_common(
               {kId, {.name = "--wait", .help = "show progress until it is over", .flag = true}}),
           .examples = {"aiflow backfills show 3 --wait"},
           .run = [&clock](const Invocation& in) { return show(clock, in); }},
          steering("pause", "no new runs of a backfill; those that have begun go on"),
          steering("unpause", "lets a paused backfill go on"),
          steering("cancel", "ends a backfill; runs that have begun go on")};
}

}  // namespace aiflow::app

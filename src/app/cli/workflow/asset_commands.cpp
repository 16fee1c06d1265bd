// SPDX-License-Identifier: Apache-2.0
// aiflow assets …
#include <iostream>

#include "app/cli/commands.h"

namespace aiflow::app {
namespace {

const Parameter kName{.name = "name", .help = "the asset", .required = true};

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string makers_of(const wire::Asset& asset) {
  std::string text;
  for (const auto& maker : asset.producing_tasks) {
    text += (text.empty() ? "" : ", ") + maker.dag_id + "." + maker.task_id;
  }
  return or_dash(text);
}

std::string users_of(const wire::Asset& asset) {
  std::string text;
  for (const auto& dag_id : asset.scheduled_dags) text += (text.empty() ? "" : ", ") + dag_id;
  return or_dash(text);
}

Status list(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/assets"));
  return print_list(
      in, items,
      {.header = {"ASSET", "URI", "MADE BY", "WAITED FOR BY", "LAST NEW", "EVENTS", "ACTIVE"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto asset, wire::parse_asset(item));
         return std::vector<std::string>{
             asset.name,
             asset.uri == asset.name ? "-" : asset.uri,
             makers_of(asset),
             users_of(asset),
             asset.last_event_at ? format_ago(*asset.last_event_at, clock.now()) : "-",
             std::to_string(asset.event_count),
             asset.is_active ? "yes" : "no"};
       },
       .empty = "no assets yet: give a task outlets=[Asset(\"name\")]"});
}

Status events(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  std::string path = "/api/v2/assets/events?limit=" + in.text("--limit");
  if (in.given("name")) path += "&name=" + api_path({in.text("name")}).substr(8);
  AIFLOW_ASSIGN(const auto items, client.list(path));
  return print_list(in, items,
                    {.header = {"ID", "ASSET", "WHEN", "FROM", "EXTRA"},
                     .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto event, wire::parse_asset_event(item));
                       const std::string from = event.source_dag_id
                                                    ? *event.source_dag_id + "." +
                                                          event.source_task_id.value_or("") +
                                                          " in " + event.source_run_id.value_or("")
                                                    : event.user;
                       return std::vector<std::string>{std::to_string(event.id), event.name,
                                                       format_ago(event.timestamp, clock.now()),
                                                       from, json::write(event.extra)};
                     },
                     .empty = "nothing was new yet"});
}

Result<json::Value> with_object(const Invocation& in, const char* option, const char* member) {
  json::Value body = json::object({{"name", in.text("name")}});
  if (in.given(option)) {
    AIFLOW_ASSIGN(auto object, parse_object(in.text(option), option));
    body.set(member, std::move(object));
  }
  return body;
}

Status tell(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto body, with_object(in, "--extra", "extra"));
  AIFLOW_ASSIGN(const auto event, client.call("POST", "/api/v2/assets/events", body));
  print_object(in, event);
  return {};
}

Status materialize(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto body, with_object(in, "--conf", "conf"));
  AIFLOW_ASSIGN(const auto run, client.call("POST", "/api/v2/assets/materialize", body));
  print_object(in, run);
  return {};
}

}  // namespace

std::vector<Command> asset_commands(const Clock& clock) {
  return {
      {.words = {"assets", "list"},
       .summary = "assets, who makes them and who waits for them",
       .parameters = with_common({}),
       .examples = {"aiflow assets list --json"},
       .run = [&clock](const Invocation& in) { return list(clock, in); }},
      {.words = {"assets", "events"},
       .summary = "when assets were new, newest first",
       .parameters = with_common({{.name = "name", .help = "only of this asset"},
                                  {.name = "--limit", .help = "how many", .otherwise = "20"}}),
       .examples = {"aiflow assets events", "aiflow assets events s3://lake/raw --limit 5"},
       .run = [&clock](const Invocation& in) { return events(clock, in); }},
      {.words = {"assets", "changed"},
       .summary = "says that an asset is new: DAGs that wait for it run",
       .parameters = with_common({kName, {.name = "--extra", .help = "JSON object for them"}}),
       .examples = {R"(aiflow assets changed s3://lake/raw --extra '{"rows": 3}')"},
       .run = [&clock](const Invocation& in) { return tell(clock, in); }},
      {.words = {"assets", "materialize"},
       .summary = "runs the DAG that makes an asset",
       .parameters = with_common({kName, {.name = "--conf", .help = "JSON object for the run"}}),
       .examples = {"aiflow assets materialize clean"},
       .run = [&clock](const Invocation& in) { return materialize(clock, in); }},
  };
}

}  // namespace aiflow::app

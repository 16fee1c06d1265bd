// SPDX-License-Identifier: Apache-2.0
// aiflow cache …, aiflow lineage …, aiflow gc, aiflow retention …
#include <algorithm>
#include <charconv>
#include <iostream>
#include <map>
#include <set>

#include "app/cli/commands.h"

namespace aiflow::app {
namespace {

// --- The result cache ----------------------------------------------------------------------------

/// "?dag_id=d&task_id=t", or "".
std::string cache_query(const Invocation& in) {
  std::string query;
  for (const auto& [option, key] :
       {std::pair{"--dag", "dag_id"}, std::pair{"--task", "task_id"}, std::pair{"--key", "key"}}) {
    if (in.given(option)) {
      query += (query.empty() ? "?" : "&") + std::string(key) + "=" +
               net::percent_encode(in.text(option));
    }
  }
  return query;
}

Status list_cache(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const std::string chosen = cache_query(in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/resultCache" + chosen +
                                              (chosen.empty() ? "?" : "&") + "limit=1000"));
  return print_list(in, items,
                    {.header = {"DAG", "TASK", "OF RUN", "KEPT", "HITS", "EXPIRES", "KEY"},
                     .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto one, wire::parse_cached_result(item));
                       std::string task = one.task_id;
                       if (one.map_index >= 0) task += "[" + std::to_string(one.map_index) + "]";
                       return std::vector<std::string>{
                           one.dag_id,
                           task,
                           one.dag_run_id,
                           format_ago(one.created_at, clock.now()),
                           std::to_string(one.hits),
                           one.expires_at ? format_time(*one.expires_at).substr(0, 16) + "Z" : "-",
                           one.key.substr(0, 12)};
                     },
                     .empty = "no results are kept: tasks with cache=True keep theirs"});
}

Status clear_cache(const Clock& clock, const Invocation& in) {
  const bool has_condition = in.given("--dag") || in.given("--task") || in.given("--key");
  if (!has_condition && !in.flag("--all")) {
    return fail(ErrorCode::invalid_argument, "say which: --dag, --task, --key, or --all");
  }
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer, client.call("DELETE", "/api/v2/resultCache" + cache_query(in)));
  AIFLOW_ASSIGN(const auto removed, wire::parse_removed(answer));
  if (in.flag("--json")) {
    print_object(in, answer);
  } else {
    std::cout << removed.count << (removed.count == 1 ? " result is" : " results are")
              << " not kept any more\n";
  }
  return {};
}

// --- Lineage -------------------------------------------------------------------------------------

/// The graph as a tree from its first node; what has been shown is named again, not followed.
class Tree {
 public:
  Tree(const wire::LineageGraph& graph, bool is_up) : is_up_(is_up) {
    for (const auto& node : graph.nodes) nodes_[node.id] = &node;
    for (const auto& edge : graph.edges) {
      next_[is_up ? edge.target : edge.source].push_back(&edge);
    }
  }

  void print(const std::string& id, const std::string& indent, const std::string& relation) {
    const auto found = nodes_.find(id);
    if (found == nodes_.end()) return;
    const wire::LineageNode& node = *found->second;
    std::cout << indent << (relation.empty() ? "" : relation + " ") << node.id;
    if (!node.label.empty() && !id.ends_with(node.label)) std::cout << "  " << node.label;
    if (!node.detail.empty()) std::cout << "  (" << node.detail << ")";
    const bool is_new = shown_.insert(id).second;
    std::cout << (is_new || next_[id].empty() ? "" : "  …see above") << "\n";
    if (!is_new) return;
    for (const auto* edge : next_[id]) {
      print(is_up_ ? edge->source : edge->target, indent + "  ", edge->relation);
    }
  }

 private:
  bool is_up_;
  std::map<std::string, const wire::LineageNode*> nodes_;
  std::map<std::string, std::vector<const wire::LineageEdge*>> next_;
  std::set<std::string> shown_;
};

Status show_lineage(const Clock& clock, const Invocation& in) {
  const std::string direction = in.flag("--down") ? "down" : "up";
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(
      const auto answer,
      client.get("/api/v2/lineage?node=" + net::percent_encode(in.text("node")) +
                 "&direction=" + direction + "&depth=" + net::percent_encode(in.text("--depth")) +
                 "&limit=" + net::percent_encode(in.text("--limit"))));
  if (in.flag("--json")) {
    std::cout << json::write_pretty(answer) << "\n";
    return {};
  }
  AIFLOW_ASSIGN(const auto graph, wire::parse_lineage_graph(answer));
  Tree(graph, direction == "up").print(graph.nodes.front().id, "", "");
  if (graph.truncated) std::cout << "there is more: --depth, --limit\n";
  return {};
}

// --- What is kept for how long -------------------------------------------------------------------

struct Setting {
  const char* option;
  const char* member;
  const char* help;
  bool is_always = false;  ///< there is no 'never'
};
constexpr Setting kSettings[] = {
    {"--runs-days", "run_days", "finished runs with all that is theirs, days"},
    {"--logs-days", "log_days", "logs of finished runs, days"},
    {"--xcoms-days", "xcom_days", "XComs of finished runs, days"},
    {"--artifacts-days", "artifact_days", "artifacts, days"},
    {"--artifacts-bytes", "artifact_bytes_max", "artifacts in all, bytes; the oldest go first"},
    {"--events-rows", "event_log_rows", "rows of the event log", true},
    {"--audit-days", "audit_days", "entries of the audit log, days"},
    {"--audit-rows", "audit_rows", "entries of the audit log", true},
    {"--unused-hours", "unused_hours", "blobs that nothing names, hours", true},
};

Status show_retention(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto policy, client.get("/api/v2/retention"));
  if (in.flag("--json")) {
    print_object(in, policy);
    return {};
  }
  Table table{.header = {"SETTING", "VALUE", "WHAT"}, .rows = {}};
  for (const auto& setting : kSettings) {
    const json::Value* value = policy.find(setting.member);
    const bool is_set = value != nullptr && !value->is_null();
    table.rows.push_back({setting.option, is_set ? json::write(*value) : "for ever", setting.help});
  }
  std::cout << render(table);
  return {};
}

/// "7", or "never" for no limit.
Result<json::Value> limit_of(const Invocation& in, const Setting& setting) {
  const bool is_never = in.text(setting.option) == "never";
  if (is_never && setting.is_always) {
    return fail(ErrorCode::invalid_argument,
                std::string(setting.option) + " has no 'never': it must be a number");
  }
  if (is_never) return json::Value();
  AIFLOW_ASSIGN(const auto number, in.number(setting.option));
  return json::Value(number);
}

Status set_retention(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(json::Value policy, client.get("/api/v2/retention"));
  bool is_changed = false;
  for (const auto& setting : kSettings) {
    if (!in.given(setting.option)) continue;
    AIFLOW_ASSIGN(auto value, limit_of(in, setting));
    policy.set(setting.member, std::move(value));
    is_changed = true;
  }
  if (!is_changed) {
    return fail(ErrorCode::invalid_argument, "name a setting, such as --logs-days 30");
  }
  AIFLOW_TRY(client.call("PUT", "/api/v2/retention", policy));
  return show_retention(clock, in);
}

const std::map<std::string, std::string> kKinds = {
    {"runs", "finished runs"},
    {"xcoms", "XComs"},
    {"artifacts", "artifacts"},
    {"results", "expired results of the cache"},
    {"events", "rows of the event log"},
    {"audit", "entries of the audit log"},
    {"blobs", "blobs that nothing names"},
    {"strays", "files that no row names"},
    {"unfinished", "uploads that were given up"},
    {"logs", "logs of runs"},
};

Status collect_garbage(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const bool dry_run = in.flag("--dry-run");
  std::map<std::string, wire::GarbageItem> sums;
  bool is_part = false;
  for (bool more = true; more;) {
    AIFLOW_ASSIGN(const auto answer,
                  client.call("POST", "/api/v2/garbage", json::object({{"dry_run", dry_run}})));
    AIFLOW_ASSIGN(const auto report, wire::parse_garbage_report(answer));
    for (const auto& item : report.items) {
      auto& sum = sums[item.kind];
      sum.kind = item.kind;
      sum.count += item.count;
      sum.size += item.size;
    }
    more = report.more && !dry_run;
    is_part = report.more && dry_run;
  }
  json::Array items;
  for (const auto& [kind, sum] : sums) items.push_back(wire::to_json(sum));
  if (is_part) std::cerr << "at least this; a dry run looks at the first of each kind only\n";
  return print_list(in, items,
                    {.header = {dry_run ? "WOULD GO" : "GONE", "COUNT", "SPACE"},
                     .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto one, wire::parse_garbage_item(item));
                       const auto words = kKinds.find(one.kind);
                       return std::vector<std::string>{
                           words == kKinds.end() ? one.kind : words->second,
                           std::to_string(one.count),
                           one.size > 0 ? format_bytes(static_cast<double>(one.size)) : "-"};
                     },
                     .empty = "there is nothing to remove: aiflow retention show"});
}

std::vector<Parameter> retention_options() {
  std::vector<Parameter> options;
  for (const auto& setting : kSettings) {
    options.push_back({.name = setting.option, .help = setting.help});
  }
  return with_common(std::move(options));
}

const Parameter kDag{.name = "--dag", .help = "of this DAG"};
const Parameter kTask{.name = "--task", .help = "of this task"};
const Parameter kKey{.name = "--key", .help = "whole key, 64 hex digits"};

std::vector<Command> cache_commands(const Clock& clock) {
  return {{.words = {"cache", "list"},
           .summary = "results that tasks with the same inputs take",
           .parameters = with_common({kDag, kTask, kKey}),
           .examples = {"aiflow cache list --dag etl --json"},
           .run = [&clock](const Invocation& in) { return list_cache(clock, in); }},
          {.words = {"cache", "clear"},
           .summary = "forgets kept results",
           .parameters = with_common(
               {kDag, kTask, kKey, {.name = "--all", .help = "every one", .flag = true}}),
           .examples = {"aiflow cache clear --dag etl --task load", "aiflow cache clear --all"},
           .run = [&clock](const Invocation& in) { return clear_cache(clock, in); }},
          {.words = {"lineage", "show"},
           .summary = "what led to a thing, or came of it, as a tree",
           .parameters = with_common(
               {{.name = "node",
                 .help = "task:DAG/RUN/TASK, artifact:ID, variant:ID, report:ID, pack:DIGEST, "
                         "service:NAME, camera:ID, event:ID",
                 .required = true},
                {.name = "--down", .help = "what came of it", .flag = true},
                {.name = "--depth", .help = "steps at most", .otherwise = "8"},
                {.name = "--limit", .help = "things at most", .otherwise = "200"}}),
           .examples = {"aiflow lineage show event:gate-17",
                        "aiflow lineage show task:smart_city/r1/optimize --down"},
           .run = [&clock](const Invocation& in) { return show_lineage(clock, in); }}};
}

}  // namespace

std::vector<Command> data_commands(const Clock& clock) {
  std::vector<Command> commands = cache_commands(clock);
  commands.push_back({.words = {"retention", "show"},
                      .summary = "what is kept for how long",
                      .parameters = with_common({}),
                      .examples = {"aiflow retention show"},
                      .run = [&clock](const Invocation& in) { return show_retention(clock, in); }});
  commands.push_back({.words = {"retention", "set"},
                      .summary = "changes what is kept for how long; 'never' takes a limit away",
                      .parameters = retention_options(),
                      .examples = {"aiflow retention set --logs-days 30 --runs-days 90",
                                   "aiflow retention set --artifacts-bytes 50000000000",
                                   "aiflow retention set --runs-days never"},
                      .run = [&clock](const Invocation& in) { return set_retention(clock, in); }});
  commands.push_back(
      {.words = {"gc"},
       .summary = "removes what is kept no longer, now instead of little by little",
       .parameters =
           with_common({{.name = "--dry-run", .help = "only say what would go", .flag = true}}),
       .examples = {"aiflow gc --dry-run", "aiflow gc"},
       .run = [&clock](const Invocation& in) { return collect_garbage(clock, in); }});
  return commands;
}

}  // namespace aiflow::app

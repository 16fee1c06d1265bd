// SPDX-License-Identifier: Apache-2.0
// aiflow audit …
#include <iostream>

#include "app/cli/commands.h"
#include "wire/access.h"

namespace aiflow::app {
namespace {

/// A day is its first moment, UTC.
std::string moment(const std::string& text) {
  constexpr std::size_t kDayLength = 10;
  return text.size() == kDayLength ? text + "T00:00:00Z" : text;
}

std::string filters(const Invocation& in) {
  std::string query;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) query += "&" + std::string(key) + "=" + net::percent_encode(value);
  };
  const auto object = in.text("--object");
  const auto colon = object.find(':');
  add("object_kind", object.substr(0, colon));
  if (colon != std::string::npos) add("object_id", object.substr(colon + 1));
  add("user", in.text("--user"));
  add("action", in.text("--action"));
  add("dag_id", in.text("--dag"));
  add("outcome", in.text("--outcome"));
  add("since", moment(in.text("--since")));
  add("until", moment(in.text("--until")));
  return query;
}

std::string who(const wire::AuditEntry& entry) {
  if (entry.kind == "user") return entry.user;
  return entry.user.empty() || entry.user == entry.kind ? entry.kind
                                                        : entry.kind + " " + entry.user;
}

Status list_audit(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(const auto limit, in.number("--limit"));
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items,
                client.list("/api/v2/audit?limit=" + std::to_string(limit) + filters(in)));
  return print_list(
      in, items,
      {.header = {"TIME", "WHO", "FROM", "ACTION", "OBJECT", "OUTCOME", "REQUEST"},
       .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto entry, wire::parse_audit_entry(item));
         const bool has_object = !entry.object_id.empty();
         std::string outcome = entry.outcome;
         if (entry.status >= 400) outcome += " (" + std::to_string(entry.status) + ")";
         return std::vector<std::string>{
             format_time(entry.at).substr(0, 19) + "Z",
             who(entry),
             entry.address,
             entry.action,
             has_object ? entry.object_kind + " " + entry.object_id : "-",
             outcome,
             entry.request_id};
       },
       .empty = "nothing was changed or refused that fits: aiflow audit list --help"});
}

Status export_audit(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const std::string path =
      "/api/v2/audit/export?format=" + net::percent_encode(in.text("--format")) + filters(in);
  for (std::string cursor; std::cout;) {
    const bool is_first = cursor.empty();
    AIFLOW_ASSIGN(const auto part,
                  client.text(is_first ? path : path + "&cursor=" + net::percent_encode(cursor)));
    // The line of names is in each part.
    const bool has_names = !is_first && in.text("--format") == "csv";
    const auto begin = has_names ? part.body.find('\n') + 1 : 0;
    std::cout << std::string_view(part.body).substr(begin) << std::flush;
    const auto* next = net::find_header(part.headers, "x-next-cursor");
    if (next == nullptr) return {};
    cursor = *next;
  }
  return fail(ErrorCode::unavailable, "the output cannot be written");
}

std::vector<Parameter> filter_options(std::vector<Parameter> more) {
  std::vector<Parameter> all = {
      {.name = "--user", .help = "of this user; 'local' is the command line on the server"},
      {.name = "--action", .help = "a route's name, such as patch_dag or delete_user"},
      {.name = "--object", .help = "KIND or KIND:ID, such as user:mina, run:etl/r1, pool:gpu"},
      {.name = "--dag", .help = "about this DAG, its runs and tasks"},
      {.name = "--outcome", .help = "done, denied, failed or unknown"},
      {.name = "--since", .help = "from this time on: 2026-11-29 or 2026-11-29T08:00:00Z"},
      {.name = "--until", .help = "before this time"},
  };
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return with_common(std::move(all));
}

}  // namespace

std::vector<Command> audit_commands(const Clock& clock) {
  return {
      {.words = {"audit", "list"},
       .summary = "who changed what, and what was refused; newest first",
       .parameters = filter_options(
           {{.name = "--limit", .help = "entries at most, 1 to 1000", .otherwise = "50"}}),
       .examples = {"aiflow audit list --dag etl", "aiflow audit list --outcome denied --json",
                    "aiflow audit list --object user:mina --since 2026-11-01"},
       .run = [&clock](const Invocation& in) { return list_audit(clock, in); }},
      {.words = {"audit", "export"},
       .summary = "all entries that fit, to the standard output",
       .parameters =
           filter_options({{.name = "--format", .help = "csv or ndjson", .otherwise = "csv"}}),
       .examples = {"aiflow audit export --since 2026-11-01 > audit.csv",
                    "aiflow audit export --format ndjson --user mina"},
       .run = [&clock](const Invocation& in) { return export_audit(clock, in); }},
  };
}

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// The audit log: lists, and its export as CSV and NDJSON.
#include <algorithm>

#include "http_api/detail/call.h"

namespace aiflow::http_api::detail {
namespace {

constexpr int kExportPage = 1'000;

template <class Q>
store::AuditQuery chosen_by(const Q& asked) {
  return {.user = asked.user,
          .action = asked.action,
          .object_kind = asked.object_kind,
          .object_id = asked.object_id,
          .dag_id = asked.dag_id,
          .outcome = asked.outcome,
          .from = asked.since,
          .to = asked.until,
          .before_id = asked.cursor,
          .limit = static_cast<int>(asked.limit)};
}

Result<net::Response> list_audit(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_audit_filter(call.query));
  AIFLOW_ASSIGN(const auto page, call.parts.audit.page(chosen_by(asked)));
  return one(page);
}

/// Addresses are for admins.
Result<net::Response> list_dag_audit(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_audit_part(call.query));
  if (asked.task_id && !asked.dag_run_id) {
    return fail(ErrorCode::invalid_argument, "task_id goes with dag_run_id: which run's?");
  }
  std::vector<std::string> objects;
  if (asked.dag_run_id) objects.push_back(call.dag_id().value + "/" + *asked.dag_run_id);
  if (asked.task_id) objects.push_back(objects.front() + "/" + *asked.task_id);
  AIFLOW_ASSIGN(auto page, call.parts.audit.page({.object_ids = std::move(objects),
                                                  .dag_id = call.dag_id().value,
                                                  .before_id = asked.cursor,
                                                  .limit = static_cast<int>(asked.limit)}));
  for (auto& entry : page.items) entry.address.clear();
  return one(page);
}

/// A cell that a spreadsheet would take for a formula is made plain text by a leading quote.
std::string csv_cell(const std::string& text) {
  const bool is_formula = !text.empty() && std::string_view("=+-@\t\r").contains(text.front());
  std::string out = "\"";
  if (is_formula) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

void append_csv(std::string& out, const wire::AuditEntry& entry) {
  out += std::to_string(entry.id) + "," + format_time(entry.at);
  for (const auto* text : {&entry.kind, &entry.user, &entry.address, &entry.action,
                           &entry.object_kind, &entry.object_id, &entry.dag_id, &entry.outcome}) {
    out += "," + csv_cell(*text);
  }
  out += "," + std::to_string(entry.status) + "," + csv_cell(entry.request_id) + "\r\n";
}

Result<net::Response> export_audit(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_audit_export(call.query));
  const bool is_csv = asked.format == "csv";
  auto query = chosen_by(asked);
  int left = query.limit;
  net::Response response;
  response.content_type = is_csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
  response.headers.emplace_back(
      "Content-Disposition",
      is_csv ? "attachment; filename=\"audit.csv\"" : "attachment; filename=\"audit.ndjson\"");
  if (is_csv) {
    response.body =
        "id,at,kind,user,address,action,object_kind,object_id,dag_id,outcome,status,"
        "request_id\r\n";
  }
  for (std::optional<std::string> next = ""; next && left > 0;) {
    query.limit = std::min(left, kExportPage);
    AIFLOW_ASSIGN(const auto page, call.parts.audit.page(query));
    for (const auto& entry : page.items) {
      if (is_csv) {
        append_csv(response.body, entry);
      } else {
        response.body += json::write(to_json(entry)) + "\n";
      }
    }
    left -= query.limit;
    next = page.next_cursor;
    if (next) query.before_id = page.items.back().id;
    if (next && left <= 0) response.headers.emplace_back("X-Next-Cursor", *next);
  }
  return response;
}

}  // namespace

void add_audit_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_audit) = list_audit;
  at(table, Route::list_dag_audit) = list_dag_audit;
  at(table, Route::export_audit) = export_audit;
}

}  // namespace aiflow::http_api::detail

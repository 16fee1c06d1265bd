// SPDX-License-Identifier: Apache-2.0
#include "store/admin/audit_store.h"

#include <utility>
#include <vector>

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, at, kind, username, address, action, object_kind, object_id, dag_id, outcome,"
    " status, request_id FROM audit_log WHERE 1 = 1";

wire::AuditEntry read_entry(db::Row& row) {
  return {.id = row.integer(),
          .at = row.time(),
          .kind = row.text(),
          .user = row.text(),
          .address = row.text(),
          .action = row.text(),
          .object_kind = row.text(),
          .object_id = row.text(),
          .dag_id = row.text(),
          .outcome = row.text(),
          .status = row.integer(),
          .request_id = row.text()};
}

}  // namespace

Result<std::int64_t> AuditStore::add(const wire::AuditEntry& entry) {
  AIFLOW_TRY(
      db_.run(R"(
    INSERT INTO audit_log (at, kind, username, address, action, object_kind, object_id, dag_id,
      outcome, status, request_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
              {entry.at, entry.kind, entry.user, entry.address, entry.action, entry.object_kind,
               entry.object_id, entry.dag_id, entry.outcome, entry.status, entry.request_id}));
  return db_.last_insert_id();
}

Status AuditStore::end(std::int64_t id, const AuditEnd& end) {
  return db_.run(
      R"(
    UPDATE audit_log SET username = ?, object_kind = ?, object_id = ?, dag_id = ?, outcome = ?,
      status = ? WHERE id = ?)",
      {end.username, end.object_kind, end.object_id, end.dag_id, end.outcome, end.status, id});
}

Result<wire::AuditPage> AuditStore::page(const AuditQuery& query) {
  std::string sql(kSelect);
  db::Params params;
  const auto fit = [&](const char* condition, const auto& wanted) {
    if (!wanted) return;
    sql += condition;
    params.emplace_back(*wanted);
  };
  fit(" AND username = ?", query.user);
  fit(" AND action = ?", query.action);
  fit(" AND object_kind = ?", query.object_kind);
  fit(" AND object_id = ?", query.object_id);
  fit(" AND dag_id = ?", query.dag_id);
  if (!query.object_ids.empty()) sql += " AND object_id IN (";
  for (std::size_t i = 0; i < query.object_ids.size(); ++i) {
    sql += i + 1 < query.object_ids.size() ? "?, " : "?)";
    params.emplace_back(query.object_ids[i]);
  }
  fit(" AND outcome = ?", query.outcome);
  fit(" AND at >= ?", query.from);
  fit(" AND at < ?", query.to);
  fit(" AND id < ?", query.before_id);
  sql += " ORDER BY id DESC LIMIT ?";
  params.emplace_back(query.limit + 1);  // one more tells whether there is a next page
  AIFLOW_ASSIGN(auto entries, db_.all(sql, params, read_entry));
  wire::AuditPage page;
  if (std::ssize(entries) > query.limit) {
    entries.pop_back();
    page.next_cursor = std::to_string(entries.back().id);
  }
  page.items = std::move(entries);
  return page;
}

}  // namespace aiflow::store

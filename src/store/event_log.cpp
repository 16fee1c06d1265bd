// SPDX-License-Identifier: Apache-2.0
#include "store/event_log.h"

#include <algorithm>
#include <utility>

#include "store/detail/rows.h"

namespace aiflow::store {

Result<wire::StreamEvent> EventLog::append(std::string_view kind, WallTime at, json::Value data) {
  AIFLOW_TRY(db_.run("INSERT INTO event_log (kind, at, data) VALUES (?, ?, ?)",
                     {kind, at, json::write(data)}));
  return wire::StreamEvent{
      .id = db_.last_insert_id(), .kind = std::string(kind), .at = at, .data = std::move(data)};
}

Result<wire::StreamEvent> EventLog::append_deleted(std::string_view kind, WallTime at,
                                                   json::Value last) {
  last.set("deleted", true);
  return append(kind, at, std::move(last));
}

Result<std::vector<wire::StreamEvent>> EventLog::after(std::int64_t after, int limit) {
  return db_.all("SELECT id, kind, at, data FROM event_log WHERE id > ? ORDER BY id LIMIT ?",
                 {after, limit}, [](db::Row& row) {
                   return wire::StreamEvent{.id = row.integer(),
                                            .kind = row.text(),
                                            .at = row.time(),
                                            .data = detail::read_json(row)};
                 });
}

Result<std::int64_t> EventLog::last_id() {
  // The newest row is never pruned.
  AIFLOW_ASSIGN(const auto last, db_.first("SELECT coalesce(max(id), 0) FROM event_log", {},
                                           [](db::Row& row) { return row.integer(); }));
  return last.value_or(0);
}

Result<std::int64_t> EventLog::first_id() {
  AIFLOW_ASSIGN(const auto first, db_.first("SELECT coalesce(min(id), 0) FROM event_log", {},
                                            [](db::Row& row) { return row.integer(); }));
  return first.value_or(0);
}

Status EventLog::prune(std::int64_t keep) {
  AIFLOW_ASSIGN(const std::int64_t last, last_id());
  return db_.run("DELETE FROM event_log WHERE id <= ?", {last - std::max<std::int64_t>(keep, 1)});
}

}  // namespace aiflow::store

// SPDX-License-Identifier: Apache-2.0
#include "store/asset_store.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "store/data/pages.h"
#include "store/detail/rows.h"
#include "store/detail/sight_filter.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelectEvent =
    "SELECT event_id, asset, extra, alias, username, dag_id, run_id, task_id, map_index, at"
    " FROM asset_events";

AssetEventRow read_event(db::Row& row) {
  AssetEventRow made;
  made.id = row.integer();
  made.asset = {row.text()};
  made.extra = detail::read_json(row);
  made.alias = row.text();
  made.user = row.text();
  made.source = detail::read_task_key(row);
  made.at = row.time();
  return made;
}

std::string select_events(std::string_view rest) {
  return std::string(kSelectEvent) + " " + std::string(rest);
}

detail::Where where_of(const AssetEventQuery& query) {
  detail::Where where;
  if (query.asset) where.add("asset = ?", query.asset->value);
  if (!query.among) return where;
  if (query.among->empty()) {
    where.add("1 = 0");
  } else {
    where.add("asset IN " + detail::marks(query.among->size()), *query.among);
  }
  return where;
}

}  // namespace

Status AssetStore::put(const AssetRow& row) {
  const std::string extra = json::write(row.spec.extra);
  AIFLOW_TRY(
      db_.run("UPDATE assets SET uri = ?, asset_group = ?, extra = ?, is_active = ? WHERE name = ?",
              {row.spec.uri, row.spec.group, extra, row.is_active, row.spec.name}));
  return add_unnamed(row);
}

Status AssetStore::add_unnamed(const AssetRow& row) {
  AIFLOW_ASSIGN(const auto found,
                db_.first("SELECT count(*) FROM assets WHERE name = ?", {row.spec.name},
                          [](db::Row& read) { return read.integer(); }));
  if (found.value_or(0) > 0) return {};
  return db_.run(
      "INSERT INTO assets (name, uri, asset_group, extra, is_active, created_at)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      {row.spec.name, row.spec.uri, row.spec.group, json::write(row.spec.extra), row.is_active,
       row.created_at});
}

Result<std::vector<AssetRow>> AssetStore::list() {
  return db_.all(
      "SELECT name, uri, asset_group, extra, is_active, created_at FROM assets ORDER BY name", {},
      [](db::Row& row) {
        AssetRow made;
        made.spec.name = row.text();
        made.spec.uri = row.text();
        made.spec.group = row.text();
        made.spec.extra = detail::read_json(row);
        made.is_active = row.boolean();
        made.created_at = row.time();
        return made;
      });
}

Result<AssetStore::Activity> AssetStore::activity(const dag::AssetName& asset) {
  AIFLOW_ASSIGN(const auto found,
                db_.first("SELECT max(at), count(*) FROM asset_events WHERE asset = ?",
                          {asset.value}, [](db::Row& row) {
                            Activity made;
                            made.last_event_at = row.optional_time();
                            made.events = row.integer();
                            return made;
                          }));
  return found.value_or(Activity{});
}

Status AssetStore::add_event(const AssetEventRow& row) {
  return db_.run(R"(
    INSERT INTO asset_events (event_id, asset, extra, alias, username, dag_id, run_id, task_id,
      map_index, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                 {row.id, row.asset.value, json::write(row.extra), row.alias, row.user,
                  row.source.dag_id.value, row.source.run_id.value, row.source.task_id.value,
                  row.source.map_index, row.at});
}

Result<AssetEventRow> AssetStore::event(std::int64_t id) {
  static const std::string sql = select_events("WHERE event_id = ?");
  return detail::require(db_.first(sql, {id}, read_event),
                         "asset event " + std::to_string(id) + " does not exist");
}

Result<Listed<AssetEventRow>> AssetStore::events(const AssetEventQuery& query, Page page) {
  const detail::Where where = where_of(query);
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT count(*) FROM asset_events" + where.text(), where.params(),
                          [](db::Row& row) { return row.integer(); }));
  AIFLOW_ASSIGN(auto items, db_.all(std::string(kSelectEvent) + where.text() +
                                        " ORDER BY event_id DESC LIMIT ? OFFSET ?",
                                    where.params_with({page.limit, page.offset}), read_event));
  return Listed<AssetEventRow>{.items = std::move(items), .total = total.value_or(0)};
}

Result<std::vector<AssetEventRow>> asset_events_before(db::Connection& db,
                                                       const AssetEventQuery& query,
                                                       std::int64_t before, int limit) {
  detail::Where where = where_of(query);
  where.add("event_id < ?", before);
  return db.all(std::string(kSelectEvent) + where.text() + " ORDER BY event_id DESC LIMIT ?",
                where.params_with({limit}), read_event);
}

Result<std::int64_t> AssetStore::last_event() {
  AIFLOW_ASSIGN(const auto last, db_.first("SELECT coalesce(max(event_id), 0) FROM asset_events",
                                           {}, [](db::Row& row) { return row.integer(); }));
  return last.value_or(0);
}

Status AssetStore::put_queue(const AssetQueueRow& row) {
  if (row.count == 0) {
    return db_.run("DELETE FROM asset_queue WHERE dag_id = ? AND asset = ?",
                   {row.dag_id.value, row.asset.value});
  }
  return db_.run(
      "REPLACE INTO asset_queue (dag_id, asset, first_event, last_event, events, at)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      {row.dag_id.value, row.asset.value, row.first, row.last, row.count, row.at});
}

Result<std::vector<AssetQueueRow>> AssetStore::queue() {
  return db_.all(
      "SELECT dag_id, asset, first_event, last_event, events, at FROM asset_queue"
      " ORDER BY dag_id, asset",
      {}, [](db::Row& row) {
        AssetQueueRow made;
        made.dag_id = {row.text()};
        made.asset = {row.text()};
        made.first = row.integer();
        made.last = row.integer();
        made.count = row.integer();
        made.at = row.time();
        return made;
      });
}

Result<std::vector<dag::AssetName>> AssetStore::waiting(const DagId& dag_id) {
  return db_.all("SELECT asset FROM asset_queue WHERE dag_id = ? ORDER BY asset", {dag_id.value},
                 [](db::Row& row) { return dag::AssetName{row.text()}; });
}

Status AssetStore::add_run_assets(const RunAssetsRow& row) {
  return db_.run(
      "INSERT INTO run_assets (dag_id, run_id, asset, first_event, last_event)"
      " VALUES (?, ?, ?, ?, ?)",
      {row.run.dag_id.value, row.run.run_id.value, row.asset.value, row.first, row.last});
}

Result<std::vector<AssetEventRow>> AssetStore::consumed(const RunKey& run, int max) {
  AIFLOW_ASSIGN(const auto ranges,
                db_.all("SELECT asset, first_event, last_event FROM run_assets"
                        " WHERE dag_id = ? AND run_id = ?",
                        {run.dag_id.value, run.run_id.value}, [](db::Row& row) {
                          const std::string asset = row.text();
                          const std::int64_t first = row.integer();
                          return RunAssetsRow{
                              .run = {}, .asset = {asset}, .first = first, .last = row.integer()};
                        }));
  std::vector<AssetEventRow> events;
  for (const RunAssetsRow& range : ranges) {
    const std::string_view name = range.asset.value;
    const bool alias = name.starts_with(dag::kAliasPrefix);
    const std::string sql = select_events(
        alias ? "WHERE alias = ? AND event_id BETWEEN ? AND ? ORDER BY event_id DESC LIMIT ?"
              : "WHERE asset = ? AND event_id BETWEEN ? AND ? ORDER BY event_id DESC LIMIT ?");
    AIFLOW_ASSIGN(auto found, db_.all(sql,
                                      {alias ? name.substr(dag::kAliasPrefix.size()) : name,
                                       range.first, range.last, max},
                                      read_event));
    std::ranges::move(found, std::back_inserter(events));
  }
  // An event may have come by its asset and by an alias.
  std::ranges::sort(events, {}, &AssetEventRow::id);
  const auto same = std::ranges::unique(events, {}, &AssetEventRow::id);
  events.erase(same.begin(), same.end());
  if (std::ssize(events) > max) events.erase(events.begin(), events.end() - max);
  return events;
}

wire::AssetEvent to_wire(const AssetEventRow& row) {
  wire::AssetEvent event{.id = row.id,
                         .name = row.asset.value,
                         .extra = row.extra,
                         .timestamp = row.at,
                         .source_dag_id = std::nullopt,
                         .source_run_id = std::nullopt,
                         .source_task_id = std::nullopt,
                         .source_map_index = std::nullopt,
                         .alias = row.alias,
                         .user = row.user};
  if (row.source.dag_id.value.empty()) return event;
  event.source_dag_id = row.source.dag_id.value;
  event.source_run_id = row.source.run_id.value;
  event.source_task_id = row.source.task_id.value;
  event.source_map_index = row.source.map_index;
  return event;
}

}  // namespace aiflow::store

// SPDX-License-Identifier: Apache-2.0
#include "store/data/cache_store.h"

#include <utility>

#include "store/detail/rows.h"
#include "store/detail/sight_filter.h"

namespace aiflow::store {
namespace {

std::string write_xcoms(const std::vector<wire::XComEntry>& xcoms) {
  json::Array out;
  for (const wire::XComEntry& entry : xcoms) out.push_back(wire::to_json(entry));
  return json::write(json::Value(std::move(out)));
}

detail::Where where_of(const CacheQuery& query) {
  detail::Where where;
  if (query.dag_id) where.add("dag_id = ?", *query.dag_id);
  if (query.task_id) where.add("task_id = ?", *query.task_id);
  if (query.key) where.add("cache_key = ?", *query.key);
  detail::add_sight(where, "dag_id", query.sight);
  return where;
}

struct Found {
  wire::CacheHit hit;
  std::optional<WallTime> expires_at;
};

Found read_found(db::Row& row) {
  return {.hit = {.dag_id = row.text(),
                  .dag_run_id = row.text(),
                  .task_id = row.text(),
                  .map_index = row.integer(),
                  .created_at = row.time(),
                  .xcoms = detail::read_json(row)},
          .expires_at = row.optional_time()};
}

bool is_of_task(const wire::CacheHit& hit, const TaskKey& key) {
  return hit.dag_id == key.dag_id.value && hit.task_id == key.task_id.value;
}

bool is_of(const wire::CacheHit& hit, const TaskKey& key) {
  return is_of_task(hit, key) && hit.dag_run_id == key.run_id.value &&
         hit.map_index == key.map_index;
}

wire::CachedResult read_listed(db::Row& row) {
  return {.key = row.text(),
          .dag_id = row.text(),
          .dag_run_id = row.text(),
          .task_id = row.text(),
          .map_index = row.integer(),
          .try_number = row.integer(),
          .created_at = row.time(),
          .expires_at = row.optional_time(),
          .hits = row.integer(),
          .used_at = row.time()};
}

}  // namespace

bool is_cache_key(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Status CacheStore::keep(const NewResult& result, WallTime now) {
  std::string xcoms = write_xcoms(result.xcoms);
  if (xcoms.size() > kCachedBytesMax) return {};
  const TaskKey& key = result.maker.key;
  // A key holds its task: what comes from another one with it is no result of that task.
  AIFLOW_ASSIGN(const auto others,
                db_.first("SELECT 1 FROM result_cache WHERE cache_key = ? AND (dag_id <> ? OR "
                          "task_id <> ?)",
                          {result.key, key.dag_id.value, key.task_id.value},
                          [](db::Row& row) { return row.integer(); }));
  if (others) return {};
  db::Param expires_at;
  if (result.life) expires_at = now + *result.life;
  AIFLOW_TRY(db_.run("DELETE FROM result_cache WHERE cache_key = ?", {result.key}));
  AIFLOW_TRY(db_.run(R"(
    INSERT INTO result_cache (cache_key, dag_id, run_id, task_id, map_index, try_number, xcoms,
      created_at, expires_at, hits, used_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?))",
                     {result.key, key.dag_id.value, key.run_id.value, key.task_id.value,
                      key.map_index, result.maker.try_number, xcoms, now, expires_at, now}));
  AIFLOW_TRY(keep_artifacts(result));
  return drop_oldest();
}

Status CacheStore::keep_artifacts(const NewResult& result) {
  const TaskKey& key = result.maker.key;
  return db_.run(R"(
    INSERT INTO cached_artifacts (cache_key, name, kind, sha256, size, files, media_type)
    SELECT ?, name, kind, sha256, size, files, media_type FROM artifacts
    WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ? AND epoch = ?)",
                 {result.key, key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index,
                  result.maker.epoch});
}

Status CacheStore::drop_oldest() {
  AIFLOW_ASSIGN(const auto count, db_.first("SELECT count(*) FROM result_cache", {},
                                            [](db::Row& row) { return row.integer(); }));
  if (count.value_or(0) <= kCachedResultsMax) return {};
  AIFLOW_ASSIGN(const auto oldest,
                db_.first("SELECT cache_key FROM result_cache ORDER BY used_at, cache_key LIMIT 1",
                          {}, [](db::Row& row) { return row.text(); }));
  return db_.run("DELETE FROM result_cache WHERE cache_key = ?", {oldest});
}

Result<std::optional<wire::CacheHit>> CacheStore::find(const std::string& key, const TaskKey& asker,
                                                       WallTime now) {
  AIFLOW_ASSIGN(const auto found, db_.first(R"(
    SELECT dag_id, run_id, task_id, map_index, created_at, xcoms, expires_at FROM result_cache
    WHERE cache_key = ?)",
                                            {key}, read_found));
  // The key holds the task; no report can put a result under the key of another one all the same.
  if (!found || !is_of_task(found->hit, asker) || is_of(found->hit, asker)) return std::nullopt;
  if (found->expires_at && *found->expires_at <= now) return std::nullopt;
  AIFLOW_TRY(db_.run("UPDATE result_cache SET hits = hits + 1, used_at = ? WHERE cache_key = ?",
                     {now, key}));
  return found->hit;
}

Status CacheStore::note_taken(const wire::CacheHit& hit, const Maker& taker, WallTime now) {
  const TaskKey& key = taker.key;
  AIFLOW_TRY(db_.run(R"(
    DELETE FROM taken_results WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ?)",
                     {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index}));
  return db_.run(R"(
    INSERT INTO taken_results (dag_id, run_id, task_id, map_index, epoch, from_run_id,
      from_map_index, taken_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?))",
                 {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index, taker.epoch,
                  hit.dag_run_id, hit.map_index, now});
}

Result<std::vector<NewArtifact>> CacheStore::artifacts(const std::string& key) {
  return db_.all(R"(
    SELECT name, kind, sha256, size, files, media_type FROM cached_artifacts
    WHERE cache_key = ? ORDER BY name)",
                 {key}, [](db::Row& row) {
                   return NewArtifact{.name = row.text(),
                                      .kind = row.text(),
                                      .sha256 = row.text(),
                                      .size = row.integer(),
                                      .files = row.integer(),
                                      .media_type = row.text()};
                 });
}

Result<Listed<wire::CachedResult>> CacheStore::list(const CacheQuery& query) {
  detail::Where where = where_of(query);
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT count(*) FROM result_cache" + where.text(), where.params(),
                          [](db::Row& row) { return row.integer(); }));
  if (const auto& after = query.after) {
    where.add("created_at <= ?", after->created_at);
    where.add("(created_at < ? OR cache_key > ?)", {after->created_at, after->key});
  }
  const int offset = query.after ? 0 : query.page.offset;
  AIFLOW_ASSIGN(auto items,
                db_.all("SELECT cache_key, dag_id, run_id, task_id, map_index, try_number,"
                        " created_at, expires_at, hits, used_at FROM result_cache" +
                            where.text() + " ORDER BY created_at DESC, cache_key LIMIT ? OFFSET ?",
                        where.params_with({query.page.limit, offset}), read_listed));
  return Listed<wire::CachedResult>{.items = std::move(items), .total = total.value_or(0)};
}

Result<std::int64_t> CacheStore::clear(const CacheQuery& query) {
  const detail::Where where = where_of(query);
  AIFLOW_TRY(db_.run("DELETE FROM result_cache" + where.text(), where.params()));
  return db_.changes();
}

}  // namespace aiflow::store

// SPDX-License-Identifier: Apache-2.0
#include "store/data/artifact_store.h"

#include <utility>

#include "store/detail/rows.h"
#include "store/detail/sight_filter.h"
#include "store/run_store.h"

namespace aiflow::store {
namespace {

constexpr int kUsesShown = 100;

constexpr std::string_view kSelect =
    "SELECT artifact_id, name, kind, sha256, size, files, media_type, dag_id, run_id, task_id,"
    " map_index, try_number, created_at FROM artifacts";

wire::Artifact read_artifact(db::Row& row) {
  return {.artifact_id = row.integer(),
          .name = row.text(),
          .kind = row.text(),
          .sha256 = row.text(),
          .size = row.integer(),
          .files = row.integer(),
          .media_type = row.text(),
          .dag_id = row.text(),
          .dag_run_id = row.text(),
          .task_id = row.text(),
          .map_index = row.integer(),
          .try_number = row.integer(),
          .created_at = row.time(),
          .uses = {}};
}

detail::Where where_of(const ArtifactQuery& query) {
  detail::Where where;
  where.add("accepted = 1");
  if (query.dag_id) where.add("dag_id = ?", *query.dag_id);
  if (query.run_id) where.add("run_id = ?", *query.run_id);
  if (query.task_id) where.add("task_id = ?", *query.task_id);
  if (query.map_index) where.add("map_index = ?", *query.map_index);
  if (query.name) where.add("name = ?", *query.name);
  if (query.sha256) where.add("sha256 = ?", *query.sha256);
  detail::add_sight(where, "dag_id", query.sight);
  return where;
}

}  // namespace

Maker maker_of(const wire::AttemptRef& attempt) {
  return {.key = from_wire(attempt.key),
          .try_number = static_cast<int>(attempt.try_number),
          .epoch = attempt.epoch};
}

Result<wire::Artifact> ArtifactStore::offer(const NewArtifact& made, const Maker& maker,
                                            WallTime now) {
  const TaskKey& key = maker.key;
  AIFLOW_TRY(db_.run(R"(
    DELETE FROM artifacts WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ?
      AND epoch = ? AND name = ?)",
                     {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index,
                      maker.epoch, made.name}));
  AIFLOW_TRY(db_.run(
      R"(
    INSERT INTO artifacts (name, kind, sha256, size, files, media_type, dag_id, run_id, task_id,
      map_index, try_number, epoch, accepted, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?))",
      {made.name, made.kind, made.sha256, made.size, made.files, made.media_type, key.dag_id.value,
       key.run_id.value, key.task_id.value, key.map_index, maker.try_number, maker.epoch, now}));
  static const std::string sql = std::string(kSelect) + " WHERE artifact_id = ?";
  return detail::require(db_.first(sql, {db_.last_insert_id()}, read_artifact),
                         "an artifact went missing");
}

Status ArtifactStore::accept(const TaskKey& key, std::int64_t epoch, bool resumed) {
  AIFLOW_TRY(db_.run(R"(
    DELETE FROM artifacts WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ?
      AND epoch <> ? AND accepted <= ?)",
                     {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index, epoch,
                      resumed ? 0 : 1}));
  return db_.run(R"(
    UPDATE artifacts SET accepted = 1 WHERE dag_id = ? AND run_id = ? AND task_id = ?
      AND map_index = ?)",
                 {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index});
}

Status ArtifactStore::drop(const TaskKey& key) {
  return db_.run(
      "DELETE FROM artifacts WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ?",
      {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index});
}

Result<Listed<wire::Artifact>> ArtifactStore::list(const ArtifactQuery& query) {
  detail::Where where = where_of(query);
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT count(*) FROM artifacts" + where.text(), where.params(),
                          [](db::Row& row) { return row.integer(); }));
  if (const auto& after = query.after) {
    where.add("created_at <= ?", after->created_at);
    where.add("(created_at < ? OR artifact_id < ?)", {after->created_at, after->artifact_id});
  }
  AIFLOW_ASSIGN(auto items,
                db_.all(std::string(kSelect) + where.text() +
                            " ORDER BY created_at DESC, artifact_id DESC LIMIT ? OFFSET ?",
                        where.params_with({query.page.limit, query.page.offset}), read_artifact));
  AIFLOW_TRY(add_uses(items));
  return Listed<wire::Artifact>{.items = std::move(items), .total = total.value_or(0)};
}

Result<wire::Artifact> ArtifactStore::get(std::int64_t artifact_id) {
  static const std::string sql = std::string(kSelect) + " WHERE artifact_id = ? AND accepted = 1";
  AIFLOW_ASSIGN(auto found,
                detail::require(db_.first(sql, {artifact_id}, read_artifact),
                                "artifact " + std::to_string(artifact_id) + " does not exist"));
  std::vector<wire::Artifact> one{std::move(found)};
  AIFLOW_TRY(add_uses(one));
  return std::move(one.front());
}

Status ArtifactStore::add_uses(std::vector<wire::Artifact>& artifacts) {
  for (wire::Artifact& artifact : artifacts) {
    AIFLOW_ASSIGN(artifact.uses, db_.all(R"(
      SELECT dag_id, run_id, task_id, map_index, try_number, used_at FROM artifact_uses
      WHERE artifact_id = ? ORDER BY used_at DESC LIMIT ?)",
                                         {artifact.artifact_id, kUsesShown}, [](db::Row& row) {
                                           return wire::ArtifactUse{.dag_id = row.text(),
                                                                    .dag_run_id = row.text(),
                                                                    .task_id = row.text(),
                                                                    .map_index = row.integer(),
                                                                    .try_number = row.integer(),
                                                                    .used_at = row.time()};
                                         }));
  }
  return {};
}

Status ArtifactStore::remove(std::int64_t artifact_id) {
  AIFLOW_TRY(db_.run("DELETE FROM artifacts WHERE artifact_id = ?", {artifact_id}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, "artifact " + std::to_string(artifact_id) + " does not exist");
}

Status ArtifactStore::add_use(std::int64_t artifact_id, const Maker& user, WallTime now) {
  const TaskKey& key = user.key;
  return db_.run(R"(
    REPLACE INTO artifact_uses (artifact_id, dag_id, run_id, task_id, map_index, try_number,
      used_at)
    VALUES (?, ?, ?, ?, ?, ?, ?))",
                 {artifact_id, key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index,
                  user.try_number, now});
}

Status ArtifactStore::add_tree_files(const std::string& tree_sha256,
                                     const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    AIFLOW_TRY(db_.run("REPLACE INTO tree_files (tree_sha256, file_sha256) VALUES (?, ?)",
                       {tree_sha256, file}));
  }
  return {};
}

}  // namespace aiflow::store

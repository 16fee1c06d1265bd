// SPDX-License-Identifier: Apache-2.0
#include "store/data/retention_store.h"

#include <algorithm>
#include <utility>

#include "store/detail/rows.h"
#include "store/detail/run_counts.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kByRun = " WHERE dag_id = ? AND run_id = ?";

/// A finished run of the row `x`, or none at all any more.
constexpr std::string_view kRunIsOver =
    " NOT EXISTS (SELECT 1 FROM dag_runs r WHERE r.dag_id = x.dag_id AND r.run_id = x.run_id"
    " AND r.state NOT IN ('success', 'failed'))";

std::int64_t first_integer(db::Row& row) { return row.integer(); }

struct Sized {
  std::int64_t id = 0;
  std::int64_t size = 0;
};
Sized read_sized(db::Row& row) { return {.id = row.integer(), .size = row.integer()}; }

struct NamedXCom {
  TaskKey key;
  std::string name;
  std::int64_t bytes = 0;
};

NamedXCom read_xcom_name(db::Row& row) {
  return {.key = detail::read_task_key(row), .name = row.text(), .bytes = row.integer()};
}

Result<Gone> remove_artifacts(db::Connection& db, const std::vector<Sized>& doomed) {
  Gone gone;
  for (const Sized& one : doomed) {
    AIFLOW_TRY(db.run("DELETE FROM artifacts WHERE artifact_id = ?", {one.id}));
    ++gone.count;
    gone.bytes += one.size;
  }
  return gone;
}

Result<Gone> remove_xcoms(db::Connection& db, const std::vector<NamedXCom>& doomed) {
  Gone gone;
  for (const NamedXCom& one : doomed) {
    AIFLOW_TRY(
        db.run("DELETE FROM xcoms WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ?"
               " AND name = ?",
               {one.key.dag_id.value, one.key.run_id.value, one.key.task_id.value,
                one.key.map_index, one.name}));
    ++gone.count;
    gone.bytes += one.bytes;
  }
  return gone;
}

/// What is kept of a run's tries beside their rows.
Result<Gone> remove_try_details(db::Connection& db, const RunKey& run, int limit) {
  struct Doomed {
    std::string task_id;
    std::int64_t map_index = 0;
    std::int64_t try_number = 0;
  };
  AIFLOW_ASSIGN(const auto doomed,
                db.all("SELECT task_id, map_index, try_number FROM try_details" +
                           std::string(kByRun) + " LIMIT ?",
                       {run.dag_id.value, run.run_id.value, limit}, [](db::Row& row) {
                         Doomed one{.task_id = row.text()};
                         one.map_index = row.integer();
                         one.try_number = row.integer();
                         return one;
                       }));
  for (const Doomed& one : doomed) {
    AIFLOW_TRY(
        db.run("DELETE FROM try_details" + std::string(kByRun) +
                   " AND task_id = ? AND map_index = ? AND try_number = ?",
               {run.dag_id.value, run.run_id.value, one.task_id, one.map_index, one.try_number}));
  }
  return Gone{.count = std::ssize(doomed)};
}

}  // namespace

// --- Runs ----------------------------------------------------------------------------------------

Result<std::vector<RunKey>> RetentionStore::old_runs(const OldRuns& which) {
  return db_.all(R"(
    SELECT r.dag_id, r.run_id FROM dag_runs r
    WHERE r.state IN ('success', 'failed') AND r.end_date < ?
      AND r.number <= (SELECT max(n.number) FROM dag_runs n WHERE n.dag_id = r.dag_id) - ?
    ORDER BY r.end_date LIMIT ? OFFSET ?)",
                 {which.before, which.keep, which.limit, which.offset}, [](db::Row& row) {
                   return RunKey{.dag_id = DagId{row.text()}, .run_id = RunId{row.text()}};
                 });
}

Result<std::optional<WallTime>> RetentionStore::ended_at(const RunKey& run) {
  AIFLOW_ASSIGN(const auto found,
                db_.first("SELECT end_date, state FROM dag_runs" + std::string(kByRun),
                          {run.dag_id.value, run.run_id.value}, [](db::Row& row) {
                            const auto end = row.optional_time();
                            const std::string state = row.text();
                            const bool is_over = state == "success" || state == "failed";
                            return is_over ? end : std::nullopt;
                          }));
  if (!found) return fail(ErrorCode::not_found, "no such run");
  return *found;
}

Result<std::optional<LeftOfRun>> RetentionStore::left_of(const RunKey& run) {
  const auto ended = ended_at(run);
  if (!ended && ended.error().code == ErrorCode::not_found) return std::nullopt;
  AIFLOW_TRY(ended);
  if (!*ended) return std::nullopt;
  AIFLOW_ASSIGN(const auto has_parts,
                db_.first(R"(
    SELECT EXISTS (SELECT 1 FROM xcoms WHERE dag_id = ? AND run_id = ?)
        OR EXISTS (SELECT 1 FROM artifacts WHERE dag_id = ? AND run_id = ?)
        OR EXISTS (SELECT 1 FROM try_details WHERE dag_id = ? AND run_id = ?))",
                          {run.dag_id.value, run.run_id.value, run.dag_id.value, run.run_id.value,
                           run.dag_id.value, run.run_id.value},
                          first_integer));
  AIFLOW_ASSIGN(const auto epoch, db_.first("SELECT coalesce(max(epoch), 0) FROM task_instances" +
                                                std::string(kByRun),
                                            {run.dag_id.value, run.run_id.value}, first_integer));
  return LeftOfRun{.has_parts = has_parts.value_or(0) != 0, .last_epoch = epoch.value_or(0)};
}

Result<Gone> RetentionStore::drop_run_parts(const RunKey& run, int limit) {
  AIFLOW_ASSIGN(const auto ended, ended_at(run));
  if (!ended) return Gone{};  // cleared meanwhile: it runs again
  AIFLOW_ASSIGN(const auto xcoms,
                db_.all(R"(
    SELECT dag_id, run_id, task_id, map_index, name, length(value) FROM xcoms
    WHERE dag_id = ? AND run_id = ? LIMIT ?)",
                        {run.dag_id.value, run.run_id.value, limit}, read_xcom_name));
  if (!xcoms.empty()) return remove_xcoms(db_, xcoms);
  AIFLOW_ASSIGN(const Gone details, remove_try_details(db_, run, limit));
  if (details.count > 0) return details;
  AIFLOW_ASSIGN(
      const auto artifacts,
      db_.all("SELECT artifact_id, size FROM artifacts" + std::string(kByRun) + " LIMIT ?",
              {run.dag_id.value, run.run_id.value, limit}, read_sized));
  return remove_artifacts(db_, artifacts);
}

Status RetentionStore::drop_run(const RunKey& run) {
  AIFLOW_TRY(detail::run_goes(db_, run));
  AIFLOW_TRY(db_.run("DELETE FROM outbox" + std::string(kByRun) + " AND kind = 'submit'",
                     {run.dag_id.value, run.run_id.value}));
  for (const char* table : {"xcoms", "artifacts", "taken_results", "run_assets", "notices",
                            "try_details", "task_tries", "task_instances", "dag_runs"}) {
    AIFLOW_TRY(db_.run("DELETE FROM " + std::string(table) + std::string(kByRun),
                       {run.dag_id.value, run.run_id.value}));
  }
  return {};
}

// --- By age and size -----------------------------------------------------------------------------

Result<Gone> RetentionStore::drop_xcoms(WallTime before, int limit) {
  AIFLOW_ASSIGN(const auto doomed, db_.all(R"(
    SELECT x.dag_id, x.run_id, x.task_id, x.map_index, x.name, length(x.value)
    FROM dag_runs r JOIN xcoms x ON x.dag_id = r.dag_id AND x.run_id = r.run_id
    WHERE r.state IN ('success', 'failed') AND r.end_date < ? LIMIT ?)",
                                           {before, limit}, read_xcom_name));
  return remove_xcoms(db_, doomed);
}

Result<Gone> RetentionStore::drop_artifacts(WallTime before, int limit) {
  static const std::string sql =
      "SELECT x.artifact_id, x.size FROM artifacts x WHERE x.created_at < ? AND" +
      std::string(kRunIsOver) + " ORDER BY x.created_at LIMIT ?";
  AIFLOW_ASSIGN(const auto doomed, db_.all(sql, {before, limit}, read_sized));
  return remove_artifacts(db_, doomed);
}

Result<std::optional<WallTime>> RetentionStore::artifacts_beyond(std::int64_t bytes_max) {
  std::int64_t sum = 0;
  std::optional<WallTime> before;
  // Newest first, each content once: what does not fit any more goes, with all that is older.
  AIFLOW_TRY(db_.query(R"(
    SELECT max(created_at), max(size) FROM artifacts WHERE accepted = 1
    GROUP BY sha256 ORDER BY max(created_at) DESC)",
                       {}, [&](db::Row& row) {
                         const WallTime at = row.time();
                         sum += row.integer();
                         if (sum > bytes_max && !before) before = at + Duration{1};
                       }));
  return before;
}

Result<Gone> RetentionStore::drop_stale_offers(int limit) {
  AIFLOW_ASSIGN(const auto doomed, db_.all(R"(
    SELECT x.artifact_id, x.size FROM artifacts x WHERE x.accepted = 0
      AND NOT EXISTS (SELECT 1 FROM task_instances t
        WHERE t.dag_id = x.dag_id AND t.run_id = x.run_id AND t.task_id = x.task_id
          AND t.map_index = x.map_index AND t.epoch = x.epoch AND t.state IN ('queued', 'running'))
    LIMIT ?)",
                                           {limit}, read_sized));
  return remove_artifacts(db_, doomed);
}

Result<Gone> RetentionStore::drop_expired_results(WallTime now, int limit) {
  AIFLOW_ASSIGN(const auto doomed, db_.all(R"(
    SELECT cache_key, length(xcoms) FROM result_cache WHERE expires_at <= ? LIMIT ?)",
                                           {now, limit}, [](db::Row& row) {
                                             return std::pair{row.text(), row.integer()};
                                           }));
  Gone gone;
  for (const auto& [key, bytes] : doomed) {
    AIFLOW_TRY(db_.run("DELETE FROM result_cache WHERE cache_key = ?", {key}));
    ++gone.count;
    gone.bytes += bytes;
  }
  return gone;
}

Result<Gone> RetentionStore::drop_events(std::int64_t keep, int limit) {
  AIFLOW_ASSIGN(const auto last,
                db_.first("SELECT coalesce(max(id), 0) FROM event_log", {}, first_integer));
  AIFLOW_ASSIGN(const auto first,
                db_.first("SELECT coalesce(min(id), 0) FROM event_log", {}, first_integer));
  const std::int64_t up_to = std::min(last.value_or(0) - keep, first.value_or(0) + limit - 1);
  AIFLOW_TRY(db_.run("DELETE FROM event_log WHERE id <= ?", {up_to}));
  return Gone{.count = db_.changes()};
}

Result<Gone> RetentionStore::drop_audit(const OldAudit& which) {
  AIFLOW_ASSIGN(const auto last,
                db_.first("SELECT coalesce(max(id), 0) FROM audit_log", {}, first_integer));
  AIFLOW_ASSIGN(const auto first,
                db_.first("SELECT coalesce(min(id), 0) FROM audit_log", {}, first_integer));
  std::int64_t up_to = last.value_or(0) - which.keep;
  if (which.before) {
    AIFLOW_ASSIGN(const auto old,
                  db_.first("SELECT coalesce(max(id), 0) FROM audit_log WHERE at < ?",
                            {*which.before}, first_integer));
    up_to = std::max(up_to, old.value_or(0));
  }
  up_to = std::min(up_to, first.value_or(0) + which.limit - 1);
  AIFLOW_TRY(db_.run("DELETE FROM audit_log WHERE id <= ?", {up_to}));
  return Gone{.count = db_.changes()};
}

// --- Blobs ---------------------------------------------------------------------------------------

Result<std::vector<wire::BlobInfo>> RetentionStore::drop_unused_blobs(
    WallTime before, int limit, const std::function<bool(const std::string&)>& may_go) {
  std::vector<wire::BlobInfo> doomed;
  std::string last;
  bool is_last_page = false;
  // Those that have to stay must not keep the others behind them from being looked at.
  while (doomed.empty() && !is_last_page) {
    AIFLOW_ASSIGN(doomed, unused_blobs(before, limit, last));
    is_last_page = std::ssize(doomed) < limit;
    if (!doomed.empty()) last = doomed.back().sha256;
    std::erase_if(doomed, [&](const wire::BlobInfo& blob) { return !may_go(blob.sha256); });
  }
  for (const wire::BlobInfo& blob : doomed) {
    AIFLOW_TRY(db_.run("DELETE FROM blobs WHERE sha256 = ?", {blob.sha256}));
  }
  return doomed;
}

/// Of those after `last`, by digest.
Result<std::vector<wire::BlobInfo>> RetentionStore::unused_blobs(WallTime before, int limit,
                                                                 const std::string& last) {
  return db_.all(R"(
    SELECT b.sha256, b.size FROM blobs b WHERE b.sha256 > ? AND b.created_at < ?
      AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.sha256 = b.sha256)
      AND NOT EXISTS (SELECT 1 FROM cached_artifacts c WHERE c.sha256 = b.sha256)
      AND NOT EXISTS (SELECT 1 FROM tree_files f WHERE f.file_sha256 = b.sha256)
      AND NOT EXISTS (SELECT 1 FROM model_variants v WHERE v.blob_sha256 = b.sha256)
      AND NOT EXISTS (SELECT 1 FROM scene_events e WHERE e.snapshot_sha256 = b.sha256)
    ORDER BY b.sha256 LIMIT ?)",
                 {last, before, limit}, [](db::Row& row) {
                   return wire::BlobInfo{.sha256 = row.text(), .size = row.integer()};
                 });
}

Result<std::vector<std::string>> RetentionStore::unknown_blobs(
    const std::vector<std::string>& digests) {
  std::vector<std::string> unknown;
  for (const std::string& sha256 : digests) {
    AIFLOW_ASSIGN(const auto known,
                  db_.first("SELECT 1 FROM blobs WHERE sha256 = ?", {sha256}, first_integer));
    if (!known) unknown.push_back(sha256);
  }
  return unknown;
}

}  // namespace aiflow::store

// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/loader.h"

#include <set>
#include <utility>

#include "conductor/dag_from_spec.h"
#include "conductor/detail/jobs.h"

namespace aiflow::conductor::detail {
namespace {

/// The version's definition, from the book or the database.
Result<DefinitionPtr> definition(db::Connection& db, Book& book, const DagId& dag_id, int version) {
  DefinitionPtr& slot = book.definitions[{dag_id, version}];
  if (slot != nullptr) return slot;
  AIFLOW_ASSIGN(store::DagVersionRow row, store::DagStore(db).version(dag_id, version));
  auto made = dag_from_spec(row.spec);
  if (!made) {
    return fail(ErrorCode::corrupt,
                "stored version " + std::to_string(version) + " of " + made.error().message);
  }
  slot = std::make_shared<const Definition>(*std::move(made));
  return slot;
}

sched::DagVersionRow version_row(const DefinitionPtr& definition, int version) {
  return {.version = version,
          .definition = std::shared_ptr<const dag::Dag>(definition, &definition->dag)};
}

Result<sched::RunLoaded> with_tasks(db::Connection& db, Book& book, const store::RunRow& run) {
  AIFLOW_ASSIGN(const auto tasks, store::RunStore(db).tasks(run.key));
  AIFLOW_ASSIGN(const DefinitionPtr made, definition(db, book, run.key.dag_id, run.dag_version));
  if (!run.note.empty()) book.notes[run.key] = run.note;
  if (!run.use_cache) book.uncached.insert(run.key);
  sched::RunLoaded loaded{.run = to_sched(run),
                          .instances = {},
                          .version = version_row(made, run.dag_version),
                          .backfill = std::nullopt};
  for (const store::TaskRow& task : tasks) {
    loaded.instances.push_back(to_sched(task));
    if (task.pid) book.pids[task.key] = *task.pid;
  }
  if (run.backfill.value == 0) return loaded;
  AIFLOW_ASSIGN(const store::BackfillRow row, store::BackfillStore(db).get(run.backfill));
  loaded.backfill = to_sched(row);
  return loaded;
}

class Loader {
 public:
  explicit Loader(db::Connection& db) : db_(db), runs_(db), backfills_(db) {}

  Result<Loaded> all() {
    AIFLOW_TRY(dags());
    AIFLOW_ASSIGN(const auto unfinished, runs_.unfinished_runs());
    AIFLOW_ASSIGN(const auto finished,
                  runs_.last_finished_runs(static_cast<int>(sched::kFinishedRunsKept)));
    AIFLOW_TRY(open_backfills());
    AIFLOW_TRY(assets());
    for (const store::RunRow& run : finished) AIFLOW_TRY(add_run(run));
    for (const store::RunRow& run : unfinished) AIFLOW_TRY(add_run(run));
    AIFLOW_ASSIGN(const auto pools, runs_.pools());
    for (const store::PoolRow& pool : pools) loaded_.rows.pools.push_back(to_sched(pool));
    AIFLOW_TRY(outbox());
    AIFLOW_ASSIGN(const auto notices, store::NoticeStore(db_).open());
    for (const store::NoticeRow& row : notices) {
      loaded_.book.notices[notice_key(row.run, row.name)] = {.row = row};
    }
    return std::move(loaded_);
  }

 private:
  Status dags() {
    store::DagStore dags(db_);
    AIFLOW_ASSIGN(const auto rows, dags.list(true));
    for (const store::DagRow& row : rows) {
      AIFLOW_ASSIGN(store::DagVersionRow newest, dags.version(row.dag_id, row.version));
      loaded_.book.dags[row.dag_id] = {.row = row, .spec = std::move(newest.spec)};
      loaded_.rows.dags.push_back(to_sched(row));
      AIFLOW_TRY(add_version(row.dag_id, row.version));
    }
    return {};
  }

  Status open_backfills() {
    AIFLOW_ASSIGN(loaded_.book.last_backfill, backfills_.last_id());
    AIFLOW_ASSIGN(const auto rows, backfills_.open());
    for (const store::BackfillRow& row : rows) {
      AIFLOW_TRY(add_version(row.dag_id, row.dag_version));
      AIFLOW_TRY(add_backfill(row.id));
    }
    return {};
  }

  Status assets() {
    store::AssetStore assets(db_);
    AIFLOW_ASSIGN(loaded_.rows.last_asset_event, assets.last_event());
    AIFLOW_ASSIGN(const auto queue, assets.queue());
    for (const store::AssetQueueRow& row : queue) loaded_.rows.asset_queue.push_back(to_sched(row));
    AIFLOW_ASSIGN(auto rows, assets.list());
    for (store::AssetRow& row : rows) {
      const std::string name = row.spec.name;
      loaded_.book.assets[name] = {std::move(row.spec), row.is_active};
    }
    return {};
  }

  /// Once for all runs of it.
  Status add_backfill(dag::BackfillId id) {
    if (id.value == 0 || !known_backfills_.insert(id).second) return {};
    AIFLOW_ASSIGN(const store::BackfillRow row, backfills_.get(id));
    loaded_.rows.backfills.push_back(to_sched(row));
    return {};
  }

  Status add_version(const DagId& dag_id, int version) {
    if (!versions_.insert({dag_id, version}).second) return {};
    AIFLOW_ASSIGN(const DefinitionPtr made, definition(db_, loaded_.book, dag_id, version));
    loaded_.rows.versions.push_back(version_row(made, version));
    return {};
  }

  Status add_run(const store::RunRow& run) {
    AIFLOW_TRY(add_version(run.key.dag_id, run.dag_version));
    AIFLOW_TRY(add_backfill(run.backfill));
    loaded_.rows.runs.push_back(to_sched(run));
    if (!run.note.empty()) loaded_.book.notes[run.key] = run.note;
    if (!run.use_cache) loaded_.book.uncached.insert(run.key);
    AIFLOW_ASSIGN(const auto tasks, runs_.tasks(run.key));
    for (const store::TaskRow& task : tasks) {
      loaded_.rows.instances.push_back(to_sched(task));
      if (task.pid) loaded_.book.pids[task.key] = *task.pid;
    }
    return {};
  }

  Status outbox() {
    AIFLOW_ASSIGN(const auto rows, runs_.outbox());
    for (const store::OutboxRow& row : rows) {
      if (row.kind == store::OutboxKind::submit) {
        loaded_.book.submits[row.key] = {.epoch = row.epoch};
      } else {
        loaded_.book.cancels[{row.key, row.epoch}] = {.try_number = row.try_number,
                                                      .reason = row.reason};
      }
    }
    return {};
  }

  db::Connection& db_;
  store::RunStore runs_;
  store::BackfillStore backfills_;
  std::set<dag::BackfillId> known_backfills_;
  Loaded loaded_;
  std::set<std::pair<DagId, int>> versions_;
};

}  // namespace

Result<Loaded> load(store::Store& store) {
  return store.read([](db::Connection& db) { return Loader(db).all(); });
}

Result<sched::RunLoaded> load_run(store::Store& store, Book& book, const store::RunKey& key) {
  return store.read([&](db::Connection& db) -> Result<sched::RunLoaded> {
    AIFLOW_ASSIGN(const store::RunRow run, store::RunStore(db).run(key));
    return with_tasks(db, book, run);
  });
}

Result<std::optional<sched::RunLoaded>> load_run_on(store::Store& store, Book& book,
                                                    const store::RunKey& key,
                                                    WallTime logical_date) {
  return store.read([&](db::Connection& db) -> Result<std::optional<sched::RunLoaded>> {
    AIFLOW_ASSIGN(const auto run, store::RunStore(db).run_on(key, logical_date));
    if (!run) return std::nullopt;
    AIFLOW_ASSIGN(sched::RunLoaded loaded, with_tasks(db, book, *run));
    return loaded;
  });
}

}  // namespace aiflow::conductor::detail

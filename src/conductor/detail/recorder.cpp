// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/recorder.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "conductor/detail/jobs.h"
#include "conductor/detail/try_rows.h"
#include "failpoint/failpoint.h"
#include "store/data/artifact_store.h"
#include "store/data/cache_store.h"
#include "store/data/retention_store.h"
#include "store/event_log.h"

namespace aiflow::conductor::detail {

Status Writing::log(std::string_view kind, json::Value data) {
  AIFLOW_ASSIGN(wire::StreamEvent event, store::EventLog(db).append(kind, now, std::move(data)));
  events.push_back(std::move(event));
  return {};
}

namespace {

/// A step's rows on their way into the database.
class Recorder {
 public:
  Recorder(Writing& writing, Book& book, const Batch& batch, const sched::Effects& effects)
      : writing_(writing),
        book_(book),
        batch_(batch),
        effects_(effects),
        dags_(writing.db),
        runs_(writing.db),
        reports_(batch) {}

  ~Recorder() {
    for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) (*undo)();
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  Status all() {
    AIFLOW_TRY(rows());
    undo_.clear();
    return {};
  }

 private:
  Status rows() {
    for (const Batch::Write& write : batch_.writes) AIFLOW_TRY(write(writing_));
    AIFLOW_TRY(dag_rows());
    AIFLOW_TRY(pool_rows());
    AIFLOW_TRY(runs_removed());
    AIFLOW_TRY(backfill_rows());
    AIFLOW_TRY(run_rows());
    AIFLOW_TRY(asset_rows());
    AIFLOW_TRY(task_rows());
    AIFLOW_TRY(history());
    AIFLOW_TRY(xcoms());
    AIFLOW_TRY(notices());
    AIFLOW_TRY(outbox());
    return then();
  }
  Status dag_rows();
  Status pool_rows();
  Status backfill_rows();
  Status asset_rows();
  Status runs_removed();
  Status run_rows();
  Status task_rows();
  Status history();
  Status task_change(const sched::Change& change);
  Status run_change(const sched::Change& change);
  Status dag_change(const sched::Change& change);
  Status ended_try(const sched::Change& change, const store::TaskRow& row);
  Status xcoms();
  Status artifacts(const store::TaskKey& key, const Batch::Ended& ended);
  [[nodiscard]] bool is_drained(const Batch::Ended& ended) const;
  Status keep_result(const wire::Finished& report);
  Status notices();
  Status outbox();
  Status then();
  Status void_submit(const store::TaskRow& row);
  Status remove_task(const store::TaskKey& key);

  // Changes of the book's maps and sets that are taken back when the step is not stored.
  template <class Map>
  void put(Map& map, const typename Map::key_type& key, typename Map::mapped_type value) {
    const auto [at, is_new] = map.try_emplace(key);
    undo_.emplace_back([&map, key, is_new, before = at->second] {
      if (is_new) {
        map.erase(key);
      } else {
        map[key] = before;
      }
    });
    at->second = std::move(value);
  }
  template <class Map>
  typename Map::iterator erase(Map& map, typename Map::iterator at) {
    undo_.emplace_back([&map, before = *at] { map.insert(before); });
    return map.erase(at);
  }

  template <class Map>
  void erase_of_run(Map& map, const store::RunKey& run) {
    for (auto at = map.begin(); at != map.end();) {
      at = at->first.run() == run ? erase(map, at) : std::next(at);
    }
  }

  Writing& writing_;
  Book& book_;
  const Batch& batch_;
  const sched::Effects& effects_;
  store::DagStore dags_;
  store::RunStore runs_;
  std::map<store::TaskKey, store::TaskRow> tasks_;  ///< written by this step
  std::map<store::RunKey, store::RunRow> run_rows_;
  const EndReports reports_;
  std::vector<std::function<void()>> undo_;
};

json::Value with_history(json::Value data, const sched::Change& change) {
  data.set("state", change.to);
  if (!change.cause.empty()) data.set("cause", change.cause);
  data.set("previous_state", change.from);
  if (!change.user.empty()) data.set("user", change.user);
  return data;
}

Status Recorder::dag_rows() {
  for (const sched::DagRow& dag : effects_.dags) {
    KnownDag& known = book_.dags[dag.dag_id];
    known.row = to_store(dag, known.row);
    AIFLOW_TRY(dags_.put(known.row));
  }
  return {};
}

Status Recorder::pool_rows() {
  for (const sched::PoolRow& pool : effects_.pools) {
    AIFLOW_TRY(runs_.put_pool(to_store(pool)));
  }
  for (const PoolName& name : effects_.pools_removed) AIFLOW_TRY(runs_.remove_pool(name));
  return {};
}

Status Recorder::asset_rows() {
  store::AssetStore assets(writing_.db);
  for (const sched::AssetEventRow& row : effects_.asset_events) {
    const store::AssetEventRow event = to_store(row);
    // One that no DAG names came by an alias.
    if (!book_.assets.contains(event.asset.value)) {
      AIFLOW_TRY(assets.add_unnamed({.spec = {.name = event.asset.value,
                                              .uri = event.asset.value,
                                              .group = "asset",
                                              .extra = json::object({})},
                                     .is_active = false,
                                     .created_at = writing_.now}));
    }
    AIFLOW_TRY(assets.add_event(event));
    AIFLOW_TRY(writing_.log(store::kind::asset_event, wire::to_json(store::to_wire(event))));
  }
  for (const sched::AssetQueueRow& row : effects_.asset_queue) {
    AIFLOW_TRY(assets.put_queue(to_store(row)));
  }
  for (const sched::RunAssetsRow& row : effects_.run_assets) {
    AIFLOW_TRY(assets.add_run_assets(
        {.run = to_store(row.run), .asset = row.asset, .first = row.first, .last = row.last}));
  }
  return {};
}

Status Recorder::backfill_rows() {
  store::BackfillStore backfills(writing_.db);
  for (const sched::BackfillRow& row : effects_.backfills) {
    const store::BackfillRow stored = to_store(row);
    AIFLOW_TRY(backfills.put(stored));
    AIFLOW_TRY(writing_.log(store::kind::backfill, wire::to_json(store::to_wire(stored))));
  }
  for (const sched::BackfillDateRow& row : effects_.backfill_dates) {
    AIFLOW_TRY(backfills.add_date({.id = row.id,
                                   .ordinal = row.ordinal,
                                   .logical_date = row.logical_date,
                                   .run_id = row.run_id,
                                   .reason = row.reason}));
  }
  return {};
}

/// Their rows, and what memory keeps beside them.
Status Recorder::runs_removed() {
  for (const sched::RunKey& removed : effects_.runs_removed) {
    const store::RunKey key = to_store(removed);
    erase_of_run(book_.submits, key);
    erase_of_run(book_.pids, key);
    erase_of_run(book_.notices, key);
    if (const auto note = book_.notes.find(key); note != book_.notes.end()) {
      erase(book_.notes, note);
    }
    if (const auto run = book_.uncached.find(key); run != book_.uncached.end()) {
      erase(book_.uncached, run);
    }
    AIFLOW_ASSIGN(const auto last, runs_.find_run(key));
    if (!last) continue;  // made and deleted in one step
    AIFLOW_TRY(store::RetentionStore(writing_.db).drop_run(key));
    json::Value data = wire::to_json(store::to_wire(*last));
    for (const sched::Change& change : effects_.changes) {
      const bool deletion = change.kind == sched::Change::Kind::run && change.to == "deleted";
      if (!deletion || change.key.dag_id != key.dag_id || change.key.run_id != key.run_id) continue;
      data.set("cause", change.cause);
      if (!change.user.empty()) data.set("user", change.user);
    }
    data.set("deleted", true);  // as EventLog::append_deleted
    AIFLOW_TRY(writing_.log(store::kind::dag_run, std::move(data)));
  }
  return {};
}

Status Recorder::run_rows() {
  std::set<sched::RunKey> made;
  for (const sched::Change& change : effects_.changes) {
    if (change.kind == sched::Change::Kind::run && change.from.empty()) {
      made.insert({change.key.dag_id, change.key.run_id});
    }
  }
  for (const sched::RunRow& run : effects_.runs) {
    store::RunRow row = to_store(run);
    if (const auto note = book_.notes.find(row.key); note != book_.notes.end()) {
      row.note = note->second;
    }
    row.use_cache = !book_.uncached.contains(row.key);
    AIFLOW_TRY(made.contains(run.key) ? runs_.insert_run(row) : runs_.update_run(row));
    run_rows_.emplace(row.key, std::move(row));
  }
  return {};
}

Status Recorder::task_rows() {
  std::map<std::pair<DagId, RunId>, const Definition*> definitions;
  for (const auto& [key, run] : run_rows_) {
    definitions[{key.dag_id, key.run_id}] = book_.definition(key.dag_id, run.dag_version);
  }
  for (const sched::TaskKey& key : effects_.instances_removed) {
    AIFLOW_TRY(remove_task(to_store(key)));
  }
  for (const sched::TaskInstanceRow& task : effects_.instances) {
    const Definition*& definition = definitions[{task.key.dag_id, task.key.run_id}];
    if (definition == nullptr) {
      AIFLOW_ASSIGN(const store::RunRow run, runs_.run(to_store(task.key).run()));
      definition = book_.definition(task.key.dag_id, run.dag_version);
    }
    AIFLOW_ASSERT(definition != nullptr);
    store::TaskRow row = to_store(task, *definition);
    if (const auto pid = book_.pids.find(row.key); pid != book_.pids.end()) {
      if (row.state == TaskState::queued) {
        erase(book_.pids, pid);
      } else {
        row.pid = pid->second;
      }
    }
    AIFLOW_TRY(runs_.upsert_task(row));
    AIFLOW_TRY(void_submit(row));
    tasks_.emplace(row.key, std::move(row));
  }
  return {};
}

Status Recorder::remove_task(const store::TaskKey& key) {
  AIFLOW_TRY(runs_.delete_task(key));
  AIFLOW_TRY(runs_.delete_xcoms(key));
  const auto pending = book_.submits.find(key);
  if (pending == book_.submits.end()) return {};
  AIFLOW_TRY(runs_.delete_outbox(store::OutboxKind::submit, key, pending->second.epoch));
  erase(book_.submits, pending);
  return {};
}

Status Recorder::void_submit(const store::TaskRow& row) {
  const auto pending = book_.submits.find(row.key);
  if (pending == book_.submits.end()) return {};
  if (row.state == TaskState::queued && pending->second.epoch == row.epoch) return {};
  failpoint::reach("outbox.submit_deleting");
  AIFLOW_TRY(runs_.delete_outbox(store::OutboxKind::submit, row.key, pending->second.epoch));
  failpoint::reach("outbox.submit_deleted");
  erase(book_.submits, pending);
  return {};
}

Status Recorder::history() {
  // Rows of a new run come without a transition; they too must be in the history (S15).
  std::set<sched::TaskKey> told;
  for (const sched::Change& change : effects_.changes) told.insert(change.key);
  for (const auto& [key, row] : tasks_) {
    if (told.contains(to_sched(key))) continue;
    AIFLOW_TRY(writing_.log(store::kind::task_instance, wire::to_json(store::to_wire(row))));
  }
  for (const sched::Change& change : effects_.changes) {
    switch (change.kind) {
      case sched::Change::Kind::task_instance: AIFLOW_TRY(task_change(change)); break;
      case sched::Change::Kind::run: AIFLOW_TRY(run_change(change)); break;
      case sched::Change::Kind::dag: AIFLOW_TRY(dag_change(change)); break;
    }
  }
  return {};
}

Status Recorder::task_change(const sched::Change& change) {
  const auto found = tasks_.find(to_store(change.key));
  if (found == tasks_.end()) return {};
  const store::TaskRow& row = found->second;
  AIFLOW_TRY(ended_try(change, row));
  // Values belong to the generation that made them (S13): a new try or a clear drops them.
  const bool begins_anew = change.to == "no_status" || change.to == "restarting" ||
                           change.to == "removed" ||
                           (change.to == "queued" && change.try_number > 1 && !row.deferral);
  if (begins_anew && !change.from.empty()) {
    AIFLOW_TRY(runs_.delete_xcoms(row.key));
    AIFLOW_TRY(store::ArtifactStore(writing_.db).drop(row.key));
  }
  json::Value data = with_history(wire::to_json(store::to_wire(row)), change);
  data.set("try_number", change.try_number);
  data.set("epoch", change.epoch);
  return writing_.log(store::kind::task_instance, std::move(data));
}

Status Recorder::ended_try(const sched::Change& change, const store::TaskRow& row) {
  const bool was_active = change.from == "running" || change.from == "queued" ||
                          change.from == "restarting" || change.from == "deferred";
  const bool goes_on = change.to == "running" || change.to == "scheduled" ||
                       change.to == "restarting" || change.to == "queued" ||
                       change.to == "deferred";
  if (!was_active || goes_on || change.try_number == 0) return {};
  const auto state = parse_task_state(change.to);
  AIFLOW_ASSERT(state.has_value());
  store::TryRow ended{.key = row.key,
                      .try_number = change.try_number,
                      .epoch = change.epoch,
                      // Cleared while it ran: that try came to nothing.
                      .state = *state == TaskState::no_status ? TaskState::failed : *state,
                      .cause = change.cause,
                      .start_date = row.start_date,
                      .end_date = row.end_date ? row.end_date : std::optional(change.at),
                      .worker_id = row.worker_id};
  reports_.add_use(ended);
  return runs_.upsert_try(ended);
}
Status Recorder::run_change(const sched::Change& change) {
  const auto found = run_rows_.find({change.key.dag_id, change.key.run_id});
  if (found == run_rows_.end()) return {};
  if (change.to == "success" || change.to == "failed") {
    // Their processes have ended; the rows keep the numbers, memory need not.
    for (auto pid = book_.pids.begin(); pid != book_.pids.end();) {
      pid = pid->first.run() == found->first ? erase(book_.pids, pid) : std::next(pid);
    }
    const auto uncached = book_.uncached.find(found->first);
    if (uncached != book_.uncached.end()) erase(book_.uncached, uncached);
  }
  return writing_.log(store::kind::dag_run,
                      with_history(wire::to_json(store::to_wire(found->second)), change));
}

Status Recorder::dag_change(const sched::Change& change) {
  const auto known = book_.dags.find(change.key.dag_id);
  if (known == book_.dags.end()) return {};
  AIFLOW_ASSIGN(const wire::Dag view, dags_.view(known->second.row));
  json::Value data = wire::to_json(view);
  data.set("change", change.to);
  if (!change.user.empty()) data.set("user", change.user);
  if (!known->second.row.is_active) data.set("deleted", true);  // as EventLog::append_deleted
  return writing_.log(store::kind::dag, std::move(data));
}

Status Recorder::xcoms() {
  for (const Batch::Ended& ended : batch_.ended) {
    if (!effects_.replies.at(ended.event).accepted) continue;
    const store::TaskKey key = store::from_wire(ended.report.attempt.key);
    const bool has_failed =
        ended.report.outcome == Outcome::failed || ended.report.outcome == Outcome::failed_no_retry;
    const bool keeps = ended.resumed && (!has_failed || is_drained(ended));
    if (!keeps) AIFLOW_TRY(runs_.delete_xcoms(key));
    AIFLOW_TRY(artifacts(key, ended));
    for (const wire::XComEntry& entry : ended.report.xcoms) {
      AIFLOW_TRY(runs_.put_xcom(
          {.key = key, .name = entry.key, .value = entry.value, .stored_at = writing_.now}));
    }
    AIFLOW_TRY(keep_result(ended.report));
    AIFLOW_TRY(keep_details(writing_.db, ended.report));
  }
  return {};
}

/// A service that was told to end has succeeded, however its process ended.
bool Recorder::is_drained(const Batch::Ended& ended) const {
  if (!ended.service) return false;
  const auto key = to_sched(store::from_wire(ended.report.attempt.key));
  const auto row = std::ranges::find(effects_.instances, key, &sched::TaskInstanceRow::key);
  return row != effects_.instances.end() && row->state == TaskState::success;
}

/// What a failed attempt saved is nobody's.
Status Recorder::artifacts(const store::TaskKey& key, const Batch::Ended& ended) {
  store::ArtifactStore artifacts(writing_.db);
  const Outcome outcome = ended.report.outcome;
  const bool good =
      outcome == Outcome::success || outcome == Outcome::deferred || is_drained(ended);
  if (!good) return artifacts.drop(key);
  return artifacts.accept(key, ended.report.attempt.epoch, ended.resumed);
}

Status Recorder::keep_result(const wire::Finished& report) {
  const bool is_wanted = report.outcome == Outcome::success && report.cache_key;
  if (!is_wanted || !store::is_cache_key(*report.cache_key)) return {};
  std::optional<Duration> life;
  if (report.cache_ttl_ms) life = std::chrono::milliseconds(*report.cache_ttl_ms);
  return store::CacheStore(writing_.db)
      .keep({.key = *report.cache_key,
             .maker = store::maker_of(report.attempt),
             .xcoms = report.xcoms,
             .life = life},
            writing_.now);
}

std::string_view kind_of(sched::RunNotice::Kind kind) {
  switch (kind) {
    case sched::RunNotice::Kind::success: return "success";
    case sched::RunNotice::Kind::failure: return "failure";
    case sched::RunNotice::Kind::deadline: return "deadline";
  }
  return "";
}

Status Recorder::notices() {
  for (const sched::RunNotice& notice : effects_.notices) {
    store::NoticeRow row;
    row.run = to_store(notice.run);
    row.name = notice.name;
    row.kind = kind_of(notice.kind);
    row.deadline = static_cast<int>(notice.deadline);
    row.reason = notice.reason;
    row.due_at = notice.due_at;
    row.state = "waiting";
    row.created_at = writing_.now;
    AIFLOW_ASSIGN(const auto run, runs_.find_run(row.run));
    if (!run) continue;  // deleted in the same step
    AIFLOW_TRY(store::NoticeStore(writing_.db).put(row));
    AIFLOW_TRY(writing_.log(store::kind::notice, wire::to_json(store::to_wire(row))));
    put(book_.notices, notice_key(row.run, row.name), {.row = row});
  }
  return {};
}

Status Recorder::outbox() {
  for (const sched::SubmitJob& submit : effects_.submits) {
    const store::TaskKey key = to_store(submit.key);
    AIFLOW_TRY(runs_.add_outbox({.kind = store::OutboxKind::submit,
                                 .key = key,
                                 .try_number = submit.try_number,
                                 .epoch = submit.epoch,
                                 .reason = {},
                                 .created_at = writing_.now}));
    put(book_.submits, key, {.epoch = submit.epoch});
  }
  for (const sched::CancelAttempt& cancel : effects_.cancels) {
    const AttemptId id{to_store(cancel.key), cancel.epoch};
    if (book_.cancels.contains(id)) continue;
    AIFLOW_TRY(runs_.add_outbox({.kind = store::OutboxKind::cancel,
                                 .key = id.first,
                                 .try_number = cancel.try_number,
                                 .epoch = cancel.epoch,
                                 .reason = cancel.reason,
                                 .created_at = writing_.now}));
    put(book_.cancels, id, {.try_number = cancel.try_number, .reason = cancel.reason});
  }
  return {};
}

Status Recorder::then() {
  for (const Batch::Then& one : batch_.then) {
    const sched::Reply& reply = effects_.replies.at(one.event);
    if (reply.accepted) AIFLOW_TRY(one.write(writing_.db, reply));
  }
  return {};
}

}  // namespace

Status record(Writing& writing, Book& book, const Batch& batch, const sched::Effects& effects) {
  return Recorder(writing, book, batch, effects).all();
}

}  // namespace aiflow::conductor::detail

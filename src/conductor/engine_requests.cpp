// SPDX-License-Identifier: Apache-2.0
// DAG files, triggers and questions, turned into events of the scheduler.
#include <algorithm>
#include <memory>
#include <utility>

#include "conductor/dag_from_spec.h"
#include "conductor/detail/answering.h"
#include "conductor/detail/dag_folder.h"
#include "conductor/detail/engine.h"
#include "dag/topology.h"
#include "log/log.h"
#include "params/params.h"
#include "store/data/retention_store.h"
#include "store/event_log.h"

namespace aiflow::conductor {
namespace {

/// Runs of one DAG that wait for their turn; messages beyond them start none.
constexpr std::int32_t kMessageRunsMax = 1'000;
/// As the API's for a run's conf: what a job carries has to fit into a frame, twice.
constexpr std::size_t kMessageBytesMax = 1U << 20;
/// A watcher whose trigger failed (an unknown connection, say) tries again after so long.
constexpr auto kWatchAgain = std::chrono::seconds(30);
/// Rows of a run that is forgotten, in one commit.
constexpr int kForgottenAtOnce = 500;

/// What decides whether a spec is a new version: comments in the file do not.
json::Value comparable(wire::DagSpec spec) {
  spec.source_hash.clear();
  return wire::to_json(spec);
}

/// Run ids become folder names and environment values.
Status check_run_id(const std::string& id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.:+~").find(c) != std::string_view::npos;
  };
  const bool good = !id.empty() && id.size() <= 200 && id.front() != '.' &&
                    std::all_of(id.begin(), id.end(), allowed);
  if (good) return {};
  return fail(ErrorCode::invalid_argument,
              "a run id has 1 to 200 characters of A-Z a-z 0-9 _ - . : + ~ and no '.' in front");
}

/// Views into the spec.
params::Definition params_of(const wire::DagSpec& spec) {
  params::Definition definition{.dag = &spec.params, .tasks = {}};
  for (const wire::TaskSpec& task : spec.tasks) {
    if (task.params) definition.tasks.push_back({.task_id = task.task_id, .params = &*task.params});
  }
  return definition;
}

/// Params that no run could use. Stored versions are not asked: they were good when they came.
Status check_params(const wire::DagSpec& spec) {
  const bool scheduled = spec.schedule.kind != "none";
  Status good = params::check_definition(
      params_of(spec), scheduled ? params::Defaults::must_fit : params::Defaults::may_be_wrong);
  if (good) return good;
  return fail(std::move(good).error().with_context("dag '" + spec.dag_id + "'"));
}

}  // namespace

// --- DAG files ---------------------------------------------------------------------------------

void Conductor::Engine::parsed(detail::Batch& batch, DagFileParsed file,
                               Answer<std::vector<DagId>> answer) {
  std::vector<DagId> present;
  std::optional<Error> problem;
  for (const wire::DagSpec& spec : file.file.dags) {
    present.push_back(DagId{spec.dag_id});
    if (Status put = put_dag(batch, spec, file); !put && !problem) problem = put.error();
  }
  if (file.file.error) {
    const wire::ParseError& error = *file.file.error;
    import_error(batch, {.filename = file.file.file,
                         .line = error.line,
                         .timestamp = clock_.now(),
                         .stack_trace = error.traceback,
                         .message = error.kind + ": " + error.message});
  } else if (problem) {
    import_error(batch, {.filename = file.file.file,
                         .timestamp = clock_.now(),
                         .stack_trace = problem->message,
                         .message = problem->message});
  } else {
    no_import_error(batch, file.file.file);
    remove_missing(batch, file.file.file, present);
  }
  sync_assets(batch);
  batch.after.push_back(detail::answering(
      std::move(answer), [present] { return Result<std::vector<DagId>>(present); }));
}

Status Conductor::Engine::put_dag(detail::Batch& batch, const wire::DagSpec& spec,
                                  const DagFileParsed& file) {
  AIFLOW_ASSIGN(dag::Dag dag, dag_from_spec(spec));
  AIFLOW_TRY(check_params(spec));
  AIFLOW_TRY(check_assets(spec));
  if (Status good = detail::check_watchers(spec); !good) {
    return fail(std::move(good).error().with_context("dag '" + spec.dag_id + "'"));
  }
  const auto known = book_.dags.find(dag.dag_id);
  if (known == book_.dags.end()) {
    add_version(batch, spec, file, std::move(dag));
    return {};
  }
  const store::DagRow& row = known->second.row;
  if (row.is_active && row.fileloc != file.file.file) {
    return fail(ErrorCode::conflict, "dag '" + spec.dag_id + "' is already defined in '" +
                                         row.fileloc + "'; rename one of them");
  }
  // A DAG whose file had gone comes back as a new version: the scheduler takes only newer ones.
  if (row.is_active && comparable(known->second.spec) == comparable(spec)) {
    touch_dag(batch, spec, file);
  } else {
    add_version(batch, spec, file, std::move(dag));
  }
  return {};
}

void Conductor::Engine::add_version(detail::Batch& batch, const wire::DagSpec& spec,
                                    const DagFileParsed& file, dag::Dag dag) {
  const DagId id = dag.dag_id;
  const WallTime now = clock_.now();
  const auto [place, is_new] = book_.dags.try_emplace(id);
  detail::KnownDag& known = place->second;
  if (is_new) {
    known.row.dag_id = id;
    known.row.created_at = now;
  }
  known.row.fileloc = file.file.file;
  known.row.folder = detail::dag_folder_of(file.file.file, options_.dag_folders);
  known.row.last_parsed_at = now;
  known.row.is_active = true;
  known.spec = spec;
  const int version = ++known.row.version;
  const auto definition = std::make_shared<const detail::Definition>(std::move(dag));
  book_.definitions[{id, version}] = definition;
  batch.writes.push_back([row = store::DagVersionRow{.dag_id = id,
                                                     .version = version,
                                                     .spec = spec,
                                                     .source = file.source,
                                                     .created_at = now}](detail::Writing& writing) {
    return store::DagStore(writing.db).add_version(row);
  });
  batch.add(sched::DagPut{
      .version = {.version = version,
                  .definition = std::shared_ptr<const dag::Dag>(definition, &definition->dag)}});
}

void Conductor::Engine::touch_dag(detail::Batch& batch, const wire::DagSpec& spec,
                                  const DagFileParsed& file) {
  detail::KnownDag& known = book_.dags.at(DagId{spec.dag_id});
  const bool other_text = known.spec.source_hash != spec.source_hash;
  known.row.last_parsed_at = clock_.now();
  known.spec = spec;
  if (!other_text) return;  // the time is written with the next change of the DAG
  batch.writes.push_back(
      [version = store::DagVersionRow{.dag_id = known.row.dag_id,
                                      .version = known.row.version,
                                      .spec = spec,
                                      .source = file.source,
                                      .created_at = known.row.created_at}](
          detail::Writing& writing) { return store::DagStore(writing.db).set_source(version); });
}

void Conductor::Engine::import_error(detail::Batch& batch, wire::ImportError error) {
  error.folder = detail::dag_folder_of(error.filename, options_.dag_folders);
  batch.writes.push_back([error = std::move(error)](detail::Writing& writing) -> Status {
    AIFLOW_ASSIGN(const wire::ImportError stored,
                  store::DagStore(writing.db).set_import_error(error));
    return writing.log(store::kind::import_error, wire::to_json(stored));
  });
}

void Conductor::Engine::no_import_error(detail::Batch& batch, const std::string& filename) {
  const std::string folder = detail::dag_folder_of(filename, options_.dag_folders);
  batch.writes.push_back([filename, folder](detail::Writing& writing) -> Status {
    AIFLOW_ASSIGN(const bool had, store::DagStore(writing.db).clear_import_error(filename));
    if (!had) return {};
    return writing.log(
        store::kind::import_error,
        json::object({{"filename", filename}, {"folder", folder}, {"removed", true}}));
  });
}

std::vector<DagId> Conductor::Engine::remove_missing(detail::Batch& batch,
                                                     const std::string& filename,
                                                     const std::vector<DagId>& present) {
  std::vector<DagId> removed;
  for (auto& [id, known] : book_.dags) {
    const bool stays = std::find(present.begin(), present.end(), id) != present.end();
    if (stays || !known.row.is_active || known.row.fileloc != filename) continue;
    known.row.is_active = false;
    batch.add(sched::DagRemoved{.dag_id = id});
    removed.push_back(id);
  }
  return removed;
}

void Conductor::Engine::file_removed(detail::Batch& batch, const std::string& filename,
                                     Answer<std::vector<DagId>> answer) {
  no_import_error(batch, filename);
  const std::vector<DagId> removed = remove_missing(batch, filename, {});
  sync_assets(batch);
  batch.after.push_back(detail::answering(
      std::move(answer), [removed] { return Result<std::vector<DagId>>(removed); }));
}

// --- Runs and tasks ----------------------------------------------------------------------------

void Conductor::Engine::trigger(detail::Batch& batch, TriggerRun request,
                                Answer<store::RunRow> answer) {
  const RunId run_id = request.run_id.value_or(RunId{"manual__" + format_time(clock_.now())});
  if (Status good = check_run_id(run_id.value); !good) return answer(fail(good.error()));
  if (!request.conf.is_null() && !request.conf.is_object()) {
    return answer(fail(ErrorCode::invalid_argument, "conf must be a JSON object"));
  }
  const store::RunKey key{request.dag_id, run_id};
  const bool exists = state_->has_run(detail::to_sched(key));
  const auto known = book_.dags.find(request.dag_id);
  if (known != book_.dags.end() && !exists) {
    const Status good = params::check_run(params_of(known->second.spec), request.conf);
    if (!good) return answer(fail(good.error()));
  }
  if (!request.note.empty() && !exists) book_.notes[key] = request.note;
  if (!request.use_cache && !exists) book_.uncached.insert(key);
  if (request.also) {
    const auto also = [also = request.also, key](db::Connection& db, const auto&) -> Status {
      AIFLOW_ASSIGN(const auto row, store::RunStore(db).run(key));
      return also(db, row);
    };
    batch.then.push_back({.event = batch.events.size(), .write = also});
  }
  batch.add(sched::RunTriggered{.key = detail::to_sched(key),
                                .run_type = RunType::manual,
                                .logical_date = request.logical_date,
                                .conf = request.conf.is_null() ? "{}" : json::write(request.conf),
                                .user = request.user,
                                .run_after = request.run_after},
            [this, key, told = detail::answering(std::move(answer), [this, key] {
                          return run_row(key);
                        })](const Result<sched::Reply>& reply) {
              if (reply && !reply->accepted && !state_->has_run(detail::to_sched(key))) {
                book_.notes.erase(key);  // they are of no run
                book_.uncached.erase(key);
              }
              told(reply);
            });
}

/// A message of a watcher makes its asset new, or starts a run unless the DAG has more than enough
/// of them waiting.
void Conductor::Engine::on_message(detail::Batch& batch, const detail::Watchers::Watching& watching,
                                   const trigger::Fired& fired) {
  const auto drop = [&](const std::string& why) {
    if (fired.stored) {
      batch.after.push_back([stored = fired.stored](const Result<sched::Reply>& reply) {
        if (reply) stored();
      });
    }
    log::warn("a watcher's message has no effect", {{"dag", watching.dag_id.value},
                                                    {"asset", watching.asset.value},
                                                    {"watcher", watching.name},
                                                    {"reason", why}});
  };
  if (!fired.error.empty()) {
    watchers_.failed(fired.id, clock_.steady_now() + kWatchAgain);
    return drop(fired.error);
  }
  if (watching.asset.value.empty() && state_->queued_runs(watching.dag_id) >= kMessageRunsMax) {
    // A message that is kept where it came from comes again.
    if (fired.stored) return watchers_.failed(fired.id, clock_.steady_now() + kWatchAgain);
    return drop("too many runs wait");
  }
  if (json::write(fired.event).size() > kMessageBytesMax) return drop("it is longer than 1 MiB");
  const std::string user = "watcher '" + watching.name + "'";
  if (!watching.asset.value.empty()) {
    // The extra is Airflow's, so that tasks read the same.
    const json::Value extra = json::object({{"from_trigger", true}, {"payload", fired.event}});
    // An asset that no DAG uses is new for nobody.
    return batch.add(
        sched::AssetChanged{.asset = watching.asset, .extra = json::write(extra), .user = user},
        [stored = fired.stored](const Result<sched::Reply>& reply) {
          if (stored && reply) stored();
        });
  }
  const json::Value conf = json::object({{"message", fired.event}});
  const Status good = params::check_run(params_of(book_.dags.at(watching.dag_id).spec), conf);
  if (!good) return drop(good.error().message);
  batch.add(sched::RunTriggered{.key = {watching.dag_id, {}},
                                .run_type = RunType::asset_triggered,
                                .conf = json::write(conf),
                                .user = user},
            [this, id = fired.id, stored = fired.stored](const Result<sched::Reply>& reply) {
              if (!stored || !reply) return;
              if (reply->accepted) return stored();
              watchers_.failed(id, clock_.steady_now() + kWatchAgain);
            });
}

namespace {

wire::Explanation to_wire(sched::Explanation from) {
  wire::Explanation why{.code = std::move(from.code), .text = std::move(from.text)};
  for (auto& [name, value] : from.params) why.params.emplace(name, std::move(value));
  return why;
}

}  // namespace

void Conductor::Engine::backfill(detail::Batch& batch, AskBackfill request,
                                 Answer<store::BackfillRow> answer) {
  if (!request.conf.is_null() && !request.conf.is_object()) {
    return answer(fail(ErrorCode::invalid_argument, "dag_run_conf must be a JSON object"));
  }
  const auto known = book_.dags.find(request.dag_id);
  if (known != book_.dags.end()) {
    const Status good = params::check_run(params_of(known->second.spec), request.conf);
    if (!good) return answer(fail(good.error()));
  }
  const dag::BackfillId id{++book_.last_backfill.value};
  sched::BackfillRow row{.id = id,
                         .dag_id = request.dag_id,
                         .range = request.range,
                         .conf = request.conf.is_null() ? "{}" : json::write(request.conf),
                         .user = request.user};
  row.range.asked_at = clock_.now();
  batch.add(sched::BackfillAsked{std::move(row)},
            detail::answering(std::move(answer), [this, id] { return stored_backfill(id); }));
}

void Conductor::Engine::steer_backfill(detail::Batch& batch, const SteerBackfill& request,
                                       Answer<store::BackfillRow> answer) {
  using Action = sched::BackfillSteered::Action;
  const Action action = request.action == SteerBackfill::Action::pause     ? Action::pause
                        : request.action == SteerBackfill::Action::unpause ? Action::unpause
                                                                           : Action::cancel;
  const auto row = stored_backfill(request.id);
  if (!row) return answer(fail(row.error()));
  batch.add(
      sched::BackfillSteered{
          .dag_id = row->dag_id, .id = row->id, .action = action, .user = request.user},
      detail::answering(std::move(answer),
                        [this, id = request.id] { return stored_backfill(id); }));
}

Result<store::BackfillRow> Conductor::Engine::stored_backfill(dag::BackfillId id) {
  return store_.read([&](db::Connection& db) { return store::BackfillStore(db).get(id); });
}

namespace {

constexpr std::size_t kAwayShown = 3;

/// Of a task without a place: which workers would take it, and why they do not now.
void add_away(sched::Explanation& why, const dag::Dag& dag, const sched::TaskKey& key,
              const executor::Executor& executor) {
  if (why.code != "place_unserved" && why.code != "no_worker") return;
  const auto task = std::ranges::find(dag.tasks, key.task_id, &dag::Task::task_id);
  if (task == dag.tasks.end()) return;
  why.params.emplace_back("executor", task->placement.executor);
  std::string away;
  std::size_t count = 0;
  for (const wire::Worker& worker : executor.workers()) {
    const bool is_cluster = worker.pid == 0;
    const std::string state =
        worker.cordoned && worker.state == "connected" ? "cordoned" : worker.state;
    const bool might = serves(executor::offer_of(worker), task->placement);
    if (is_cluster || state == "connected" || !might || ++count > kAwayShown) continue;
    away += (count > 1 ? ", worker '" : "worker '") + worker.worker_id + "' is " + state;
  }
  if (count > kAwayShown) away += " and " + std::to_string(count - kAwayShown) + " more";
  if (away.empty()) return;
  why.text += ": " + away;
  why.params.emplace_back("reason", away);
}

}  // namespace

void Conductor::Engine::explain(detail::Batch& batch, const store::TaskKey& key,
                                Answer<wire::Explanation> answer) {
  if (Status there = need_run(batch, key.run()); !there) return answer(fail(there.error()));
  batch.after.push_back(detail::answering(std::move(answer), [this, key] {
    const sched::TaskKey task = detail::to_sched(key);
    if (const auto away = explain_away(task)) return Result<wire::Explanation>(to_wire(*away));
    sched::Explanation why = sched::explain(*state_, task);
    if (const dag::Dag* dag = state_->definition(sched::RunKey{task.dag_id, task.run_id}))
      add_away(why, *dag, task, executor_);
    return Result<wire::Explanation>(to_wire(why));
  }));
}

void Conductor::Engine::explain(detail::Batch& batch, const store::RunKey& key,
                                Answer<wire::Explanation> answer) {
  if (Status there = need_run(batch, key); !there) return answer(fail(there.error()));
  batch.after.push_back(detail::answering(std::move(answer), [this, key] {
    return Result<wire::Explanation>(to_wire(sched::explain(*state_, detail::to_sched(key))));
  }));
}

void Conductor::Engine::explain(detail::Batch& batch, const DagId& dag_id,
                                Answer<wire::Explanation> answer) {
  batch.after.push_back(detail::answering(std::move(answer), [this, dag_id] {
    return Result<wire::Explanation>(to_wire(sched::explain(*state_, dag_id)));
  }));
}

void Conductor::Engine::forget(detail::Batch& batch, const store::RunKey& key,
                               Answer<Forgotten> answer) {
  const auto of_run = [&](const auto& entry) { return entry.first.run() == key; };
  const bool is_held = state_->has_run(detail::to_sched(key)) || batch.loaded.contains(key) ||
                       std::ranges::any_of(book_.notices, of_run);
  if (is_held) return answer(Forgotten::no);
  const auto left =
      store_.read([&](db::Connection& db) { return store::RetentionStore(db).left_of(key); });
  if (!left) return answer(fail(left.error()));
  if (!*left) return answer(Forgotten::no);
  batch.forgotten.insert(key);
  if ((*left)->has_parts) {
    batch.writes.push_back([key](detail::Writing& writing) -> Status {
      AIFLOW_TRY(store::RetentionStore(writing.db).drop_run_parts(key, kForgottenAtOnce));
      return {};
    });
    return batch.after.push_back(
        detail::answering(std::move(answer), [] { return Result<Forgotten>(Forgotten::in_part); }));
  }
  book_.notes.erase(key);
  batch.writes.push_back([key](detail::Writing& writing) -> Status {
    AIFLOW_ASSIGN(const auto run, store::RunStore(writing.db).run(key));
    AIFLOW_TRY(store::RetentionStore(writing.db).drop_run(key));
    json::Value last = wire::to_json(store::to_wire(run));
    last.set("deleted", true);  // as EventLog::append_deleted
    return writing.log(store::kind::dag_run, std::move(last));
  });
  batch.add(sched::RunForgotten{.run = detail::to_sched(key), .last_epoch = (*left)->last_epoch},
            detail::answering(std::move(answer), [] { return Result<Forgotten>(Forgotten::all); }));
}

}  // namespace aiflow::conductor

// SPDX-License-Identifier: Apache-2.0
// What people change: clear, mark, pause, runs, pools. Each becomes an event of the scheduler.
#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "conductor/detail/answering.h"
#include "conductor/detail/engine.h"
#include "conductor/detail/loader.h"
#include "store/event_log.h"

namespace aiflow::conductor {
namespace {

/// One clear or mark holds up everything else: more runs than these are done in parts.
constexpr int kRunsAtOnce = 1000;
constexpr std::size_t kPoolNameMax = 250;
constexpr std::size_t kDescriptionMax = 4096;
constexpr std::size_t kNoteMax = 4096;
constexpr int kPoolSlotsMax = 1'000'000;
constexpr std::size_t kServiceCauseMax = 1000;
/// Of what a service gives to others.
constexpr std::size_t kValueBytesMax = 48U << 10;
constexpr std::size_t kValueDepthMax = 48;

wire::Pool to_wire(const sched::PoolUsage& usage) {
  const std::int64_t deferred = usage.pool.include_deferred ? usage.deferred : 0;
  const std::int64_t occupied = usage.running + usage.queued + deferred;
  return {.name = usage.pool.name.value,
          .slots = usage.pool.slots,
          .description = usage.pool.description,
          .include_deferred = usage.pool.include_deferred,
          .occupied_slots = occupied,
          .running_slots = usage.running,
          .queued_slots = usage.queued,
          .scheduled_slots = usage.scheduled,
          .deferred_slots = usage.deferred,
          .open_slots = usage.pool.slots < 0 ? -1 : usage.pool.slots - occupied};
}

/// Names become parts of addresses.
Status check_pool(const sched::PoolRow& pool) {
  const std::string& name = pool.name.value;
  const auto bad = [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  const bool named = !name.empty() && name.size() <= kPoolNameMax && name != "." && name != ".." &&
                     std::ranges::none_of(name, bad);
  if (!named) {
    return fail(ErrorCode::invalid_argument,
                "a pool's name has 1 to 250 characters, without '/', '\\' and control characters");
  }
  if (pool.slots < -1 || pool.slots > kPoolSlotsMax) {
    return fail(ErrorCode::invalid_argument, "a pool has 0 to 1000000 slots, or -1 for no limit");
  }
  if (pool.description.size() <= kDescriptionMax) return {};
  return fail(ErrorCode::invalid_argument, "a pool's description has at most 4096 bytes");
}

/// As of every XCom: values are wrapped in others on their way.
Status check_value(const json::Value& value) {
  const std::string text = json::write(value);
  if (text.size() > kValueBytesMax) {
    return fail(ErrorCode::invalid_argument,
                "a service's 'value' has " + std::to_string(text.size()) +
                    " bytes; the limit of an XCom is " + std::to_string(kValueBytesMax));
  }
  if (json::parse(text, {.depth_max = kValueDepthMax})) return {};
  return fail(ErrorCode::invalid_argument, "a service's 'value' is nested deeper than " +
                                               std::to_string(kValueDepthMax) + " levels");
}

/// A row of history for a pool, in the transaction that changes it.
detail::Batch::Write pool_event(sched::PoolUsage usage, std::string user, bool deleted) {
  return [usage = std::move(usage), user = std::move(user), deleted](detail::Writing& writing) {
    json::Value data = wire::to_json(to_wire(usage));
    data.set("user", user);
    if (deleted) data.set("deleted", true);
    return writing.log(store::kind::pool, std::move(data));
  };
}

}  // namespace

// --- Runs and tasks ----------------------------------------------------------------------------

Status Conductor::Engine::need_run(detail::Batch& batch, const store::RunKey& key) {
  if (state_->has_run(detail::to_sched(key)) || batch.loaded.contains(key)) return {};
  if (batch.forgotten.contains(key)) {
    return fail(ErrorCode::conflict,
                "run '" + key.run_id.value + "' is being removed: it is older than what is kept");
  }
  AIFLOW_ASSIGN(sched::RunLoaded loaded, detail::load_run(store_, book_, key));
  batch.loaded.insert(key);
  batch.add(std::move(loaded));
  return {};
}

Status Conductor::Engine::need_runs_around(detail::Batch& batch, const store::RunKey& key,
                                           store::RunStore::Around around) {
  AIFLOW_TRY(need_run(batch, key));
  if (!around.past && !around.future) return {};
  around.limit = kRunsAtOnce + 1;
  AIFLOW_ASSIGN(const auto keys, store_.read([&](db::Connection& db) {
    return store::RunStore(db).finished_around(key, around);
  }));
  if (keys.size() > kRunsAtOnce) {
    return fail(ErrorCode::invalid_argument, "these are more than " + std::to_string(kRunsAtOnce) +
                                                 " runs; start from a later or an earlier one");
  }
  for (const store::RunKey& one : keys) AIFLOW_TRY(need_run(batch, one));
  return {};
}

std::optional<store::TaskRow> Conductor::Engine::task_row(const store::TaskKey& key) const {
  const auto row = state_->instance_row(detail::to_sched(key));
  const auto run = state_->run_row(detail::to_sched(key.run()));
  if (!row || !run) return std::nullopt;
  const detail::Definition* definition = book_.definition(key.dag_id, run->dag_version);
  if (definition == nullptr) return std::nullopt;
  store::TaskRow made = detail::to_store(*row, *definition);
  if (const auto pid = book_.pids.find(key); pid != book_.pids.end()) made.pid = pid->second;
  return made;
}

Result<store::RunRow> Conductor::Engine::run_row(const store::RunKey& key) {
  const auto run = state_->run_row(detail::to_sched(key));
  // A run without tasks may have ended and gone in the same step.
  if (!run) {
    return store_.read([&](db::Connection& db) { return store::RunStore(db).run(key); });
  }
  store::RunRow row = detail::to_store(*run);
  const auto note = book_.notes.find(key);
  if (note != book_.notes.end()) row.note = note->second;
  return row;
}

/// A preview of a move to another version names some that are not there yet.
std::vector<store::TaskRow> Conductor::Engine::rows_of(
    const std::vector<sched::TaskKey>& keys) const {
  std::vector<store::TaskRow> found;
  for (const sched::TaskKey& key : keys) {
    auto row = task_row(detail::to_store(key));
    if (!row) {
      row.emplace();
      row->key = detail::to_store(key);
      row->display_name = key.task_id.value;
      row->cause = "new in the DAG's newest version";
    }
    found.push_back(*std::move(row));
  }
  return found;
}

/// The instances that a clear or mark means.
std::vector<store::TaskRow> Conductor::Engine::affected(const sched::Reply& reply) const {
  return rows_of(reply.affected);
}

detail::Batch::Handler Conductor::Engine::answer_tasks(Answer<std::vector<store::TaskRow>> answer) {
  return [this, answer = std::move(answer)](const Result<sched::Reply>& reply) {
    if (!reply) return answer(fail(reply.error()));
    if (!reply->accepted) return answer(fail(detail::refusal(*reply)));
    answer(affected(*reply));
  };
}

void Conductor::Engine::clear(detail::Batch& batch, const ClearTasks& request,
                              Answer<std::vector<store::TaskRow>> answer) {
  const store::RunStore::Around around{.past = request.include_past,
                                       .future = request.include_future};
  if (Status there = need_runs_around(batch, request.run, around); !there) {
    return answer(fail(there.error()));
  }
  sched::TasksCleared event{.run = detail::to_sched(request.run),
                            .include_downstream = request.include_downstream,
                            .include_upstream = request.include_upstream,
                            .only_failed = request.only_failed,
                            .user = request.user,
                            .dry_run = request.dry_run,
                            .only_running = request.only_running,
                            .group = request.group,
                            .include_future = request.include_future,
                            .include_past = request.include_past,
                            .latest_version = request.latest_version};
  for (const TaskId& id : request.tasks) event.tasks.push_back({id, request.map_index});
  if (!request.dry_run) set_use_cache(batch, request.use_cache);
  if (request.also) {
    const auto also = [this, also = request.also](db::Connection& db, const sched::Reply& reply) {
      return also(db, affected(reply));
    };
    batch.then.push_back({.event = batch.events.size(), .write = also});
  }
  batch.add(std::move(event), answer_tasks(std::move(answer)));
}

/// Of all runs in which the batch's next event clears something.
void Conductor::Engine::set_use_cache(detail::Batch& batch, bool use_cache) {
  const auto write = [this, use_cache](db::Connection& db, const sched::Reply& reply) -> Status {
    std::set<store::RunKey> runs;
    for (const sched::TaskKey& key : reply.affected) runs.insert(detail::to_store(key).run());
    for (const store::RunKey& run : runs) {
      AIFLOW_TRY(store::RunStore(db).set_use_cache(run, use_cache));
      if (use_cache) {
        book_.uncached.erase(run);
      } else {
        book_.uncached.insert(run);
      }
    }
    return {};
  };
  batch.then.push_back({.event = batch.events.size(), .write = write});
}

void Conductor::Engine::mark(detail::Batch& batch, const MarkTask& request,
                             Answer<std::vector<store::TaskRow>> answer) {
  const store::RunStore::Around around{.past = request.include_past,
                                       .future = request.include_future};
  if (Status there = need_runs_around(batch, request.key.run(), around); !there) {
    return answer(fail(there.error()));
  }
  // A preview shows each instance as it would be.
  auto as_it_would_be = [this, state = request.state, answer](const Result<sched::Reply>& reply) {
    if (!reply) return answer(fail(reply.error()));
    if (!reply->accepted) return answer(fail(detail::refusal(*reply)));
    std::vector<store::TaskRow> rows = affected(*reply);
    for (store::TaskRow& row : rows) row.state = state;
    for (store::TaskRow& row : rows_of(reply->again)) {
      row.state = TaskState::no_status;
      rows.push_back(std::move(row));
    }
    answer(std::move(rows));
  };
  batch.add(sched::TaskMarked{.key = detail::to_sched(request.key),
                              .state = request.state,
                              .user = request.user,
                              .include_upstream = request.include_upstream,
                              .include_downstream = request.include_downstream,
                              .include_future = request.include_future,
                              .include_past = request.include_past,
                              .dry_run = request.dry_run},
            request.dry_run ? detail::Batch::Handler(std::move(as_it_would_be))
                            : answer_tasks(std::move(answer)));
}

void Conductor::Engine::mark_run(detail::Batch& batch, const MarkRun& request,
                                 Answer<store::RunRow> answer) {
  if (request.note && request.note->size() > kNoteMax) {
    return answer(fail(ErrorCode::invalid_argument, "a note has at most 4096 bytes"));
  }
  if (Status there = need_run(batch, request.key); !there) return answer(fail(there.error()));
  auto handler =
      detail::answering(std::move(answer), [this, key = request.key] { return run_row(key); });
  if (request.note) {
    book_.notes[request.key] = *request.note;
    batch.writes.push_back([this, request](detail::Writing& writing) -> Status {
      store::RunStore runs(writing.db);
      AIFLOW_TRY(runs.set_note(request.key, *request.note));
      AIFLOW_ASSIGN(const store::RunRow row, runs.run(request.key));
      json::Value data = wire::to_json(store::to_wire(row));
      if (!request.user.empty()) data.set("user", request.user);
      return writing.log(store::kind::dag_run, std::move(data));
    });
  }
  if (!request.state) return batch.after.push_back(std::move(handler));
  batch.add(
      sched::RunMarked{
          .run = detail::to_sched(request.key), .state = *request.state, .user = request.user},
      std::move(handler));
}

void Conductor::Engine::report_service(detail::Batch& batch, const ReportService& request,
                                       Answer<bool> answer) {
  const auto state = sched::parse_service_state(request.state);
  if (!state || request.cause.size() > kServiceCauseMax) {
    return answer(fail(ErrorCode::invalid_argument,
                       "a service's 'state' is starting, serving or degraded, and its 'cause' has "
                       "at most 1000 bytes"));
  }
  if (request.value) {
    if (Status fits = check_value(*request.value); !fits) return answer(fail(fits.error()));
    const auto publish = [this, request](db::Connection& db, const sched::Reply&) {
      return store::RunStore(db).put_xcom({.key = request.key,
                                           .name = "return_value",
                                           .value = *request.value,
                                           .stored_at = clock_.now()});
    };
    batch.then.push_back({.event = batch.events.size(), .write = publish});
  }
  batch.add(sched::ServiceReported{.key = detail::to_sched(request.key),
                                   .epoch = request.epoch,
                                   .state = *state,
                                   .cause = request.cause},
            detail::answering(std::move(answer), [] { return Result<bool>(true); }));
}

void Conductor::Engine::delete_run(detail::Batch& batch, const DeleteRun& request,
                                   Answer<bool> answer) {
  if (Status there = need_run(batch, request.key); !there) return answer(fail(there.error()));
  batch.add(sched::RunDeleted{.run = detail::to_sched(request.key), .user = request.user},
            detail::answering(std::move(answer), [] { return Result<bool>(true); }));
}

void Conductor::Engine::delete_xcom(detail::Batch& batch, const DeleteXCom& request,
                                    Answer<bool> answer) {
  const auto deleted = std::make_shared<bool>(false);
  batch.writes.push_back([request, deleted](detail::Writing& writing) -> Status {
    AIFLOW_ASSIGN(*deleted, store::RunStore(writing.db).delete_xcom(request.key, request.name));
    return {};
  });
  batch.after.push_back(
      detail::answering(std::move(answer), [deleted, name = request.name]() -> Result<bool> {
        if (*deleted) return true;
        return fail(ErrorCode::not_found, "there is no value '" + name + "'");
      }));
}

void Conductor::Engine::pause(detail::Batch& batch, const PauseDag& request,
                              Answer<store::DagRow> answer) {
  batch.add(
      sched::DagPaused{.dag_id = request.dag_id, .paused = request.paused, .user = request.user},
      detail::answering(std::move(answer), [this, id = request.dag_id]() -> Result<store::DagRow> {
        return book_.dags.at(id).row;
      }));
}

// --- Pools -------------------------------------------------------------------------------------

std::optional<sched::PoolUsage> Conductor::Engine::pool(const PoolName& name) const {
  const auto pools = state_->pools();
  const auto found =
      std::ranges::find_if(pools, [&](const auto& one) { return one.pool.name == name; });
  return found == pools.end() ? std::nullopt : std::optional(*found);
}

void Conductor::Engine::put_pool(detail::Batch& batch, const PutPool& request,
                                 Answer<wire::Pool> answer) {
  const auto before = pool(request.name);
  const bool make = request.kind == PutPool::Kind::make;
  const std::string named = "pool '" + request.name.value + "'";
  if (make && before) {
    return answer(fail(ErrorCode::conflict, named + " exists already"));
  }
  if (!make && !before) return answer(fail(ErrorCode::not_found, named + " does not exist"));
  if (!before && !request.slots) {
    return answer(fail(ErrorCode::invalid_argument, "a new pool needs 'slots'"));
  }
  sched::PoolUsage usage = before.value_or(sched::PoolUsage{.pool = {.name = request.name}});
  if (request.slots) usage.pool.slots = *request.slots;
  if (request.description) usage.pool.description = *request.description;
  if (request.include_deferred) usage.pool.include_deferred = *request.include_deferred;
  if (Status good = check_pool(usage.pool); !good) return answer(fail(good.error()));
  batch.writes.push_back(pool_event(usage, request.user, false));
  batch.add(sched::PoolPut{.pool = usage.pool},
            detail::answering(std::move(answer),
                              [this, name = request.name, named]() -> Result<wire::Pool> {
                                if (const auto now = pool(name)) return to_wire(*now);
                                return fail(ErrorCode::not_found, named + " was deleted again");
                              }));
}

void Conductor::Engine::remove_pool(detail::Batch& batch, const RemovePool& request,
                                    Answer<bool> answer) {
  const auto before = pool(request.name);
  if (before && request.name.value != "default_pool") {
    batch.writes.push_back(pool_event(*before, request.user, true));
  }
  batch.add(sched::PoolRemoved{.name = request.name},
            detail::answering(std::move(answer), [] { return Result<bool>(true); }));
}

void Conductor::Engine::pools(detail::Batch& batch, Answer<std::vector<wire::Pool>> answer) {
  batch.after.push_back(
      detail::answering(std::move(answer), [this]() -> Result<std::vector<wire::Pool>> {
        std::vector<wire::Pool> pools;
        for (const sched::PoolUsage& usage : state_->pools()) pools.push_back(to_wire(usage));
        return pools;
      }));
}

void Conductor::Engine::waits(detail::Batch& batch, Answer<sched::Waits> answer) {
  batch.after.push_back(detail::answering(
      std::move(answer), [this] { return Result<sched::Waits>(state_->waits()); }));
}

}  // namespace aiflow::conductor

// SPDX-License-Identifier: Apache-2.0
// What the API changes in workflows: all of it through the conductor.
#include <algorithm>
#include <string_view>

#include "service/detail/principal_name.h"
#include "service/workflows.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

using detail::name_of;

std::vector<wire::TaskInstance> to_wire(const std::vector<store::TaskRow>& rows) {
  std::vector<wire::TaskInstance> out;
  for (const auto& row : rows) out.push_back(store::to_wire(row));
  return out;
}

}  // namespace

Result<wire::Dag> Workflows::patch_dag(const DagId& id, const wire::DagPatch& patch,
                                       const Principal& who) {
  if (patch.is_paused) {
    const auto paused = conductor::wait_for<store::DagRow>([&](auto answer) {
      parts_.conductor.pause({.dag_id = id, .paused = *patch.is_paused, .user = name_of(who)},
                             answer);
    });
    AIFLOW_TRY(paused);
  }
  return dag(id);
}

Result<wire::DagRun> Workflows::trigger(const DagId& id, const wire::TriggerRequest& request,
                                        const Principal& who,
                                        conductor::AlsoStore<wire::DagRun> also) {
  if (request.conf && !request.conf->is_null() && !request.conf->is_object()) {
    return fail(ErrorCode::invalid_argument, "'conf' must be a JSON object");
  }
  conductor::TriggerRun trigger{.dag_id = id,
                                .run_id = std::nullopt,
                                .logical_date = request.logical_date,
                                .run_after = request.run_after,
                                .conf = request.conf.value_or(json::Value()),
                                .note = request.note.value_or(""),
                                .user = name_of(who),
                                .use_cache = request.use_cache.value_or(true)};
  if (request.dag_run_id) {
    if (!is_run_id(*request.dag_run_id)) {
      return fail(ErrorCode::invalid_argument,
                  "'dag_run_id' has 1 to 250 letters, digits or characters of '_.~:+-'");
    }
    trigger.run_id = RunId{*request.dag_run_id};
  }
  if (also) {
    trigger.also = [also = std::move(also)](db::Connection& db, const store::RunRow& row) {
      return also(db, store::to_wire(row));
    };
  }
  AIFLOW_ASSIGN(const auto row, conductor::wait_for<store::RunRow>([&](auto answer) {
                  parts_.conductor.trigger(trigger, answer);
                }));
  return store::to_wire(row);
}

Result<wire::DagRun> Workflows::patch_run(const store::RunKey& key, const wire::DagRunPatch& patch,
                                          const Principal& who) {
  if (patch.state == RunState::running) {
    return fail(ErrorCode::invalid_argument, "'state' must be success, failed or queued");
  }
  AIFLOW_ASSIGN(const auto row, conductor::wait_for<store::RunRow>([&](auto answer) {
                  parts_.conductor.mark_run(
                      {.key = key, .state = patch.state, .note = patch.note, .user = name_of(who)},
                      answer);
                }));
  return store::to_wire(row);
}

Status Workflows::delete_run(const store::RunKey& key, const Principal& who) {
  AIFLOW_TRY(conductor::wait_for<bool>([&](auto answer) {
    parts_.conductor.delete_run({.key = key, .user = name_of(who)}, answer);
  }));
  return {};
}

Result<std::vector<wire::TaskInstance>> Workflows::clear_run(const store::RunKey& key,
                                                             const wire::ClearRunRequest& request,
                                                             const Principal& who) {
  wire::ClearRequest clear_all;
  clear_all.dag_run_id = key.run_id.value;
  clear_all.only_failed = request.only_failed;
  clear_all.run_on_latest_version = request.run_on_latest_version;
  clear_all.dry_run = request.dry_run;
  clear_all.use_cache = request.use_cache;
  return clear(key.dag_id, clear_all, who);
}

Result<std::vector<wire::TaskInstance>> Workflows::mark(const store::TaskKey& key,
                                                        const wire::MarkRequest& request,
                                                        MarkMode mode, const Principal& who) {
  const TaskState state = request.new_state;
  if (state != TaskState::success && state != TaskState::failed && state != TaskState::skipped) {
    return fail(ErrorCode::invalid_argument, "'new_state' must be success, failed or skipped");
  }
  const conductor::MarkTask mark{.key = key,
                                 .state = state,
                                 .include_upstream = request.include_upstream.value_or(false),
                                 .include_downstream = request.include_downstream.value_or(false),
                                 .include_future = request.include_future.value_or(false),
                                 .include_past = request.include_past.value_or(false),
                                 .dry_run = mode == MarkMode::preview,
                                 .user = name_of(who)};
  AIFLOW_ASSIGN(const auto rows, conductor::wait_for<std::vector<store::TaskRow>>(
                                     [&](auto answer) { parts_.conductor.mark(mark, answer); }));
  return to_wire(rows);
}

Status Workflows::report_service(const wire::ServiceReport& report, const Principal& who) {
  AIFLOW_TRY(conductor::wait_for<bool>([&](auto answer) {
    parts_.conductor.report_service({.key = store::from_wire(who.attempt.key),
                                     .epoch = who.attempt.epoch,
                                     .state = report.state,
                                     .cause = report.cause,
                                     .value = report.value},
                                    answer);
  }));
  return {};
}

Result<std::vector<wire::TaskInstance>> Workflows::clear(const DagId& id,
                                                         const wire::ClearRequest& request,
                                                         const Principal& who,
                                                         AlsoStoreTasks also) {
  conductor::ClearTasks clear{.run = {id, RunId{request.dag_run_id}},
                              .tasks = {},
                              .map_index = std::nullopt,
                              .group = request.task_group_id.value_or(""),
                              .include_upstream = request.include_upstream.value_or(false),
                              .include_downstream = request.include_downstream.value_or(true),
                              .include_future = request.include_future.value_or(false),
                              .include_past = request.include_past.value_or(false),
                              .only_failed = request.only_failed.value_or(false),
                              .only_running = request.only_running.value_or(false),
                              .latest_version = request.run_on_latest_version.value_or(false),
                              .dry_run = request.dry_run.value_or(false),
                              .user = name_of(who),
                              .use_cache = request.use_cache.value_or(true)};
  for (const auto& task : request.task_ids) clear.tasks.push_back(TaskId{task});
  if (request.map_index) {
    if (*request.map_index < 0 || *request.map_index > store::kMapIndexMax || clear.tasks.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "'map_index' is at least 0 and needs 'task_ids' of mapped tasks");
    }
    clear.map_index = static_cast<int>(*request.map_index);
  }
  if (also) {
    clear.also = [also = std::move(also)](db::Connection& db,
                                          const std::vector<store::TaskRow>& rows) {
      return also(db, to_wire(rows));
    };
  }
  AIFLOW_ASSIGN(const auto rows, conductor::wait_for<std::vector<store::TaskRow>>(
                                     [&](auto answer) { parts_.conductor.clear(clear, answer); }));
  return to_wire(rows);
}

Status Workflows::delete_xcom(const store::TaskKey& key, const std::string& name) {
  AIFLOW_TRY(conductor::wait_for<bool>(
      [&](auto answer) { parts_.conductor.delete_xcom({.key = key, .name = name}, answer); }));
  return {};
}

Result<std::vector<wire::Pool>> Workflows::pools() {
  return conductor::wait_for<std::vector<wire::Pool>>(
      [&](auto answer) { parts_.conductor.pools(answer); });
}

Result<wire::Pool> Workflows::pool(const std::string& name) {
  AIFLOW_ASSIGN(auto all, pools());
  const auto found = std::ranges::find(all, name, &wire::Pool::name);
  if (found != all.end()) return std::move(*found);
  return fail(ErrorCode::not_found, "pool '" + name + "' does not exist");
}

namespace {

Result<std::optional<int>> slots_of(const std::optional<std::int64_t>& slots) {
  if (!slots) return std::optional<int>{};
  if (*slots >= -1 && *slots <= 1'000'000) return std::optional(static_cast<int>(*slots));
  return fail(ErrorCode::invalid_argument, "'slots' is 0 to 1000000, or -1 for no limit");
}

}  // namespace

Result<wire::Pool> Workflows::create_pool(const wire::PoolCreate& request, const Principal& who) {
  AIFLOW_ASSIGN(const auto slots, slots_of(request.slots));
  const conductor::PutPool put{.name = PoolName{request.name},
                               .slots = slots,
                               .description = request.description,
                               .include_deferred = request.include_deferred,
                               .kind = conductor::PutPool::Kind::make,
                               .user = name_of(who)};
  return conductor::wait_for<wire::Pool>(
      [&](auto answer) { parts_.conductor.put_pool(put, answer); });
}

Result<wire::Pool> Workflows::patch_pool(const std::string& name, const wire::PoolPatch& patch,
                                         const Principal& who) {
  AIFLOW_ASSIGN(const auto slots, slots_of(patch.slots));
  const conductor::PutPool put{.name = PoolName{name},
                               .slots = slots,
                               .description = patch.description,
                               .include_deferred = patch.include_deferred,
                               .kind = conductor::PutPool::Kind::change,
                               .user = name_of(who)};
  return conductor::wait_for<wire::Pool>(
      [&](auto answer) { parts_.conductor.put_pool(put, answer); });
}

Status Workflows::delete_pool(const std::string& name, const Principal& who) {
  AIFLOW_TRY(conductor::wait_for<bool>([&](auto answer) {
    parts_.conductor.remove_pool({.name = PoolName{name}, .user = name_of(who)}, answer);
  }));
  return {};
}

bool is_run_id(const std::string& id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.~:+-").find(c) != std::string_view::npos;
  };
  return !id.empty() && id.size() <= 250 && id != "." && id != ".." && id != "~" &&
         std::ranges::all_of(id, fits);
}

}  // namespace aiflow::service

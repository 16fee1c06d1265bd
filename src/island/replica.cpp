// SPDX-License-Identifier: Apache-2.0
#include "island/replica.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "conductor/dag_from_spec.h"
#include "log/log.h"
#include "sched/step.h"
#include "wire/dag.h"

namespace aiflow::island {
namespace {

constexpr std::string_view kReturnValue = "return_value";
/// No worker serves it: tasks that are not the island's wait for the server.
constexpr const char* kServersQueue = "@server";
constexpr Duration kForever = std::chrono::hours(24) * 3650;

sched::TaskKey to_sched(const wire::TaskKey& key) {
  return {DagId{key.dag_id}, RunId{key.run_id}, TaskId{key.task_id},
          static_cast<std::int32_t>(key.map_index)};
}

/// Tasks that the picture has jobs for.
std::set<std::string> tasks_with_jobs(const wire::IslandPart& part) {
  std::set<std::string> tasks;
  for (const json::Value& job : part.jobs) {
    if (const auto parsed = wire::parse_job(job)) tasks.insert(parsed->key.task_id);
  }
  return tasks;
}

/// What the server alone decides is taken out: new runs, deadlines, limits over runs and pools.
Result<std::shared_ptr<const dag::Dag>> definition_of(const wire::IslandPart& part) {
  AIFLOW_ASSIGN(const auto spec, wire::parse_dag_spec(part.dag));
  AIFLOW_ASSIGN(auto made, conductor::dag_from_spec(spec));
  made.schedule = {};
  made.deadlines.clear();
  made.dagrun_timeout.reset();
  made.has_success_callback = made.has_failure_callback = false;
  const auto own = tasks_with_jobs(part);
  for (dag::Task& task : made.tasks) {
    task.outlets.clear();
    if (own.contains(task.task_id.value)) continue;
    task.placement = {};
    task.placement.queue = kServersQueue;
  }
  return std::make_shared<const dag::Dag>(std::move(made));
}

sched::RunRow run_row(const wire::Job& job, sched::Now now) {
  return {.key = {DagId{job.key.dag_id}, RunId{job.key.run_id}},
          .number = job.island->run_number,
          .dag_version = static_cast<std::int32_t>(job.island->dag_version),
          .run_type = RunType::manual,
          .state = RunState::running,
          .logical_date = job.logical_date,
          .interval_start = job.data_interval_start,
          .interval_end = job.data_interval_end,
          .run_after = now.wall,
          .queued_at = now.wall,
          .started_at = now.wall};
}

sched::TaskInstanceRow row_of(const wire::IslandTask& task, const wire::Job& job) {
  sched::TaskInstanceRow row{
      .key = {DagId{job.key.dag_id}, RunId{job.key.run_id}, TaskId{task.task_id},
              static_cast<std::int32_t>(task.map_index)},
      .state = task.state,
      .try_number = static_cast<std::int32_t>(task.try_number),
      .max_tries = static_cast<std::int32_t>(task.max_tries),
      .epoch = task.epoch,
      .epoch_floor = task.epoch_floor.value_or(0),
      .weight = task.weight,
      .next_try_at = task.next_try_at,
      .skip_all_downstream = task.skip_all_downstream,
      .return_length = task.return_length};
  if (task.branch_followed) {
    row.branch_followed.emplace();
    for (const std::string& id : *task.branch_followed) row.branch_followed->push_back(TaskId{id});
  }
  return row;
}

/// The picture's rows. What the server had queued for this island and could not give out any more
/// is granted again here, under the same epoch; but not when something before it was decided anew
/// since: that is not what it was queued for.
std::vector<sched::TaskInstanceRow> instance_rows(const Replica::Part& part) {
  std::vector<sched::TaskInstanceRow> rows;
  const auto own = tasks_with_jobs(*part.job->island);
  for (const wire::IslandTask& task : part.job->island->tasks) {
    sched::TaskInstanceRow row = row_of(task, *part.job);
    const bool in_hand = std::ranges::any_of(part.in_hand, [&](const wire::AttemptRef& attempt) {
      return to_sched(attempt.key) == row.key && attempt.epoch >= row.epoch;
    });
    const bool is_void = row.epoch_floor > row.epoch;
    if (row.state == TaskState::queued && own.contains(task.task_id) && !in_hand && !is_void) {
      row.state = TaskState::scheduled;
      --row.epoch;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Status add_part(sched::Rows& rows, const Replica::Part& part, sched::Now now) {
  const wire::IslandPart& picture = *part.job->island;
  AIFLOW_ASSIGN(auto definition, definition_of(picture));
  const auto version = static_cast<std::int32_t>(picture.dag_version);
  const DagId dag_id = definition->dag_id;
  const auto known = std::ranges::find(rows.dags, dag_id, &sched::DagRow::dag_id);
  if (known == rows.dags.end()) {
    rows.dags.push_back(
        {.dag_id = dag_id, .paused = picture.paused.value_or(false), .version = version});
  } else {
    known->version = std::max(known->version, version);
    known->paused = known->paused || picture.paused.value_or(false);
  }
  rows.versions.push_back({.version = version, .definition = std::move(definition)});
  rows.runs.push_back(run_row(*part.job, now));
  for (sched::TaskInstanceRow& row : instance_rows(part)) rows.instances.push_back(std::move(row));
  return {};
}

sched::State restore(const std::vector<Replica::Part>& parts, const WorkerOffer& offer,
                     sched::Now now) {
  const sched::Options options{
      .lease = kForever, .island_lease = kForever, .workers = {offer}, .zone = {}};
  sched::Rows rows;
  rows.pools.push_back({.name = PoolName{"default_pool"}, .slots = -1});
  for (const Replica::Part& part : parts) {
    sched::Rows with = rows;
    Status fits = add_part(with, part, now);
    if (fits) {
      if (auto state = sched::restore(with, options, now); !state) fits = fail(state.error());
    }
    if (fits) {
      rows = std::move(with);
    } else {
      log::warn("the island cannot go on with a run",
                {{"run", part.job->key.run_id}, {"error", fits.error()}});
    }
  }
  return sched::restore(rows, options, now).value();
}

std::optional<std::int64_t> return_length(const wire::Finished& report) {
  for (const wire::XComEntry& entry : report.xcoms) {
    if (entry.key != kReturnValue) continue;
    if (entry.value.is_array()) return std::ssize(entry.value.as_array());
    if (entry.value.is_object()) return std::ssize(entry.value.as_object());
    return -1;
  }
  return std::nullopt;
}

sched::AttemptFinished event_of(const wire::Finished& report) {
  sched::AttemptFinished event{.key = to_sched(report.attempt.key),
                               .try_number = static_cast<std::int32_t>(report.attempt.try_number),
                               .epoch = report.attempt.epoch,
                               .outcome = report.outcome,
                               .cause = report.cause,
                               .skip_all_downstream = report.skip_all_downstream,
                               .reschedule_at = report.reschedule_at,
                               .return_length = return_length(report)};
  if (report.branch) {
    event.branch.emplace();
    for (const std::string& id : *report.branch) event.branch->push_back(TaskId{id});
  }
  if (report.retry_delay_ms) event.retry_delay = std::chrono::milliseconds(*report.retry_delay_ms);
  // Its trigger is the server's.
  if (report.outcome == Outcome::deferred) {
    event.deferral = std::make_shared<const sched::Deferral>();
  }
  return event;
}

}  // namespace

Replica::Replica(const std::vector<Part>& parts, const WorkerOffer& offer, sched::Now now)
    : state_(restore(parts, offer, now)) {}

std::vector<wire::AttemptRef> Replica::step(const std::vector<wire::Finished>& ended,
                                            sched::Now now) {
  std::vector<sched::Event> events;
  for (const wire::Finished& report : ended) events.emplace_back(event_of(report));
  const sched::Effects effects = sched::step(state_, events, now);
  std::vector<wire::AttemptRef> begun;
  for (const sched::SubmitJob& submit : effects.submits) {
    begun.push_back({.key = {.dag_id = submit.key.dag_id.value,
                             .run_id = submit.key.run_id.value,
                             .task_id = submit.key.task_id.value,
                             .map_index = submit.key.map_index},
                     .try_number = submit.try_number,
                     .epoch = submit.epoch});
  }
  return begun;
}

}  // namespace aiflow::island

// SPDX-License-Identifier: Apache-2.0
// How running attempts go: their progress and what they use, which are shown and not stored, and
// their fields as they were rendered.
#include "conductor/detail/engine.h"
#include "conductor/detail/jobs.h"
#include "conductor/detail/try_rows.h"
#include "store/data/try_details.h"
#include "store/event_log.h"

namespace aiflow::conductor {
namespace {

/// What every listener finds a task instance's try by.
json::Value named(const store::TaskKey& key, std::int64_t try_number) {
  return json::object({{"dag_id", key.dag_id.value},
                       {"dag_run_id", key.run_id.value},
                       {"task_id", key.task_id.value},
                       {"map_index", key.map_index},
                       {"try_number", try_number}});
}

}  // namespace

void Conductor::Engine::on(detail::Batch& batch, const executor::Progress& report) {
  const wire::Progress& progress = report.report;
  const store::TaskKey key = store::from_wire(progress.attempt.key);
  const auto row = state_->instance_row(detail::to_sched(key));
  if (!row || row->epoch != progress.attempt.epoch) return;
  const wire::ProgressInfo info{
      .done = progress.done, .total = progress.total, .unit = progress.unit, .what = progress.what};
  {
    const std::scoped_lock lock(progress_mutex_);
    progress_[key] = info;
  }
  json::Value data = named(key, progress.attempt.try_number);
  data.set("progress", wire::to_json(info));
  batch.unstored.push_back({.id = 0,
                            .kind = std::string(store::kind::progress),
                            .at = clock_.now(),
                            .data = std::move(data)});
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Used& report) {
  const executor::Attempt& attempt = report.report.attempt;
  const store::TaskKey key = store::from_wire(attempt.key);
  const auto row = state_->instance_row(detail::to_sched(key));
  if (!row || row->epoch != attempt.epoch) return;
  const UsageSample sample = detail::to_sample(report.report.sample);
  {
    const std::scoped_lock lock(progress_mutex_);
    usage_[key].add(sample);
  }
  json::Value data = named(key, attempt.try_number);
  data.set("sample", wire::to_json(store::to_wire({sample}).front()));
  batch.unstored.push_back({.id = 0,
                            .kind = std::string(store::kind::usage),
                            .at = clock_.now(),
                            .data = std::move(data)});
}

std::vector<UsageSample> Conductor::Engine::usage(const store::TaskKey& key) const {
  const std::scoped_lock lock(progress_mutex_);
  const auto found = usage_.find(key);
  return found == usage_.end() ? std::vector<UsageSample>{} : found->second.samples();
}

void Conductor::Engine::forget_progress(const store::TaskKey& key) {
  const std::scoped_lock lock(progress_mutex_);
  progress_.erase(key);
  usage_.erase(key);
}

/// With the start that tells them, if that is accepted.
void Conductor::Engine::keep_rendered(detail::Batch& batch, const wire::Started& report) const {
  batch.then.push_back({.event = batch.events.size() - 1,
                        .write = [attempt = report.attempt, fields = *report.rendered](
                                     db::Connection& db, const sched::Reply&) {
                          return detail::keep_rendered(db, attempt, fields);
                        }});
}

}  // namespace aiflow::conductor

// SPDX-License-Identifier: Apache-2.0
// How running attempts go: their progress and what they use, which are shown and not stored, and
// their fields as they were rendered.
#include <algorithm>

#include "conductor/detail/engine.h"
#include "conductor/detail/jobs.h"
#include "conductor/detail/try_rows.h"
#include "store/data/try_details.h"
#include "store/event_log.h"

namespace aiflow::conductor {
namespace {

/// Of the use of a try listeners are told when it is so much older, by a quarter: what runs for
/// long, of which there may be thousands, is told of more rarely.
constexpr Duration kToldEveryMin = std::chrono::seconds(1);
constexpr Duration kToldEveryMax = std::chrono::seconds(10);

}  // namespace

/// An event of a task instance's try that is shown and not stored. `data`: what it says beside
/// them.
void Conductor::Engine::tell(detail::Batch& batch, std::string_view kind,
                             const executor::Attempt& attempt, json::Value data) const {
  data.set("dag_id", attempt.key.dag_id);
  data.set("dag_run_id", attempt.key.run_id);
  data.set("task_id", attempt.key.task_id);
  data.set("map_index", attempt.key.map_index);
  data.set("try_number", attempt.try_number);
  batch.unstored.push_back(
      {.id = 0, .kind = std::string(kind), .at = clock_.now(), .data = std::move(data)});
}

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
  tell(batch, store::kind::progress, progress.attempt,
       json::object({{"progress", wire::to_json(info)}}));
}

void Conductor::Engine::on(detail::Batch& batch, const executor::Used& report) {
  const executor::Attempt& attempt = report.report.attempt;
  const store::TaskKey key = store::from_wire(attempt.key);
  const auto row = state_->instance_row(detail::to_sched(key));
  if (!row || row->epoch != attempt.epoch) return;
  const UsageSample sample = detail::to_sample(report.report.sample);
  {
    const std::scoped_lock lock(progress_mutex_);
    Use& use = usage_[key];
    use.series.add(sample);
    if (sample.at < use.told_next) return;
    use.told_next = sample.at + std::clamp(sample.at / 4, kToldEveryMin, kToldEveryMax);
  }
  tell(batch, store::kind::usage, attempt,
       json::object({{"sample", wire::to_json(store::to_wire({sample}).front())}}));
}

std::vector<UsageSample> Conductor::Engine::usage(const store::TaskKey& key) const {
  const std::scoped_lock lock(progress_mutex_);
  const auto found = usage_.find(key);
  return found == usage_.end() ? std::vector<UsageSample>{} : found->second.series.samples();
}

void Conductor::Engine::forget_progress(const store::TaskKey& key) {
  const std::scoped_lock lock(progress_mutex_);
  progress_.erase(key);
  usage_.erase(key);
}

/// With the start that tells them, if that is accepted. Who looks at the try reads it again.
void Conductor::Engine::keep_rendered(detail::Batch& batch, const wire::Started& report) const {
  tell(batch, store::kind::usage, report.attempt, json::object({{"has_rendered", true}}));
  batch.then.push_back({.event = batch.events.size() - 1,
                        .write = [attempt = report.attempt, fields = *report.rendered](
                                     db::Connection& db, const sched::Reply&) {
                          return detail::keep_rendered(db, attempt, fields);
                        }});
}

}  // namespace aiflow::conductor

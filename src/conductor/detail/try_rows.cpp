// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/try_rows.h"

#include <algorithm>

#include "store/data/try_details.h"

namespace aiflow::conductor::detail {
namespace {

/// A century: a worker's clock may be wrong.
constexpr std::int64_t kMsMax = 100LL * 366 * 86'400'000;
constexpr std::int64_t kBytesMax = std::int64_t{1} << 60;
constexpr std::size_t kNoteBytesMax = 300;
constexpr std::size_t kRenderedBytesMax = 512U << 10;

std::optional<std::int64_t> within(std::optional<std::int64_t> told, std::int64_t most) {
  if (!told) return std::nullopt;
  return std::clamp<std::int64_t>(*told, 0, most);
}

std::chrono::milliseconds ms_within(std::int64_t told) {
  return std::chrono::milliseconds(std::clamp<std::int64_t>(told, 0, kMsMax));
}

store::TryRef try_of(const executor::Attempt& attempt) {
  return {.task = store::from_wire(attempt.key),
          .try_number = static_cast<int>(attempt.try_number)};
}

}  // namespace

UsageSample to_sample(const wire::AttemptSample& told) {
  return {.at = ms_within(told.ms),
          .cpu = ms_within(told.cpu_ms),
          .memory_bytes = std::clamp<std::int64_t>(told.memory_bytes, 0, kBytesMax)};
}

EndReports::EndReports(const Batch& batch) {
  for (const Batch::Ended& ended : batch.ended) {
    const executor::Attempt& attempt = ended.report.attempt;
    reports_[{store::from_wire(attempt.key), attempt.epoch}] = &ended.report;
  }
}

void EndReports::add_use(store::TryRow& row) const {
  const auto found = reports_.find({row.key, row.epoch});
  if (found == reports_.end() || !found->second->usage) return;
  const wire::AttemptUsage& usage = *found->second->usage;
  row.cpu_user_ms = within(usage.cpu_user_ms, kMsMax);
  row.cpu_system_ms = within(usage.cpu_system_ms, kMsMax);
  row.memory_peak_bytes = within(usage.memory_peak_bytes, kBytesMax);
  row.memory_mean_bytes = within(usage.memory_mean_bytes, kBytesMax);
  // As a whole or not at all: half a letter would be no text.
  if (usage.note && usage.note->size() <= kNoteBytesMax) row.usage_note = usage.note;
}

Status keep_rendered(db::Connection& db, const executor::Attempt& attempt,
                     const json::Value& rendered) {
  const bool is_good = rendered.is_object() && json::write(rendered).size() <= kRenderedBytesMax;
  return is_good ? store::TryDetails(db).put_rendered(try_of(attempt), rendered) : Status{};
}

Status keep_details(db::Connection& db, const wire::Finished& report) {
  if (report.rendered) AIFLOW_TRY(keep_rendered(db, report.attempt, *report.rendered));
  if (!report.usage || !report.usage->samples) return {};
  // A try that goes on later has the numbers of its last part, in its row as well.
  if (report.outcome == Outcome::deferred || report.outcome == Outcome::up_for_reschedule)
    return {};
  std::vector<UsageSample> samples;
  for (const wire::AttemptSample& one : *report.usage->samples) {
    if (samples.size() < UsageSeries::kSamplesMax) samples.push_back(to_sample(one));
  }
  return store::TryDetails(db).put_samples(try_of(report.attempt), samples);
}

}  // namespace aiflow::conductor::detail

// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/measures/usage_meter.h"

#include <algorithm>

namespace aiflow::supervise::detail {
namespace {

std::int64_t ms_of(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

wire::AttemptSample to_wire(const UsageSample& sample) {
  return {.ms = ms_of(sample.at), .cpu_ms = ms_of(sample.cpu), .memory_bytes = sample.memory_bytes};
}

}  // namespace

wire::AttemptSample UsageMeter::take(SteadyTime now, const os::TreeUse& use) {
  series_.add({.at = std::chrono::duration_cast<Duration>(now - began_at_),
               .cpu = use.cpu,
               .memory_bytes = use.resident_bytes});
  return to_wire(series_.samples().back());
}

wire::AttemptUsage UsageMeter::total(const std::optional<os::EndedUse>& ended,
                                     std::int64_t own_peak_bytes) const {
  wire::AttemptUsage usage;
  const auto& samples = series_.samples();
  std::pair<Duration, Duration> cpu = cpu_.value_or(std::pair<Duration, Duration>{});
  if (ended) cpu = {ended->user, ended->system};
  // A process that nobody has waited for is in the samples alone.
  if (!samples.empty()) {
    cpu.first += std::max(samples.back().cpu - cpu.first - cpu.second, Duration{});
  }
  if (ended || cpu_ || !samples.empty()) {
    usage.cpu_user_ms = ms_of(cpu.first);
    usage.cpu_system_ms = ms_of(cpu.second);
  }
  std::int64_t peak = series_.peak_bytes();
  if (ended && ended->resident_peak_bytes > own_peak_bytes) {
    peak = std::max(peak, ended->resident_peak_bytes);
  }
  peak = counted_peak_bytes_.value_or(peak);
  if (peak > 0) usage.memory_peak_bytes = peak;
  if (!samples.empty()) {
    usage.memory_mean_bytes = series_.mean_bytes();
    usage.samples.emplace();
  }
  for (const UsageSample& sample : samples) usage.samples->push_back(to_wire(sample));
  return usage;
}

}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
// What one attempt has used: samples while it runs, and the totals at its end. Private to
// supervise.
#pragma once

#include <optional>

#include "base/usage_series.h"
#include "os/limits/tree_use.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

class UsageMeter {
 public:
  /// The attempt began so long ago.
  void begin(SteadyTime now, Duration age) {
    began_at_ = now - age;
    series_ = UsageSeries(age);
  }
  [[nodiscard]] bool is_due(SteadyTime now) const {
    return series_.is_due(std::chrono::duration_cast<Duration>(now - began_at_));
  }
  [[nodiscard]] wire::AttemptSample take(SteadyTime now, const os::TreeUse& use);
  /// What others have counted: the memory's peak of all its processes together.
  void set_peak(std::int64_t bytes) { counted_peak_bytes_ = bytes; }
  /// The processor time of something that is not a process of ours, until now.
  void set_cpu(Duration user, Duration system) { cpu_ = {user, system}; }
  /// `ended`: what the kernel says of its root. `own_peak_bytes`: see os::EndedUse. A program that
  /// used no more than that at its most may have used any less.
  [[nodiscard]] wire::AttemptUsage total(const std::optional<os::EndedUse>& ended,
                                         std::int64_t own_peak_bytes) const;

 private:
  SteadyTime began_at_{};
  UsageSeries series_;
  std::optional<std::int64_t> counted_peak_bytes_;
  std::optional<std::pair<Duration, Duration>> cpu_;
};

}  // namespace aiflow::supervise::detail

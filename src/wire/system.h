// SPDX-License-Identifier: Apache-2.0
// Generated from api/system.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

/// A queue whose tasks wait - ready, and no worker has begun them. since - when the first of them became ready.
struct QueueWait {
  std::string queue{};
  std::int64_t waiting{};
  std::optional<WallTime> since{};
  friend bool operator==(const QueueWait&, const QueueWait&) = default;
};
[[nodiscard]] json::Value to_json(const QueueWait& value);
[[nodiscard]] Result<QueueWait> parse_queue_wait(const json::Value& value);

/// Also the data of events of kind system on the stream, every 5 s. cpu_cores - processors' time used a second since the last sample. tasks, runs - of unfinished runs by state. host_cpu - the busy part of all processors of its machine since the last sample, 0 to 1; host_memory_used_bytes - without caches. steps - of the scheduler since the last sample; the times are of these. queues - the first hundred whose tasks wait; the newest sample alone has them. What could not be read is absent.
struct SystemSample {
  WallTime at{};
  std::optional<double> cpu_cores{};
  std::optional<std::int64_t> resident_bytes{};
  std::optional<double> host_cpu{};
  std::optional<std::int64_t> host_memory_bytes{};
  std::optional<std::int64_t> host_memory_used_bytes{};
  std::optional<std::int64_t> disk_free_bytes{};
  std::optional<std::int64_t> database_bytes{};
  std::int64_t scheduler_waiting{};
  std::vector<QueueWait> queues{};
  std::optional<std::int64_t> outbox{};
  std::int64_t event_streams{};
  std::int64_t http_connections{};
  std::int64_t workers{};
  std::map<std::string, std::int64_t> tasks{};
  std::map<std::string, std::int64_t> runs{};
  std::int64_t steps{};
  double decide_p50_ms{};
  double decide_p99_ms{};
  double commit_p50_ms{};
  double commit_p99_ms{};
  friend bool operator==(const SystemSample&, const SystemSample&) = default;
};
[[nodiscard]] json::Value to_json(const SystemSample& value);
[[nodiscard]] Result<SystemSample> parse_system_sample(const json::Value& value);

/// seconds - every 5 s for an hour. minutes - one a minute for a day, with the minute's mean cpu_cores and its worst p99. Oldest first; both are empty after a start.
struct SystemHistory {
  std::vector<SystemSample> seconds{};
  std::vector<SystemSample> minutes{};
  friend bool operator==(const SystemHistory&, const SystemHistory&) = default;
};
[[nodiscard]] json::Value to_json(const SystemHistory& value);
[[nodiscard]] Result<SystemHistory> parse_system_history(const json::Value& value);

}  // namespace aiflow::wire

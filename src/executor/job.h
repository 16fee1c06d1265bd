// SPDX-License-Identifier: Apache-2.0
// What crosses between the conductor and an executor. A Job (api/worker.yaml) is the whole
// contract: executors know no DAGs, the scheduler knows no executors.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/placement.h"
#include "wire/engine.h"
#include "wire/worker.h"

namespace aiflow::executor {

using Job = wire::Job;
using Attempt = wire::AttemptRef;

/// What the job asks of its place.
[[nodiscard]] inline Placement placement_of(const Job& job) {
  return {.executor = job.executor, .queue = job.queue, .labels = job.placement};
}
/// What a worker that is known to an executor offers to the scheduler.
[[nodiscard]] inline WorkerOffer offer_of(const wire::Worker& worker) {
  return {.slots = static_cast<std::int32_t>(worker.slots),
          .executors = worker.executors,
          .queues = worker.queues,
          .labels = worker.labels};
}

[[nodiscard]] inline Attempt attempt_of(const Job& job) {
  return {job.key, job.try_number, job.epoch};
}

/// Which worker sent a report, and under which number it waits there for its acknowledgement.
struct Receipt {
  WorkerId worker;
  std::int64_t seq = 0;
};

/// The attempt's process runs. Must be acknowledged.
struct Started {
  Receipt receipt;
  wire::Started report;
};
/// The attempt has ended. Must be acknowledged.
struct Finished {
  Receipt receipt;
  wire::Finished report;
};
/// The worker still runs these attempts.
struct StillRunning {
  WorkerId worker;
  std::vector<Attempt> attempts;
};
/// The attempt was given to a worker that was then silent for longer than the lease, unclaimed.
/// (Leases of claimed attempts are the scheduler's; see StillRunning.)
struct Lost {
  Attempt attempt;
  std::string reason;
};
/// A cancelled attempt is not here (any more).
struct Gone {
  Attempt attempt;
};
/// Not stored, only shown.
struct Progress {
  wire::Progress report;
};
/// What a running attempt has used until now. Not stored, only shown.
struct Used {
  wire::Usage report;
};
/// The service of a service task does so (sched::ServiceReported).
struct Serves {
  Attempt attempt;
  std::string state;  ///< starting | serving | degraded
  std::string cause;
  std::optional<json::Value> value{};  ///< the task's return value from now on
};
/// What a queued attempt waits for where it went (sched::AttemptWaits).
struct Waits {
  Attempt attempt;
  std::string cause;  ///< empty: nothing is known any more
};
/// A task asks for a value; the answer goes to Executor::answer.
struct XComAsked {
  WorkerId worker;
  wire::XComGet question;
};
/// A worker came, went, or took another number of jobs.
struct WorkerChanged {
  wire::Worker worker;
  /// It is shut out, and does not come again as it is: why. Empty: it is not, or that is forgotten.
  std::string shut_out{};
};
/// From now on the island's tasks go to this worker alone; empty: to none. It is to be known again
/// after a restart.
struct IslandGiven {
  std::string island;
  WorkerId worker;
};
/// The worker of an island has run an attempt that nobody has given to it yet. Acknowledged when it
/// never will be (refused); else it comes as Finished when it is.
struct RanAhead {
  Receipt receipt;
  wire::Finished report;  ///< without its XComs
};
using Report = std::variant<Started, Finished, StillRunning, Lost, Gone, Progress, Used, Serves,
                            Waits, XComAsked, WorkerChanged, RanAhead, IslandGiven>;

/// Takes reports; called from the executor's thread, must not block for long nor call back.
using ReportSink = std::function<void(Report)>;

}  // namespace aiflow::executor

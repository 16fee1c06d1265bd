// SPDX-License-Identifier: Apache-2.0
// Where jobs run. Implementations differ only in that: local worker processes now, other places
// later, and a fake for tests; all pass executor_conformance.h.
// Order of calls: reconcile, submit of what was queued, start; then submit, cancel, acknowledge and
// answer from any thread; stop. Nothing is assigned before start.
#pragma once

#include <string>
#include <vector>

#include "executor/job.h"

namespace aiflow::executor {

/// An attempt that the database has as running, and where.
struct Held {
  Attempt attempt;
  std::string executor = "local";
  WorkerId worker{};        ///< that has claimed it
  bool has_served = false;  ///< of a service task: it was serving at some time
};

struct CancelRequest {
  Attempt attempt;
  std::string reason;                         ///< for people
  Duration grace = std::chrono::seconds(10);  ///< between SIGTERM and SIGKILL
};

/// What an operator asks of a worker. cordon - no new jobs; drain - that, and it ends after its
/// last task; uncordon - jobs again.
enum class WorkerOrder { cordon, uncordon, drain };

class Executor {
 public:
  virtual ~Executor() = default;

  /// Tells which attempts the database has as running, so that workers that still run them keep
  /// them; workers are told to end whatever else they run. Once, before start.
  virtual void reconcile(const std::vector<Held>& running) = 0;
  /// Begins to report to `sink`. Errors: conflict, denied, unavailable (e.g. the socket's folder).
  [[nodiscard]] virtual Status start(ReportSink sink) = 0;

  /// Takes a job; it starts when a slot is free. Idempotent by (key, epoch).
  /// Errors: unavailable, when the executor is stopping.
  [[nodiscard]] virtual Status submit(Job job) = 0;
  /// Ends an attempt wherever it is. Answered by Finished, Lost, or Gone. Idempotent.
  virtual void cancel(const CancelRequest& request) = 0;
  /// The report is stored (accepted), or refused for good; the worker may drop it.
  virtual void acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) = 0;
  /// To the worker that is this island now; nothing happens when it is not connected: it is told
  /// anew when it says hello. Executors without islands have nobody to tell.
  virtual void show(const std::string& island, const wire::Picture& picture) {
    static_cast<void>(island), static_cast<void>(picture);
  }
  /// The answer to XComAsked.
  virtual void answer(const WorkerId& worker, const wire::XComValue& value) = 0;

  /// All workers that are known now, by id; an executor without workers is one itself.
  [[nodiscard]] virtual std::vector<wire::Worker> workers() const = 0;
  /// A cordon holds until it is taken back, over connections and restarts of the worker.
  /// Errors: not_found; unavailable, where there is nothing that could be ordered.
  [[nodiscard]] virtual Status order(const WorkerId& worker, WorkerOrder order);
  /// The server is about to stop: gives out nothing more, and tells what workers elsewhere have
  /// (without a lease). Executors without workers leave nothing to anybody.
  [[nodiscard]] virtual wire::LeftBehind wind_down() { return {}; }
  /// What wind_down() told is kept for the next server: its workers may be told so.
  virtual void leave_behind(const wire::LeftBehind& left) { static_cast<void>(left); }
  /// No report comes after it returns. What runs goes on running.
  virtual void stop() = 0;
};

/// Errors: not_found, when it is not among them.
[[nodiscard]] Status known_worker(const std::vector<wire::Worker>& workers, const WorkerId& worker);

}  // namespace aiflow::executor

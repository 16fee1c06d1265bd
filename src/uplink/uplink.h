// SPDX-License-Identifier: Apache-2.0
// The worker's end of what distance needs. To the worker's core (src/supervise) it is the server:
// it listens on HOME/run/worker.sock while the carrier is connected, and relays frames both ways.
// On the way it fetches the DAG files of a job, points the job to this machine's folders, and sends
// the logs of the tries. At an island, src/island goes on in the server's place while it is cut
// off; what has begun so is told when the server gives it out. Thread: one event loop, beside the
// carrier's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/placement.h"
#include "base/result.h"
#include "uplink/carrier.h"

namespace aiflow::uplink {

/// Errors: conflict when a server or another worker lives on this home: its files have the same
/// names.
[[nodiscard]] Status check_home(const std::filesystem::path& home);

struct UplinkOptions {
  std::filesystem::path home;                  ///< of this worker: run/, outbox/ (logs), bundles/
  std::int64_t bundle_bytes_max = 2LL << 30;   ///< of bundles that no running task uses
  std::int64_t backlog_bytes_max = 1LL << 30;  ///< of logs that wait to be sent
  /// Of the worker of an island: its slots, queues and labels. None: it ends its tasks when it is
  /// cut off for the lease.
  std::optional<WorkerOffer> island{};
  /// Of the island's lease: goes on while the machine is suspended, as the server's does
  /// (os::BootClock). nullptr: the uplink's own clock.
  const Clock* island_clock = nullptr;
  /// The server takes this worker; `pin`: HelloOk's server_pin, or "". From the loop.
  std::function<void(const std::string& pin)> on_taken{};
  /// The server wants nothing of this worker (Carrier::Events::refused). From the loop.
  std::function<void(const Error& why)> on_refused;
};

class Uplink {
 public:
  /// Starts the carrier, which must outlive it. Errors: those of check_home, and of files.
  [[nodiscard]] static Result<std::unique_ptr<Uplink>> start(const Clock& clock,
                                                             UplinkOptions options,
                                                             Carrier& carrier);
  /// After the core has ended: waits until all that it said has been given to the carrier, for at
  /// most a second. Without it the server may learn late that it ended in order.
  void await_core_end();
  /// Stops the carrier. Logs that were not sent stay for the next worker on this home.
  ~Uplink();
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

 private:
  struct Impl;
  explicit Uplink(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::uplink

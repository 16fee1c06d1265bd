// SPDX-License-Identifier: Apache-2.0
// The state of the server in numbers, read when somebody asks: for /metrics and the system page.
// The cost of a reading grows with the runs that have not ended, not with the history.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conductor/conductor.h"
#include "os/limits/host_use.h"
#include "os/limits/usage.h"
#include "service/deployments.h"
#include "service/event_hub.h"
#include "store/admin/census.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

/// What could not be read is absent, or empty.
struct Figures {
  WallTime at{};
  std::string version;
  WallTime started_at{};
  wire::Health health;
  std::optional<os::Usage> process;
  std::optional<os::HostUse> host;
  std::optional<store::Census> census;
  std::optional<std::int64_t> database_bytes;  ///< of a SQLite file with its log
  struct Disk {
    std::uint64_t free_bytes = 0;
    std::uint64_t bytes = 0;
  };
  std::optional<Disk> disk;           ///< where the data directory is
  std::size_t scheduler_waiting = 0;  ///< reports and requests for its next step
  std::size_t event_streams = 0;      ///< open ones
  struct Http {
    std::size_t connections = 0;
    std::optional<std::size_t> of_workers{};  ///< of these, on the workers' listener, if any
    std::size_t people = 0;    ///< requests that wait for a thread or have one, by lane
    std::size_t machines = 0;  ///< tasks, workers, probes
  };
  Http http;
  std::vector<wire::Worker> workers;
  std::vector<wire::Pool> pools;
  sched::Waits waits;
  std::vector<wire::Service> services;
};

/// Where figures come from. All must outlive the reader and be safe to use from any thread.
struct FigureSources {
  const Clock& clock;
  store::Store& store;
  conductor::Conductor& conductor;
  EventHub& events;
  Deployments& services;
  std::function<std::vector<wire::Worker>()> workers;
  std::function<wire::Health()> health;
  std::function<Figures::Http()> http;
  std::filesystem::path home;
  std::string version;
  WallTime started_at{};
};

[[nodiscard]] Figures read_figures(const FigureSources& from);

}  // namespace aiflow::service

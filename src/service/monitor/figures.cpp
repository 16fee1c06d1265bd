// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/figures.h"

#include <system_error>

#include "conductor/wait_for.h"

namespace aiflow::service {
namespace {

namespace fs = std::filesystem;

template <class T>
std::optional<T> if_read(Result<T> value) {
  return value ? std::optional(*std::move(value)) : std::nullopt;
}

std::optional<std::int64_t> bytes_of(const store::Store& store) {
  if (store.address().is_server()) return std::nullopt;
  std::int64_t bytes = 0;
  for (const auto* end : {"", "-wal"}) {
    std::error_code failed;
    const auto size = fs::file_size(store.address().file + end, failed);
    if (!failed) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

std::optional<Figures::Disk> disk_of(const fs::path& home) {
  std::error_code failed;
  const auto space = fs::space(home, failed);
  if (failed) return std::nullopt;
  return Figures::Disk{.free_bytes = space.available, .bytes = space.capacity};
}

}  // namespace

Figures read_figures(const FigureSources& from) {
  Figures out;
  out.at = from.clock.now();
  out.version = from.version;
  out.started_at = from.started_at;
  out.health = from.health();
  out.process = if_read(os::own_usage());
  out.host = if_read(os::host_use());
  out.census = if_read(from.store.read([](db::Connection& db) { return store::take_census(db); }));
  out.database_bytes = bytes_of(from.store);
  out.disk = disk_of(from.home);
  out.scheduler_waiting = from.conductor.waiting();
  out.event_streams = from.events.followers();
  out.http = from.http();
  out.workers = from.workers();
  out.pools = conductor::wait_for<std::vector<wire::Pool>>([&](auto answer) {
                from.conductor.pools(answer);
              }).value_or(std::vector<wire::Pool>{});
  out.waits = conductor::wait_for<sched::Waits>([&](auto answer) {
                from.conductor.waits(answer);
              }).value_or(sched::Waits{});
  out.services = from.services.list().value_or(std::vector<wire::Service>{});
  return out;
}

}  // namespace aiflow::service

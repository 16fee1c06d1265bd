// SPDX-License-Identifier: Apache-2.0
#include "executor/detail/said_hello.h"

#include <algorithm>

#include "executor/detail/assignment.h"

namespace aiflow::executor::detail {

WorkerOffer offer_of(const wire::Hello& hello) {
  WorkerOffer offer{.slots = static_cast<std::int32_t>(hello.slots)};
  if (hello.executors) offer.executors = *hello.executors;
  if (hello.queues) offer.queues = *hello.queues;
  if (hello.labels) offer.labels = *hello.labels;
  return offer;
}

std::vector<wire::WorkerPack> packs_of(const wire::Hello& hello) {
  std::vector<wire::WorkerPack> packs;
  for (const wire::HeldPack& pack : hello.packs.value_or(std::vector<wire::HeldPack>{})) {
    packs.push_back(
        {.name = pack.name, .version = pack.version, .digest = pack.digest, .size = pack.size});
  }
  return packs;
}

wire::Worker Assignment::describe(const Worker& worker) const {
  const WorkerId id{worker.hello.worker_id};
  const std::string here = worker.hello.slots == 0 ? "draining" : "connected";
  const std::string away = worker.shut_out.empty() ? "lost" : "revoked";
  const std::int64_t used = used_slots(id);
  return {.worker_id = id.value,
          .state = worker.connected ? here : away,
          .slots = worker.connected ? worker.slots : 0,
          // What it was given ahead does not run yet. Of one that drained before this start of the
          // server nobody knows how many slots it had.
          .running = worker.slots == 0 ? used : std::min(used, worker.slots),
          .pid = worker.hello.pid,
          .version = worker.hello.version,
          .last_seen = worker.last_seen,
          .executors = worker.offer.executors,
          .queues = worker.offer.queues,
          .labels = worker.offer.labels,
          .host = worker.hello.host.value_or(""),
          .cordoned = cordoned_.contains(id),
          .cpus = worker.hello.cpus,
          .load = worker.machine.load,
          .cpu_used = worker.machine.cpu_used,
          .memory_bytes = worker.machine.memory_bytes,
          .memory_used_bytes = worker.machine.memory_used_bytes,
          .packs = packs_of(worker.hello)};
}

}  // namespace aiflow::executor::detail

// SPDX-License-Identifier: Apache-2.0
#include "executor/detail/said_hello.h"

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

}  // namespace aiflow::executor::detail

// SPDX-License-Identifier: Apache-2.0
// What a worker has said of itself, in the words of the scheduler and of the API.
#pragma once

#include <vector>

#include "base/placement.h"
#include "wire/engine.h"
#include "wire/worker.h"

namespace aiflow::executor::detail {

[[nodiscard]] WorkerOffer offer_of(const wire::Hello& hello);
[[nodiscard]] std::vector<wire::WorkerPack> packs_of(const wire::Hello& hello);

}  // namespace aiflow::executor::detail

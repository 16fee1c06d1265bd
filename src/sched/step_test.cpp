// SPDX-License-Identifier: Apache-2.0
#include "sched/step.h"

#include <doctest/doctest.h>

namespace aiflow::sched {
namespace {
TEST_CASE("an empty state does nothing") {
  State state;
  CHECK(step(state, {}, {}).empty());
}
}  // namespace
}  // namespace aiflow::sched

// SPDX-License-Identifier: Apache-2.0
#include "sched/planted_bug.h"

#ifdef AIFLOW_PLANTED_BUGS
namespace aiflow::sched::detail {
namespace {
thread_local PlantedBug active_bug = PlantedBug::none;
}
bool planted(PlantedBug bug) { return bug == active_bug; }
void plant(PlantedBug bug) { active_bug = bug; }
}  // namespace aiflow::sched::detail
#endif

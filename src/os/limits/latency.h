// SPDX-License-Identifier: Apache-2.0
// How soon a thread runs once it has something to do.
#pragma once

namespace aiflow::os {

/// Asks the kernel to let the calling thread run as soon as it is woken, for threads that work for
/// some microseconds and wait again: a short slice lets it preempt a busy process of the same
/// priority (EEVDF, Linux 6.12 and later; man sched_setattr, sched_runtime of SCHED_OTHER). Its
/// share of the CPU stays the same, no right is needed, threads and processes that it starts do
/// not inherit it. Without effect where the kernel does not know it, or under another scheduling
/// policy or a raised priority (nice below 0, which children would lose).
void prefer_low_latency();

}  // namespace aiflow::os

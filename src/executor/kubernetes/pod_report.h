// SPDX-License-Identifier: Apache-2.0
// What is reported of a pod's end besides its outcome: times, XComs, a Python task's own words.
// Pure.
#pragma once

#include "executor/kubernetes/pod_log.h"
#include "executor/kubernetes/pod_outcome.h"
#include "executor/kubernetes/pod_plan.h"
#include "wire/worker.h"

namespace aiflow::executor {

struct PodSpan {
  WallTime from;  ///< the attempt's start
  WallTime now;
};
/// When the attempt has ended: never before its start nor after now. The API's times are whole
/// seconds: of a container that ended in the second of its start the end is that second's.
[[nodiscard]] WallTime end_of(const PodVerdict& verdict, const PodSpan& span);

/// The return value of a pod or a bash task that has succeeded. It fails when there is one that is
/// no JSON, is longer than 48 KiB, or was not heard.
void add_xcom(const PodTerms& terms, const PodVerdict& verdict, const PodOutput& output,
              wire::Finished& report);
/// What a Python task said of its end counts, unless it was killed before it could.
void add_result(const PodOutput& output, wire::Finished& report);
/// The pod's end becomes what the task waited for: it goes on as Python code, on a worker.
void tell_worker(wire::Finished& report);

}  // namespace aiflow::executor

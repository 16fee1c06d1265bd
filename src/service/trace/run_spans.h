// SPDX-License-Identifier: Apache-2.0
// A DAG run as a trace: the run is the root, below it each try of a task, and below that how long
// it waited for a place (scheduled) and for a worker (queued), and ran. Ids are made of names, so
// that a task can be told its span before anything is known of the trace's end, and a restart
// changes none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/trace/otlp.h"
#include "store/keys.h"
#include "store/run_store.h"
#include "wire/engine.h"
#include "wire/worker.h"

namespace aiflow::service {

class TraceIds {
 public:
  /// `site` - tells apart servers that have runs of the same names.
  explicit TraceIds(std::string site) : site_(std::move(site)) {}

  [[nodiscard]] std::string trace(const store::RunKey& run) const;
  /// A run that was cleared starts again, and then it has another root.
  [[nodiscard]] std::string root(const store::RunKey& run, std::optional<WallTime> started) const;
  /// `part` - "try", or one of its children: scheduled, queued, running.
  [[nodiscard]] std::string attempt(const store::TaskKey& task, std::int64_t try_number,
                                    std::string_view part) const;
  /// W3C Trace Context of the span of running, for the environment of a task.
  [[nodiscard]] std::string traceparent(const wire::Job& job) const;

 private:
  [[nodiscard]] std::string hash(std::string_view kind, const std::vector<std::string>& names,
                                 std::size_t digits) const;
  const std::string site_;
};

/// Whether a committed change says that a run, or a try of a task, has ended.
[[nodiscard]] bool is_traced_end(const wire::StreamEvent& event);
/// How many spans such a change makes.
[[nodiscard]] std::int64_t span_count(const wire::StreamEvent& event);

/// The spans of an end. `run` is the run it belongs to. Nothing when the event's data is no such
/// object.
[[nodiscard]] std::vector<Span> spans_of(const TraceIds& ids, const store::RunRow& run,
                                         const wire::StreamEvent& event);

}  // namespace aiflow::service

// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/detail/pod_logs.h"

#include <utility>

namespace aiflow::executor::detail {
namespace {

/// Streams at a time; the others' logs come when these end.
constexpr int kOpenMax = 200;
constexpr int kNotYet = 400;  ///< the container is not there yet, as the node sees it
constexpr int kFailuresMax = 20;
constexpr auto kPause = std::chrono::milliseconds(500);
/// A stream can end by itself while the container runs (nodes limit them); it is begun again then.
constexpr auto kQuiet = std::chrono::seconds(5);

Result<json::Value> value_of(const PodLog& log) {
  if (log.is_last_line_cut()) {
    return fail(ErrorCode::invalid_argument,
                "the last line of output is longer than 49152 bytes, so it is not kept as the "
                "return value");
  }
  auto value = json::parse(log.last_line());
  return value ? *std::move(value) : json::Value(log.last_line());
}

}  // namespace

PodLogs::PodLogs(const Clock& clock, os::EventLoop& loop, kubernetes::Client& client, Hooks hooks)
    : clock_(clock), loop_(loop), client_(client), hooks_(std::move(hooks)) {}

PodLogs::~PodLogs() {
  while (!readings_.empty()) stop(readings_.begin()->first);
}

void PodLogs::read(const PodName& pod, const PodTerms& terms, const Attempt& attempt,
                   const std::string& mark) {
  readings_[pod] = std::make_unique<Reading>(Reading{.terms = terms,
                                                     .log = PodLog(clock_, hooks_.file(attempt)),
                                                     .mark = mark.empty() ? pod.name : mark});
  waiting_.push_back(pod);
  open_some();
}

void PodLogs::open_some() {
  while (open_count_ < kOpenMax && !waiting_.empty()) {
    const PodName pod = waiting_.front();
    waiting_.pop_front();
    const auto found = readings_.find(pod);
    if (found == readings_.end() || found->second->is_open) continue;
    found->second->is_open = true;
    ++open_count_;
    open(pod, *found->second);
  }
}

void PodLogs::open(const PodName& pod, Reading& reading) {
  reading.log.begin(reading.mark);
  kubernetes::Request request{.path = "/api/v1/namespaces/" + pod.space + "/pods/" + pod.name +
                                      "/log?container=" + reading.terms.base + "&timestamps=true"};
  if (!reading.is_last) {
    request.path += "&follow=true";
    request.timeout = Duration{0};
  }
  reading.request = client_.stream(
      std::move(request),
      [this, pod](std::string_view bytes) { readings_.at(pod)->log.feed(bytes); },
      [this, pod](kubernetes::Response response) { on_end(pod, response); });
}

void PodLogs::on_end(const PodName& pod, const kubernetes::Response& response) {
  Reading& reading = *readings_.at(pod);
  if (response.ok()) {
    reading.failures = 0;
    if (reading.is_last) return close(pod);
    reading.has_paused = true;
    return again(pod, reading, kQuiet);
  }
  const bool may_come = response.is_passing() || response.status == kNotYet;
  if (may_come && ++reading.failures < kFailuresMax) {
    return again(pod, reading, response.retry_after.value_or(kPause));
  }
  reading.log.note("the log cannot be read: " + response.trouble);
  close(pod);
}

void PodLogs::again(const PodName& pod, Reading& reading, Duration pause) {
  reading.timer = loop_.after(pause, [this, pod] {
    Reading& waiting = *readings_.at(pod);
    waiting.has_paused = false;
    open(pod, waiting);
  });
}

void PodLogs::finish(const PodName& pod) {
  const auto found = readings_.find(pod);
  if (found == readings_.end()) return;
  Reading& reading = *found->second;
  reading.is_last = true;
  if (!reading.has_paused) return;
  loop_.cancel(reading.timer);
  reading.timer = loop_.after(Duration{0}, [this, pod] { close(pod); });
}

void PodLogs::close(const PodName& pod) {
  const auto reading = std::move(readings_.at(pod));
  readings_.erase(pod);
  --open_count_;
  reading->log.end();
  PodOutput output{.result = reading->log.result()};
  if (reading->terms.xcom_of_log && !reading->log.last_line().empty()) {
    output.last_line = value_of(reading->log);
  }
  hooks_.ended(pod, output);
  open_some();
}

void PodLogs::stop(const PodName& pod) {
  const auto found = readings_.find(pod);
  if (found == readings_.end()) return;
  client_.cancel(found->second->request);
  loop_.cancel(found->second->timer);
  found->second->log.end();
  if (found->second->is_open) --open_count_;
  readings_.erase(found);
}

void PodLogs::note(const PodName& pod, const Attempt& attempt, const std::string& text) {
  const auto found = readings_.find(pod);
  if (found != readings_.end()) return found->second->log.note(text);
  PodLog(clock_, hooks_.file(attempt)).note(text);
}

}  // namespace aiflow::executor::detail

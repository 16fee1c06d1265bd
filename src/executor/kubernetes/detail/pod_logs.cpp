// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/detail/pod_logs.h"

#include <algorithm>
#include <utility>

#include "net/url.h"

namespace aiflow::executor::detail {
namespace {

/// Streams at a time; the others' logs come when these end.
constexpr int kOpenMax = 200;
/// Of these, services may have so many, whose streams do not end: the results of pods come by
/// theirs.
constexpr int kOpenServicesMax = 100;
constexpr int kNotYet = 400;  ///< the container is not there yet, as the node sees it
constexpr int kFailuresMax = 20;
/// More than an XCom may have.
constexpr std::size_t kXComBytesMax = 64U << 10;
constexpr auto kPause = std::chrono::milliseconds(500);
constexpr auto kLongPause = std::chrono::seconds(10);
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
  readings_[pod] = std::make_unique<Reading>(
      Reading{.terms = terms,
              .log = PodLog(clock_, hooks_.file(attempt), LogMask(terms.masks)),
              .mark = mark.empty() ? pod.name : mark,
              .is_service = !mark.empty()});
  waiting_.push_back(pod);
  open_some();
}

void PodLogs::open_some() {
  for (auto next = waiting_.begin(); next != waiting_.end() && open_count_ < kOpenMax;) {
    const auto found = readings_.find(*next);
    const bool is_over = found == readings_.end() || found->second->is_open;
    const bool has_no_share =
        !is_over && found->second->is_service && open_services_ >= kOpenServicesMax;
    if (has_no_share) {
      ++next;
      continue;
    }
    next = waiting_.erase(next);
    if (is_over) continue;
    found->second->is_open = true;
    ++open_count_;
    if (found->second->is_service) ++open_services_;
    open(found->first, *found->second);
  }
}

void PodLogs::open(const PodName& pod, Reading& reading) {
  std::string query = "container=" + reading.terms.base + "&timestamps=true" +
                      (reading.is_last ? "" : "&follow=true");
  if (reading.is_service) {
    const auto since = reading.log.go_on(reading.mark);
    // By the second, as the API takes it; what it brings again is left out.
    if (since)
      query += "&sinceTime=" + net::percent_encode(format_time(*since).substr(0, 19) + "Z");
  } else {
    reading.log.begin(reading.mark);
  }
  stream(pod, reading, query);
}

void PodLogs::let_go(const Reading& reading) {
  if (!reading.is_open) return;
  --open_count_;
  if (reading.is_service) --open_services_;
}

void PodLogs::stream(const PodName& pod, Reading& reading, const std::string& query) {
  kubernetes::Request request{.path = "/api/v1/namespaces/" + pod.space + "/pods/" + pod.name +
                                      "/log?" + query};
  if (query.contains("follow=true")) request.timeout = Duration{0};
  const auto take = [this, pod](std::string_view bytes) {
    Reading& to = *readings_.at(pod);
    if (!to.xcom) return to.log.feed(bytes);
    to.xcom->append(bytes.substr(0, kXComBytesMax - std::min(to.xcom->size(), kXComBytesMax)));
  };
  reading.request =
      client_.stream(std::move(request), take,
                     [this, pod](kubernetes::Response response) { on_end(pod, response); });
}

/// The container beside the base one ends when that has ended, and tells its file.
void PodLogs::open_xcom(const PodName& pod, Reading& reading) {
  reading.xcom.emplace();
  stream(pod, reading, std::string("container=") + kXComContainer + "&follow=true");
}

void PodLogs::on_end(const PodName& pod, const kubernetes::Response& response) {
  Reading& reading = *readings_.at(pod);
  if (response.ok()) {
    reading.failures = 0;
    if (reading.xcom) return close(pod);
    if (reading.is_last) return complete(pod);
    reading.has_paused = true;
    return again(pod, reading, kQuiet);
  }
  const bool may_come = response.is_passing() || response.status == kNotYet;
  ++reading.failures;
  if (may_come && (reading.is_service || reading.failures < kFailuresMax)) {
    // A service outlives any outage, and nobody waits for its last line.
    const Duration pause =
        reading.failures < kFailuresMax ? Duration{kPause} : Duration{kLongPause};
    return again(pod, reading, response.retry_after.value_or(pause));
  }
  reading.log.note("the log cannot be read: " + response.trouble);
  reading.xcom.reset();
  close(pod);
}

void PodLogs::again(const PodName& pod, Reading& reading, Duration pause) {
  reading.timer = loop_.after(pause, [this, pod] {
    Reading& waiting = *readings_.at(pod);
    waiting.has_paused = false;
    waiting.xcom ? open_xcom(pod, waiting) : open(pod, waiting);
  });
}

void PodLogs::finish(const PodName& pod) {
  const auto found = readings_.find(pod);
  if (found == readings_.end()) return;
  Reading& reading = *found->second;
  reading.is_last = true;
  if (!reading.has_paused) return;
  loop_.cancel(reading.timer);
  reading.timer = loop_.after(Duration{0}, [this, pod] { complete(pod); });
}

/// The base container's log is.
void PodLogs::complete(const PodName& pod) {
  Reading& reading = *readings_.at(pod);
  reading.has_paused = false;
  reading.terms.has_xcom_reader ? open_xcom(pod, reading) : close(pod);
}

void PodLogs::close(const PodName& pod) {
  const auto reading = std::move(readings_.at(pod));
  readings_.erase(pod);
  let_go(*reading);
  reading->log.end();
  PodOutput output{.result = reading->log.result(), .xcom = std::move(reading->xcom)};
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
  let_go(*found->second);
  readings_.erase(found);
}

void PodLogs::note(const PodName& pod, const Attempt& attempt, const std::string& text) {
  const auto found = readings_.find(pod);
  if (found != readings_.end()) return found->second->log.note(text);
  PodLog(clock_, hooks_.file(attempt)).note(text);
}

}  // namespace aiflow::executor::detail

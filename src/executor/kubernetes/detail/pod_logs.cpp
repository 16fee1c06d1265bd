// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/detail/pod_logs.h"

#include <algorithm>
#include <utility>

#include "net/url.h"

namespace aiflow::executor::detail {
namespace {

/// Streams at a time; the others' logs come when these end.
constexpr int kOpenMax = 200;
/// Logs whose containers have ended may have so many more: they are short, and ends wait for them.
constexpr int kOpenLastMax = 50;
/// Of these, services may have so many, whose streams do not end: the results of pods come by
/// theirs.
constexpr int kOpenServicesMax = 100;
/// So many logs are followed from their first line; beyond these, those of pods that have run for a
/// while. Each stream costs the API much, and a short pod's log is read at its end anyway.
constexpr int kFollowAtOnce = 32;
constexpr int kNotYet = 400;  ///< the container is not there yet, as the node sees it
constexpr int kFailuresMax = 20;
/// More than an XCom may have.
constexpr std::size_t kXComBytesMax = 64U << 10;
/// Of an init container that has failed; so much is asked for, of which the end is written.
constexpr const char* kEndOfInit = "&tailLines=1000&limitBytes=1048576";
constexpr std::size_t kInitAskedMax = 1U << 20;
constexpr std::size_t kInitBytesMax = 64U << 10;
constexpr auto kPause = std::chrono::milliseconds(500);
constexpr auto kLongPause = std::chrono::seconds(10);
/// A stream can end by itself while the container runs (nodes limit them); it is begun again then.
constexpr auto kQuiet = std::chrono::seconds(5);
/// What brings nothing for so long may have nothing more, or may never end by itself.
constexpr Duration kStill = std::chrono::milliseconds(40);
/// Of a pod that is gone there is the stream alone. A node ends it a second after the container.
constexpr Duration kGoneStill = std::chrono::milliseconds(1500);

std::string path_of(const PodName& pod) {
  return "/api/v1/namespaces/" + pod.space + "/pods/" + pod.name + "/log?";
}

std::string since_of(WallTime time) {
  return "&sinceTime=" + net::percent_encode(format_time(time).substr(0, 19) + "Z");
}

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
  Reading& reading = *readings_.at(pod);
  reading.follow_at = clock_.steady_now() + hooks_.follow_later;
  waiting_.push_back(pod);
  open_some();
  if (!reading.is_open) reading.timer = loop_.after(hooks_.follow_later, [this] { open_some(); });
}

/// Beside the streams that are followed: it is short, and an end waits for it.
void PodLogs::read_end(const PodName& pod, const PodTerms& terms, const Attempt& attempt,
                       const std::string& init_container) {
  auto reading = std::make_unique<Reading>(
      Reading{.terms = terms,
              .log = PodLog(clock_, hooks_.file(attempt), LogMask(terms.masks)),
              .mark = pod.name + ", init container '" + init_container + "'",
              .init_container = init_container});
  reading->is_open = true;
  ++open_count_;
  open(pod, *(readings_[pod] = std::move(reading)));
}

void PodLogs::open_some() {
  for (auto next = waiting_.begin();
       next != waiting_.end() && open_count_ < kOpenMax + kOpenLastMax;) {
    const auto found = readings_.find(*next);
    const bool is_over = found == readings_.end() || found->second->is_open;
    if (!is_over && !may_open(*found->second)) {
      ++next;
      continue;
    }
    next = waiting_.erase(next);
    if (is_over) continue;
    loop_.cancel(found->second->timer);
    found->second->is_open = true;
    ++open_count_;
    if (found->second->is_service) ++open_services_;
    open(found->first, *found->second);
  }
}

bool PodLogs::may_open(const Reading& reading) const {
  if (reading.is_service && open_services_ >= kOpenServicesMax) return false;
  if (reading.is_last) return true;
  const bool is_long = reading.is_service || clock_.steady_now() >= reading.follow_at;
  return open_count_ < (is_long ? kOpenMax : kFollowAtOnce);
}

void PodLogs::open(const PodName& pod, Reading& reading) {
  if (!reading.init_container.empty()) {
    reading.init_end.clear();
    return stream(pod, reading,
                  "container=" + reading.init_container + "&timestamps=true" + kEndOfInit);
  }
  std::string query = "container=" + reading.terms.base + "&timestamps=true" +
                      (reading.is_last ? "" : "&follow=true");
  if (reading.is_service) {
    const auto since = reading.log.go_on(reading.mark);
    // What it brings again is left out.
    if (since) query += since_of(*since);
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
  kubernetes::Request request{.path = path_of(pod) + query};
  reading.is_following = query.contains("follow=true");
  if (reading.is_following) request.timeout = Duration{0};
  reading.heard_at = clock_.steady_now();
  reading.reach.reset();
  reading.request = client_.stream(
      std::move(request), [this, pod](std::string_view bytes) { on_data(pod, bytes); },
      [this, pod](const kubernetes::Response& response) { on_end(pod, response); });
}

void PodLogs::on_data(const PodName& pod, std::string_view bytes) {
  Reading& to = *readings_.at(pod);
  to.heard_at = clock_.steady_now();
  if (to.xcom) {
    to.xcom->append(bytes.substr(0, kXComBytesMax - std::min(to.xcom->size(), kXComBytesMax)));
    return;
  }
  if (!to.init_container.empty()) {
    to.init_end += bytes.substr(0, kInitAskedMax - std::min(to.init_end.size(), kInitAskedMax));
    return;
  }
  if (to.rest != 0) {
    // It was not still yet.
    client_.cancel(std::exchange(to.rest, 0));
    ask_when_still(pod, to);
  }
  to.log.feed(bytes);
}

void PodLogs::ask_when_still(const PodName& pod, Reading& reading, Duration pause) {
  loop_.cancel(reading.timer);
  reading.timer = loop_.after(std::max(till_still(reading), pause), [this, pod] {
    Reading& one = *readings_.at(pod);
    till_still(one) > Duration{0} ? ask_when_still(pod, one) : ask_for_rest(pod, one);
  });
}

Duration PodLogs::till_still(const Reading& reading) const {
  return std::max(reading.heard_at + kStill - clock_.steady_now(), Duration{0});
}

void PodLogs::ask_for_rest(const PodName& pod, Reading& reading) {
  std::string query = "container=" + reading.terms.base + "&timestamps=true";
  if (const auto since = reading.log.rest_since()) query += since_of(*since);
  reading.reach = reading.log.reach();
  const auto take = [this, pod](std::string_view bytes) {
    Reading& to = *readings_.at(pod);
    replace_stream(to);
    to.log.feed(bytes);
  };
  reading.rest = client_.stream(
      {.path = path_of(pod) + query}, take,
      [this, pod](const kubernetes::Response& response) { on_rest_end(pod, response); });
}

void PodLogs::replace_stream(Reading& reading) {
  if (reading.rest == 0) return;
  client_.cancel(reading.request);
  reading.request = std::exchange(reading.rest, 0);
  reading.is_following = false;
  reading.log.begin_rest();
}

void PodLogs::on_rest_end(const PodName& pod, const kubernetes::Response& response) {
  Reading& reading = *readings_.at(pod);
  if (reading.rest == 0) return on_end(pod, response);
  reading.rest = 0;
  if (response.ok()) {
    client_.cancel(reading.request);
    return complete(pod);
  }
  if (response.is_passing() || response.status == kNotYet) {
    return ask_when_still(pod, reading, response.retry_after.value_or(kPause));
  }
  if (!reading.is_following) return complete(pod);
  // The pod is gone: what it had to say may be on its way still.
  const Duration left = reading.heard_at + kGoneStill - clock_.steady_now();
  reading.timer = loop_.after(std::max(left, Duration{0}), [this, pod, why = response.trouble] {
    Reading& one = *readings_.at(pod);
    if (clock_.steady_now() - one.heard_at < kGoneStill) return ask_when_still(pod, one);
    client_.cancel(one.request);
    one.log.note("the log may lack its end: " + why);
    complete(pod);
  });
}

/// A stream of it has ended after its container.
void PodLogs::check_end(const PodName& pod, Reading& reading) {
  reading.is_following = false;
  const bool is_all = reading.reach == reading.log.reach() || reading.log.is_inside_line();
  if (is_all) return complete(pod);
  reading.heard_at = clock_.steady_now();
  ask_when_still(pod, reading);
}

/// The container beside the base one ends when that has ended, and tells its file.
void PodLogs::open_xcom(const PodName& pod, Reading& reading) {
  reading.xcom.emplace();
  stream(pod, reading, std::string("container=") + kXComContainer + "&follow=true");
}

void PodLogs::on_end(const PodName& pod, const kubernetes::Response& response) {
  Reading& reading = *readings_.at(pod);
  client_.cancel(std::exchange(reading.rest, 0));
  loop_.cancel(reading.timer);
  if (response.ok()) {
    reading.failures = 0;
    if (!reading.init_container.empty()) {
      write_end(reading);
      return close(pod);
    }
    if (reading.xcom) return close(pod);
    if (reading.is_last) return check_end(pod, reading);
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

void PodLogs::write_end(Reading& reading) {
  std::string_view end = reading.init_end;
  if (end.size() > kInitBytesMax) {
    end.remove_prefix(end.size() - kInitBytesMax);
    end.remove_prefix(std::min(end.find('\n'), end.size() - 1) + 1);
  }
  reading.log.begin(reading.mark);
  reading.log.feed(end);
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
  if (std::exchange(reading.is_last, true)) return;
  if (!reading.is_open) return open_some();
  if (reading.has_paused) {
    // Mostly its stream has ended since the container has; it can have been cut short as well.
    reading.has_paused = false;
    loop_.cancel(reading.timer);
    reading.is_following = false;
    return ask_when_still(pod, reading);
  }
  if (reading.is_following) ask_when_still(pod, reading);
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
  if (!reading->init_container.empty()) {
    // What it says is no result of the task.
    hooks_.ended(pod, {});
    return open_some();
  }
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
  client_.cancel(found->second->rest);
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

// SPDX-License-Identifier: Apache-2.0
#include "service/trace/run_tracer.h"

#include <algorithm>
#include <map>

#include "log/log.h"
#include "service/task_log.h"
#include "store/asset_store.h"

namespace aiflow::service {
namespace {

/// A run of very many events of assets shows the newest ones.
constexpr int kLinksMax = 100;
/// Of a collector's words, in the log.
constexpr std::size_t kReasonBytesMax = 200;

bool is_retryable(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

/// Spans of a request that the collector took as a whole but refused.
std::int64_t rejected_in(const std::string& body) {
  const auto answer = json::parse(body);
  if (!answer) return 0;
  const auto* part = answer->find("partialSuccess");
  const auto* count = part == nullptr ? nullptr : part->find("rejectedSpans");
  if (count == nullptr) return 0;
  // 64-bit numbers are text in the mapping; some send a number.
  if (count->is_int()) return count->as_int();
  return count->is_string() ? std::strtoll(count->as_string().c_str(), nullptr, 10) : 0;
}

/// What an answer that is no success says. A refusal's body is a google.rpc.Status by the
/// protocol.
std::string refusal(const CollectorAnswer& answer) {
  auto out = "it answers " + std::to_string(answer.status);
  const auto body = json::parse(answer.body);
  if (!body || !body->is_object()) return out;
  const auto why = json::get_string_or(*body, "message", "");
  std::size_t used = 0;
  if (why && !why->empty()) out += ": " + to_utf8(why->substr(0, kReasonBytesMax), false, used);
  return out;
}

store::RunKey run_of(const wire::StreamEvent& event) {
  const auto dag = json::get_string_or(event.data, "dag_id", "");
  const auto run = json::get_string_or(event.data, "dag_run_id", "");
  return {DagId{dag.value_or("")}, RunId{run.value_or("")}};
}

}  // namespace

void RunTracer::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void RunTracer::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void RunTracer::changes(const std::vector<wire::StreamEvent>& events) {
  for (const auto& event : events) {
    if (!is_traced_end(event)) continue;
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() >= parts_.limits.waiting) {
      parts_.count("dropped", span_count(event));
      continue;
    }
    waiting_.push_back(event);
    if (waiting_.size() == 1 || waiting_.size() == parts_.limits.batch) changed_.notify_one();
  }
}

void RunTracer::run(const std::stop_token& stop) {
  for (;;) {
    const auto events = take(stop);
    if (stop.stop_requested() && !end_) {
      end_ = Deadline::after(parts_.clock, parts_.limits.at_stop);
    }
    if (events.empty()) return;
    deliver(spans(events), stop);
  }
}

/// Nothing when the server stops and nothing waits.
RunTracer::Events RunTracer::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
  changed_.wait_for(lock, stop, parts_.limits.company,
                    [this] { return waiting_.size() >= parts_.limits.batch; });
  const auto count = std::min(waiting_.size(), parts_.limits.batch);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  Events out(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return out;
}

std::vector<Span> RunTracer::spans(const Events& events) {
  std::vector<Span> out;
  std::map<std::pair<std::string, std::string>, std::optional<store::RunRow>> runs;
  for (const auto& event : events) {
    const auto key = run_of(event);
    auto [known, is_new] = runs.try_emplace({key.dag_id.value, key.run_id.value});
    if (is_new) {
      auto found =
          parts_.store.read([&](db::Connection& db) { return store::RunStore(db).find_run(key); });
      if (found) known->second = *std::move(found);
    }
    // Deleted meanwhile, or the database is away.
    if (!known->second) {
      parts_.count("dropped", span_count(event));
      continue;
    }
    auto made = spans_of(parts_.ids, *known->second, event);
    if (event.kind == "dag_run" && !made.empty()) add_links(made.front(), *known->second);
    std::ranges::move(made, std::back_inserter(out));
  }
  return out;
}

/// To the runs whose tasks made the assets that started this one.
void RunTracer::add_links(Span& root, const store::RunRow& run) {
  if (run.run_type != RunType::asset_triggered) return;
  using Found = std::vector<std::pair<store::AssetEventRow, std::optional<WallTime>>>;
  const auto found = parts_.store.read([&](db::Connection& db) -> Result<Found> {
    AIFLOW_ASSIGN(auto events, store::AssetStore(db).consumed(run.key, kLinksMax));
    Found out;
    for (auto& event : events) {
      if (event.source.run_id.value.empty()) continue;  // somebody outside told of it
      AIFLOW_ASSIGN(const auto source, store::RunStore(db).find_run(event.source.run()));
      out.emplace_back(std::move(event), source ? source->start_date : std::nullopt);
    }
    return out;
  });
  for (const auto& [event, started] : found.value_or(Found{})) {
    const auto source = event.source.run();
    root.links.push_back({.trace_id = parts_.ids.trace(source),
                          .span_id = parts_.ids.root(source, started),
                          .attributes = {{"aiflow.asset.name", event.asset.value},
                                         {"cicd.pipeline.name", source.dag_id.value},
                                         {"cicd.pipeline.run.id", source.run_id.value},
                                         {"cicd.pipeline.task.name", event.source.task_id.value}}});
  }
}

void RunTracer::deliver(const std::vector<Span>& spans, const std::stop_token& stop) {
  if (spans.empty()) return;
  const auto count = static_cast<std::int64_t>(spans.size());
  const auto body = json::write(otlp_request(parts_.resource, parts_.version, spans));
  const auto give_up = Deadline::after(parts_.clock, parts_.limits.retry_for);
  Duration next = parts_.limits.first_pause;
  for (;;) {
    std::optional<Duration> asked;
    const bool is_last = end_.has_value();
    const auto sent = send_once(body, count, stop, asked);
    if (sent == Sent::done) return;
    const bool is_over =
        sent == Sent::refused || is_last || give_up.passed(parts_.clock.steady_now());
    if (is_over) return parts_.count("dropped", count);
    pause(std::min(asked.value_or(next), parts_.limits.longest_pause), stop);
    next = std::min(next * 2, parts_.limits.longest_pause);
    if (stop.stop_requested() && !end_) {
      end_ = Deadline::after(parts_.clock, parts_.limits.at_stop);
    }
  }
}

RunTracer::Sent RunTracer::send_once(const std::string& body, std::int64_t count,
                                     const std::stop_token& stop, std::optional<Duration>& pause) {
  // The last words have a deadline of their own, and no stop: it is requested already.
  const auto deadline = end_ ? *end_ : Deadline::after(parts_.clock, parts_.limits.answer);
  const auto answer = parts_.send(body, deadline, end_ ? std::stop_token() : stop);
  if (!answer) {
    note_failure(answer.error().message);
    return Sent::again;
  }
  if (answer->status >= 200 && answer->status < 300) {
    const auto rejected = std::clamp<std::int64_t>(rejected_in(answer->body), 0, count);
    if (rejected > 0) {
      log::warn("the collector refused spans", {{"count", rejected}, {"answer", answer->body}});
    }
    parts_.count("rejected", rejected);
    parts_.count("exported", count - rejected);
    if (has_failed_) log::info("the collector takes traces again");
    has_failed_ = false;
    return Sent::done;
  }
  note_failure(refusal(*answer));
  pause = answer->retry_after;
  return is_retryable(answer->status) ? Sent::again : Sent::refused;
}

/// Told once, until it works again.
void RunTracer::note_failure(const std::string& why) {
  if (!has_failed_) log::warn("traces do not reach the collector", {{"error", why}});
  has_failed_ = true;
}

void RunTracer::pause(Duration time, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace aiflow::service

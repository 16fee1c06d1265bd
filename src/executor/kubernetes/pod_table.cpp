// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/pod_table.h"

#include <algorithm>
#include <utility>

#include "executor/kubernetes/pod_report.h"
#include "log/log.h"

namespace aiflow::executor {
namespace {

constexpr int kCreatesMax = 16;
constexpr int kConflict = 409;
constexpr int kForbidden = 403;
constexpr auto kOrphanGrace = std::chrono::seconds(10);
constexpr Duration kTimeLimitGrace = std::chrono::seconds(10);
constexpr std::size_t kWarnedMax = 1000;

constexpr std::size_t kWaitBytesMax = 500;
constexpr int kWaitsNotedMax = 20;

/// At the end of a character.
void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  const auto is_inside = [&](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  while (bytes_max > 0 && is_inside(text[bytes_max])) --bytes_max;
  text.resize(bytes_max);
  text += "…";
}

bool keeps(const PodTerms& terms, bool has_failed) {
  return terms.keep == KeepPods::all || (terms.keep == KeepPods::failed && has_failed);
}

}  // namespace

PodTable::PodTable(const Clock& clock, PodTableOptions options, PodOutlet& outlet)
    : clock_(clock),
      options_(std::move(options)),
      outlet_(outlet),
      next_seq_(clock.now().time_since_epoch().count()),
      backoff_(options_.pause_first, options_.pause_last,
               static_cast<std::uint64_t>(clock.steady_now().time_since_epoch().count())) {}

PodTable::Id PodTable::id_of(const Attempt& attempt) {
  return {attempt.key.dag_id, attempt.key.run_id, attempt.key.task_id, attempt.key.map_index,
          attempt.epoch};
}

PodTable::Entry* PodTable::find(const PodName& pod) {
  const auto found = pods_.find(pod);
  return found == pods_.end() ? nullptr : &entries_.at(found->second);
}

std::int64_t PodTable::active_count() const {
  return std::ranges::count_if(entries_,
                               [](const auto& one) { return one.second.phase < Phase::ended; });
}

// --- from the conductor ------------------------------------------------------------------------

void PodTable::reconcile(const std::vector<Held>& running) {
  for (const Held& held : running) {
    Entry& entry = entries_[id_of(held.attempt)];
    entry.attempt = held.attempt;
    entry.phase = Phase::there;
    entry.is_begun = true;
    entry.since = SteadyTime::min();
    entry.begun_wall = clock_.now();
  }
}

void PodTable::release(const Attempt& attempt) {
  const auto found = entries_.find(id_of(attempt));
  if (found != entries_.end()) forget(found->second);
}

void PodTable::submit(const Job& job) {
  const Attempt attempt = attempt_of(job);
  const auto [place, is_new] = entries_.try_emplace(id_of(attempt));
  if (!is_new) return;
  place->second.attempt = attempt;
  outlet_.plan(job);
}

void PodTable::planned(const Attempt& attempt, Result<PodPlan> plan) {
  const auto found = entries_.find(id_of(attempt));
  if (found == entries_.end()) return;  // cancelled meanwhile
  Entry& entry = found->second;
  if (entry.phase == Phase::there) {
    // Made before a restart, maybe without what it needs to run.
    if (plan && plan->dag_files && !entry.is_begun) outlet_.deliver(entry.last, *plan);
    return;
  }
  if (entry.phase != Phase::waiting) return;
  if (!plan) {
    entry.log = Log::done;
    entry.is_gone = true;
    return conclude(entry, {.cause = "no pod can be made of it: " + plan.error().message});
  }
  entry.pod = plan->pod;
  entry.terms = plan->terms;
  entry.plan = *std::move(plan);
  pods_[entry.pod] = found->first;
  waiting_.push_back(found->first);
  pump();
}

void PodTable::cancel(const CancelRequest& request) {
  const auto found = entries_.find(id_of(request.attempt));
  if (found == entries_.end() || found->second.phase == Phase::waiting) {
    if (found != entries_.end()) {
      const Entry& entry = found->second;
      if (entry.is_asked) outlet_.remove_if_made(entry.pod, entry.attempt, request.grace);
      forget(found->second);
    }
    return outlet_.report(Gone{request.attempt});
  }
  Entry& entry = found->second;
  if (entry.phase < Phase::ended) {
    end(entry, {.cause = request.reason}, entry.terms.grace.value_or(request.grace));
  }
}

void PodTable::acknowledge(const Receipt& receipt) {
  const auto found = unacknowledged_.find(receipt.seq);
  if (found == unacknowledged_.end()) return;
  Entry& entry = entries_.at(found->second);
  unacknowledged_.erase(found);
  entry.is_stored = true;
  settle(entry);
}

// --- creating ----------------------------------------------------------------------------------

void PodTable::pump() {
  if (!is_listed_ || clock_.steady_now() < hold_until_) return;
  while (!waiting_.empty() && creating_ < window_) {
    const auto found = entries_.find(waiting_.front());
    waiting_.pop_front();
    if (found == entries_.end() || found->second.phase != Phase::waiting) continue;
    Entry& entry = found->second;
    entry.phase = Phase::creating;
    entry.is_asked = true;
    ++creating_;
    outlet_.create(*entry.plan, entry.attempt);
  }
}

void PodTable::created(const PodName& pod, const kubernetes::Response& response,
                       const std::optional<kubernetes::Pod>& existing) {
  --creating_;
  const bool is_quota = response.status == kForbidden && response.trouble.contains("quota");
  if (response.is_passing() || is_quota) {
    window_ = 1;
    hold_until_ = clock_.steady_now() + backoff_.failed(response.retry_after);
  } else {
    window_ = std::min(window_ * 2, kCreatesMax);
    backoff_.succeeded();
  }
  Entry* entry = find(pod);
  if (entry == nullptr || entry->phase != Phase::creating) return pump();
  if (existing) {
    const auto note = read_note(*existing);
    const bool is_ours = note && id_of(note->attempt) == id_of(entry->attempt);
    if (is_ours) {
      adopt(*entry, *existing, note->terms);
      look_at(*entry);
    } else {
      refuse(*entry, {.status = kConflict,
                      .body = {},
                      .retry_after = {},
                      .trouble = "a pod of that name is there, which is not of this attempt"});
    }
  } else if (response.is_passing() || is_quota || response.status == kConflict) {
    // Nobody knows whether a create without an answer was carried out: asked again it is a
    // conflict.
    entry->phase = Phase::waiting;
    waiting_.push_front(id_of(entry->attempt));
    if (entry->ending) {
      outlet_.remove_if_made(pod, entry->attempt, entry->ending_grace);
      entry->is_gone = true;
      conclude(*entry, *entry->ending);
    }
  } else {
    refuse(*entry, response);
  }
  pump();
}

void PodTable::refuse(Entry& entry, const kubernetes::Response& response) {
  entry.log = Log::done;
  entry.is_gone = true;
  conclude(entry, {.cause = "the cluster takes no such pod: " + response.trouble});
}

// --- from the cluster --------------------------------------------------------------------------

void PodTable::adopt(Entry& entry, const kubernetes::Pod& pod, const PodTerms& terms) {
  const PodName name{pod.space, pod.name};
  const bool is_being_made = entry.phase == Phase::waiting || entry.phase == Phase::creating;
  const bool was_unknown = is_being_made || entry.pod.name.empty();
  entry.pod = name;
  if (is_being_made) {
    entry.phase = Phase::there;
    entry.since = clock_.steady_now();
    entry.begun_wall = clock_.now();
    outlet_.note(entry.pod, entry.attempt, "pod " + pod.space + "/" + pod.name + " is made");
    if (entry.plan && entry.plan->dag_files) outlet_.deliver(pod, *entry.plan);
  }
  if (entry.ending && was_unknown) outlet_.remove(name, entry.ending_grace);
  entry.is_gone = false;
  entry.terms = terms;
  entry.plan.reset();
  entry.last = pod;
  pods_[name] = id_of(entry.attempt);
}

void PodTable::listed(const std::vector<kubernetes::Pod>& pods, SteadyTime asked_at) {
  std::set<PodName> there;
  for (const kubernetes::Pod& pod : pods) {
    there.insert({pod.space, pod.name});
    changed(pod);
  }
  is_listed_ = true;
  std::vector<Id> missing;
  for (const auto& [id, entry] : entries_) {
    // One that was made after the list was asked for need not be in it.
    const bool should_be = entry.phase >= Phase::there && !entry.is_gone && entry.since < asked_at;
    if (should_be && !there.contains(entry.pod)) missing.push_back(id);
  }
  for (const Id& id : missing) lose(entries_.at(id));
  pump();
}

void PodTable::changed(const kubernetes::Pod& pod) {
  const auto note = read_note(pod);
  if (!note) {
    if (warned_.size() < kWarnedMax && warned_.insert(pod.uid).second) {
      log::warn("a pod is left alone: its annotation cannot be read",
                {{"pod", pod.name}, {"reason", note.error()}});
    }
    return;
  }
  const auto found = entries_.find(id_of(note->attempt));
  if (found == entries_.end()) return on_orphan(pod, *note);
  adopt(found->second, pod, note->terms);
  look_at(found->second);
}

void PodTable::on_orphan(const kubernetes::Pod& pod, const PodOwnerNote& note) {
  if (pod.is_deleting) return;
  const PodName name{pod.space, pod.name};
  const bool is_kept = pod.is_over() && keeps(note.terms, pod.phase == "Failed");
  log::info("a pod that belongs to no running attempt",
            {{"pod", pod.name}, {"task", note.attempt.key.task_id}, {"kept", is_kept}});
  is_kept ? outlet_.mark_done(name) : outlet_.remove(name, kOrphanGrace);
}

void PodTable::gone(const kubernetes::Pod& pod) {
  Entry* entry = find({pod.space, pod.name});
  if (entry == nullptr || entry->phase < Phase::there) return;
  entry->last = pod;
  lose(*entry);
}

void PodTable::lose(Entry& entry) {
  entry.is_gone = true;
  if (entry.phase != Phase::there) return settle(entry);
  if (has_begun(entry.last, entry.terms)) begin(entry);
  conclude(entry, entry.ending ? *entry.ending : judge_gone(entry.last, entry.terms));
}

void PodTable::log_ended(const PodName& pod, const PodOutput& output) {
  Entry* entry = find(pod);
  if (entry == nullptr) return;
  entry->log = Log::done;
  entry->output = output;
  if (output.last_line && !*output.last_line) {
    outlet_.note(entry->pod, entry->attempt, output.last_line->error().message);
  }
  if (entry->phase == Phase::there && entry->verdict) finish(*entry);
  settle(*entry);
}

// --- an attempt's way --------------------------------------------------------------------------

void PodTable::look_at(Entry& entry) {
  if (entry.phase != Phase::there) return settle(entry);
  if (has_begun(entry.last, entry.terms)) begin(entry);
  auto verdict = judge(entry.last, entry.terms);
  if (!verdict) return;
  if (!entry.ending) return conclude(entry, *std::move(verdict));
  PodVerdict ended = *entry.ending;
  ended.exit_code = verdict->exit_code;
  ended.ended_at = verdict->ended_at;
  conclude(entry, std::move(ended));
}

void PodTable::begin(Entry& entry) {
  if (entry.log == Log::none) {
    entry.log = Log::reading;
    outlet_.read_log(entry.pod, entry.terms, entry.attempt, "");
  }
  if (!entry.begun_at) {
    const kubernetes::ContainerStatus* base = entry.last.container(entry.terms.base);
    const WallTime now = clock_.now();
    const bool says = base != nullptr && base->started_at.has_value();
    // A node's clock may be wrong; a start after now would make no sense to anybody.
    entry.begun_wall = says ? std::min(*base->started_at, now) : now;
    const Duration age = entry.is_begun ? now - entry.begun_wall : Duration{0};
    entry.begun_at = clock_.steady_now() - age;
  }
  tell_start(entry);
}

void PodTable::tell_start(Entry& entry) {
  if (entry.is_begun) return;
  entry.is_begun = true;
  wire::Started report{
      .seq = ++next_seq_, .attempt = entry.attempt, .pid = 0, .at = entry.begun_wall};
  const Receipt receipt{.worker = options_.worker, .seq = report.seq};
  outlet_.report(Started{.receipt = receipt, .report = std::move(report)});
}

/// Ends the attempt for a reason of ours: the pod goes first, what it says of its end comes next.
void PodTable::end(Entry& entry, PodVerdict verdict, Duration grace) {
  if (entry.ending || entry.verdict) return;
  outlet_.note(entry.pod, entry.attempt, "ending the pod: " + verdict.cause);
  entry.ending = std::move(verdict);
  entry.ending_grace = grace;
  entry.ending_at = clock_.steady_now();
  if (entry.phase != Phase::there) return;
  // Of one that the database has and the list has not brought yet, adopt() removes the pod.
  if (!entry.pod.name.empty()) outlet_.remove(entry.pod, grace);
  if (!entry.is_begun) conclude(entry, *entry.ending);
}

void PodTable::conclude(Entry& entry, PodVerdict verdict) {
  if (entry.verdict) return;
  entry.verdict = std::move(verdict);
  entry.judged_at = clock_.steady_now();
  if (entry.log == Log::none) {
    const auto* init = entry.is_gone ? nullptr : failed_init_container(entry.last);
    entry.log = init == nullptr ? Log::done : Log::reading;  // else nothing of it ever ran
    if (init != nullptr) outlet_.read_log(entry.pod, entry.terms, entry.attempt, init->name);
  }
  if (entry.log == Log::done) return finish(entry);
  outlet_.finish_log(entry.pod);
}

Duration PodTable::patience(const Entry& entry) const {
  const PodTerms& terms = entry.terms;
  const bool is_needed = terms.xcom_of_log || terms.speaks || terms.has_xcom_reader;
  return is_needed ? options_.output_patience : options_.log_patience;
}

void PodTable::finish(Entry& entry) {
  const PodVerdict& verdict = *entry.verdict;
  entry.phase = Phase::ended;
  const WallTime now = clock_.now();
  wire::Finished report;
  report.attempt = entry.attempt;
  report.outcome = verdict.outcome;
  report.exit_code = verdict.exit_code;
  report.cause = LogMask(entry.terms.masks).masked(verdict.cause);
  // One that never began was at it since there was a pod.
  const bool was_there = entry.begun_wall != WallTime{};
  if (was_there) tell_start(entry);
  report.started_at = was_there ? entry.begun_wall : now;
  report.ended_at = end_of(verdict, {.from = report.started_at, .now = now});
  report.seq = entry.seq = ++next_seq_;
  report.usage = wire::AttemptUsage{.note = "pod"};
  add_xcom(entry.terms, verdict, entry.output, report);
  if (entry.terms.speaks && !entry.ending) add_result(entry.output, report);
  if (entry.terms.is_told_to_worker && !entry.ending) tell_worker(report);
  outlet_.note(entry.pod, entry.attempt,
               "ended: " + std::string(to_string(report.outcome)) +
                   (report.cause.empty() ? "" : ", " + report.cause));
  unacknowledged_[entry.seq] = id_of(entry.attempt);
  outlet_.report(Finished{.receipt = {.worker = options_.worker, .seq = entry.seq},
                          .report = std::move(report)});
}

/// When the end is stored, the pod is not needed any more.
void PodTable::settle(Entry& entry) {
  if (entry.phase == Phase::leaving && entry.is_gone) return forget(entry);
  if (entry.phase != Phase::ended || !entry.is_stored) return;
  if (entry.is_gone) return forget(entry);
  entry.phase = Phase::leaving;
  const bool has_failed = entry.verdict->outcome == Outcome::failed;
  if (keeps(entry.terms, has_failed)) {
    outlet_.mark_done(entry.pod);
  } else {
    outlet_.remove(entry.pod, Duration{0});
  }
}

void PodTable::forget(Entry& entry) {
  const Id id = id_of(entry.attempt);
  if (entry.seq != 0) unacknowledged_.erase(entry.seq);
  pods_.erase(entry.pod);
  entries_.erase(id);
}

// --- time --------------------------------------------------------------------------------------

void PodTable::tick() {
  const SteadyTime now = clock_.steady_now();
  for (auto& [id, entry] : entries_) {
    if (entry.phase == Phase::there) check_limits(entry, now);
  }
  pump();
}

void PodTable::check_limits(Entry& entry, SteadyTime now) {
  if (entry.verdict) {
    if (now - entry.judged_at >= patience(entry)) give_log_up(entry);
  } else if (entry.ending) {
    // The node says nothing: what was asked of it counts as done.
    const Duration patience = entry.ending_grace + options_.removal_patience;
    if (now - entry.ending_at >= patience) conclude(entry, *entry.ending);
  } else if (!entry.is_begun) {
    check_start(entry, now);
  } else if (entry.terms.time_limit && entry.begun_at &&
             now - *entry.begun_at >= *entry.terms.time_limit) {
    end(entry, {.cause = "timed out after " + seconds_of(*entry.terms.time_limit)},
        entry.terms.grace.value_or(kTimeLimitGrace));
  }
}

void PodTable::give_log_up(Entry& entry) {
  outlet_.note(
      entry.pod, entry.attempt,
      "the cluster did not give the rest of the log within " + seconds_of(patience(entry)));
  outlet_.stop_log(entry.pod);
  entry.log = Log::done;
  finish(entry);
}

void PodTable::check_start(Entry& entry, SteadyTime now) {
  const StartTrouble trouble = start_trouble(entry.last);
  using Kind = StartTrouble::Kind;
  if (trouble.kind == Kind::waits) {
    entry.trouble_since.reset();
  } else if (!entry.trouble_since) {
    entry.trouble_since = now;
  }
  const bool is_hopeless =
      trouble.kind == Kind::hopeless ||
      (trouble.kind == Kind::pulling && now - *entry.trouble_since >= options_.image_patience);
  if (!is_hopeless && now - entry.since < entry.terms.startup_limit) {
    return tell_wait(entry, trouble.words, now);
  }
  std::string cause = is_hopeless
                          ? "the pod cannot start"
                          : "the pod did not start within " + seconds_of(entry.terms.startup_limit);
  if (!trouble.words.empty()) cause += ": " + trouble.words;
  end(entry, {.cause = std::move(cause)}, Duration{0});
}

/// Scheduler and node say it anew with every try of theirs: so it is told now and then.
void PodTable::tell_wait(Entry& entry, const std::string& words, SteadyTime now) {
  std::string cause;
  if (!words.empty()) {
    cause = LogMask(entry.terms.masks).masked("its pod waits: " + words);
    cut(cause, kWaitBytesMax);
  }
  const bool is_early =
      entry.waits_at != SteadyTime::min() && now - entry.waits_at < options_.wait_pause;
  if (cause == entry.waits_for || is_early) return;
  entry.waits_for = cause;
  entry.waits_at = now;
  if (!cause.empty() && ++entry.waits_noted <= kWaitsNotedMax) {
    outlet_.note(entry.pod, entry.attempt, cause);
  }
  outlet_.report(Waits{.attempt = entry.attempt, .cause = std::move(cause)});
}

void PodTable::beat() {
  std::vector<Attempt> attempts;
  for (const auto& [id, entry] : entries_) {
    if (entry.phase < Phase::ended) attempts.push_back(entry.attempt);
  }
  if (attempts.empty()) return;
  outlet_.report(StillRunning{.worker = options_.worker, .attempts = std::move(attempts)});
}

}  // namespace aiflow::executor

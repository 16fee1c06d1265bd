// SPDX-License-Identifier: Apache-2.0
#include "island/island.h"

#include <algorithm>

#include "island/journal.h"
#include "island/replica.h"
#include "log/log.h"

namespace aiflow::island {
namespace {

/// The journal is written anew when it is longer, and little of it is of use.
constexpr std::uint64_t kJournalBytesMax = 64U << 20;
/// A run of which nothing is here is remembered for so long: its next job may come without a
/// picture, when one has just been sent.
constexpr Duration kRunKept = std::chrono::seconds(60);
/// After a full disk.
constexpr Duration kBeginAgain = std::chrono::seconds(5);

RunName run_of(const wire::TaskKey& key) { return {key.dag_id, key.run_id}; }

json::Value record(std::string_view kind, json::Value value) {
  return json::object({{"kind", kind}, {"value", std::move(value)}});
}

json::Value record(const Run& run) {
  json::Value made =
      record("run", wire::to_json(wire::Start{.job = run.job, .delivery = run.delivery}));
  made.set("made_at", run.made_at);
  return made;
}

/// Steady times (of os::BootClock) are comparable while the machine is up.
std::string boot_id() { return os::read_file("/proc/sys/kernel/random/boot_id", 100).value_or(""); }

std::int64_t to_us(SteadyTime time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

Island::Island(const Clock& clock, IslandOptions options, IslandEvents events)
    : clock_(clock),
      options_(std::move(options)),
      events_(std::move(events)),
      journal_(std::make_unique<Journal>(options_.folder / "journal")) {}

Island::~Island() = default;

Status Island::open() {
  AIFLOW_ASSIGN(const auto found, journal_->open());
  for (const json::Value& one : found) replay(one);
  // Of a run that cannot be read, nothing is known that could be gone on with.
  const auto is_unknown = [this](const auto& entry) {
    return !runs_.contains(run_of(entry.second.key));
  };
  std::erase_if(in_hand_, is_unknown);
  std::erase_if(ahead_, is_unknown);
  forget_runs();
  awaits_core_ = is_cut_;
  if (is_cut_) {
    log::info("this island is still cut off, as it was when its last worker ended",
              {{"runs", static_cast<std::int64_t>(runs_.size())}});
  }
  return {};
}

/// What cannot be read is of another version: the server knows all that matters.
void Island::replay(const json::Value& entry) {
  const std::string kind = json::get_string_or(entry, "kind", "").value_or("");
  const json::Value* value = entry.find("value");
  if (value == nullptr) return;
  if (kind == "run") {
    auto start = wire::parse_start(*value);
    if (!start || !start->delivery) {
      log::warn("a run in an island's journal cannot be read",
                {{"error", start ? std::string("it has no files") : start.error().message}});
      return;
    }
    const RunName name = run_of(start->job.key);
    runs_[name] = {.job = std::move(start->job),
                   .delivery = *std::move(start->delivery),
                   .made_at = json::get_int(entry, "made_at").value_or(0),
                   .used_at = clock_.steady_now()};
  } else if (kind == "in_hand" || kind == "ahead") {
    const auto attempt = wire::parse_attempt_ref(*value);
    if (!attempt) return;
    if (kind == "in_hand") ahead_.erase(key_of(*attempt));
    (kind == "ahead" ? ahead_ : in_hand_)[key_of(*attempt)] = *attempt;
  } else if (kind == "end") {
    auto report = wire::parse_finished(*value);
    if (!report) return;
    const AttemptKey key = key_of(report->attempt);
    seqs_[report->seq] = key;
    reports_[key] = *std::move(report);
  } else if (kind == "gone") {
    if (const auto attempt = wire::parse_attempt_ref(*value)) {
      in_hand_.erase(key_of(*attempt));
      ahead_.erase(key_of(*attempt));
    }
    forget_runs();
  } else if (kind == "cut") {
    auto hello = wire::parse_hello_ok(*value);
    const auto at = json::get_int(*value, "confirmed_at_us");
    if (!hello || !at || json::get_string_or(*value, "boot", "").value_or("") != boot_id()) return;
    lease(*hello);
    confirmed_at_ = SteadyTime(std::chrono::microseconds(*at));
    cut_ = *value;
    is_cut_ = true;
  } else if (kind == "back") {
    is_cut_ = false;
  }
}

std::vector<json::Value> Island::records() const {
  std::vector<json::Value> all;
  for (const auto& [id, run] : runs_) all.push_back(record(run));
  for (const auto& [key, attempt] : in_hand_) {
    all.push_back(record("in_hand", wire::to_json(attempt)));
  }
  for (const auto& [key, attempt] : ahead_) all.push_back(record("ahead", wire::to_json(attempt)));
  for (const auto& [key, report] : reports_) all.push_back(record("end", wire::to_json(report)));
  return all;
}

void Island::lease(const wire::HelloOk& ok) {
  hello_ = ok;
  lease_ = std::chrono::milliseconds(std::max<std::int64_t>(ok.island_lease_ms.value_or(0), 0));
}

void Island::confirmed(SteadyTime sent) { confirmed_at_ = std::max(confirmed_at_, sent); }

wire::HelloOk Island::hello() const { return hello_; }

/// The core ends its tasks a lease of its own after the last confirmed heartbeat, and a third of it
/// that it waits for an answer.
bool Island::holds_lease() const {
  const Duration own = std::chrono::milliseconds(hello_.lease_ms);
  return clock_.steady_now() + own + own / 3 + options_.margin < confirmed_at_ + lease_;
}

bool Island::is_overdue() const {
  const Duration own = std::chrono::milliseconds(hello_.lease_ms);
  return lease_ > Duration{0} && clock_.steady_now() > std::max(confirmed_at_, back_at_) + own / 2;
}

bool Island::given(const wire::Start& start) {
  const wire::Job& job = start.job;
  const wire::AttemptRef attempt{job.key, job.try_number, job.epoch};
  if (!job.placement.contains(kIslandLabel)) return false;
  const auto known = runs_.find(run_of(job.key));
  const std::int64_t made_at = job.island ? job.island->made_at : 0;
  const bool is_newer = known == runs_.end() || known->second.made_at < made_at;
  if (start.delivery && is_newer) {
    Run& run = runs_[run_of(job.key)];
    run = {.job = job, .delivery = *start.delivery, .made_at = made_at};
    journal_->add(record(run));
  }
  if (!runs_.contains(run_of(job.key))) return false;
  runs_.at(run_of(job.key)).used_at = clock_.steady_now();
  const bool was_ahead = ahead_.erase(key_of(attempt)) > 0;
  in_hand_[key_of(attempt)] = attempt;
  journal_->add(record("in_hand", wire::to_json(attempt)));
  return was_ahead;
}

void Island::picture(const wire::Picture& picture) {
  const auto known = runs_.find({picture.dag_id, picture.run_id});
  if (known == runs_.end() || known->second.made_at >= picture.made_at) return;
  known->second.made_at = picture.made_at;
  known->second.job.island = picture.part;
  journal_->add(record(known->second));
}

std::optional<wire::AttemptRef> Island::acknowledged(std::int64_t seq) {
  const auto of = seqs_.find(seq);
  if (of == seqs_.end()) return std::nullopt;
  const auto in_hand = in_hand_.extract(of->second);
  const auto refused = ahead_.extract(of->second);
  if (in_hand.empty() && refused.empty()) return std::nullopt;
  const wire::AttemptRef attempt = in_hand.empty() ? refused.mapped() : in_hand.mapped();
  journal_->add(record("gone", wire::to_json(attempt)));
  forget_runs();
  compact();
  return refused.empty() ? std::nullopt : std::optional(attempt);
}

void Island::not_begun(const wire::AttemptRef& attempt) {
  if (in_hand_.erase(key_of(attempt)) == 0) return;
  journal_->add(record("gone", wire::to_json(attempt)));
}

/// Of a run of which nothing is here, the server may decide anything: it is not gone on with.
bool Island::is_needed(const RunName& name) const {
  const auto is_its = [&](const auto& entry) { return run_of(entry.second.key) == name; };
  return std::ranges::any_of(in_hand_, is_its) || std::ranges::any_of(ahead_, is_its);
}

void Island::forget_runs() {
  std::set<RunName> needed;
  for (const auto& [key, attempt] : in_hand_) needed.insert(run_of(attempt.key));
  for (const auto& [key, attempt] : ahead_) needed.insert(run_of(attempt.key));
  const SteadyTime now = clock_.steady_now();
  for (auto& [name, run] : runs_) {
    if (needed.contains(name)) run.used_at = now;
  }
  std::erase_if(runs_, [&](const auto& run) { return run.second.used_at + kRunKept <= now; });
  std::erase_if(reports_, [&](const auto& entry) {
    return !runs_.contains(run_of(entry.second.attempt.key));
  });
  std::erase_if(seqs_, [&](const auto& entry) { return !reports_.contains(entry.second); });
}

void Island::compact() {
  const std::uint64_t bytes = journal_->bytes();
  const bool is_idle = in_hand_.empty() && ahead_.empty() && !is_cut_ && bytes > (1U << 20);
  if (bytes < 2 * bytes_in_use_ || (!is_idle && bytes <= kJournalBytesMax)) return;
  journal_->replace(records());
  bytes_in_use_ = journal_->bytes();
}

void Island::finished(const wire::Finished& report) {
  if (!runs_.contains(run_of(report.attempt.key))) return;
  seqs_[report.seq] = key_of(report.attempt);
  if (!reports_.try_emplace(key_of(report.attempt), report).second) return;
  journal_->add(record("end", wire::to_json(report)));
  if (replica_) go_on({report});
}

void Island::cut(bool has_core) {
  is_cut_ = true;
  cut_ = wire::to_json(hello_);
  cut_.set("confirmed_at_us", to_us(confirmed_at_));
  cut_.set("boot", boot_id());
  journal_->add(record("cut", cut_));
  awaits_core_ = !has_core;
  if (has_core) build();
}

void Island::back() {
  back_at_ = clock_.steady_now();
  if (!is_cut_) return;
  is_cut_ = awaits_core_ = false;
  replica_.reset();
  unbegun_.clear();
  journal_->add(record("back", json::object({})));
}

void Island::found(const std::vector<wire::AttemptRef>& here) {
  std::set<AttemptKey> known;
  for (const wire::AttemptRef& attempt : here) known.insert(key_of(attempt));
  std::vector<wire::AttemptRef> lost;
  for (const auto* begun : {&in_hand_, &ahead_}) {
    for (const auto& [key, attempt] : *begun) {
      if (!known.contains(key) && !reports_.contains(key)) lost.push_back(attempt);
    }
  }
  for (const wire::AttemptRef& attempt : lost) {
    if (!is_cut_ && !is_ahead(attempt)) {  // the server learns it from the hello
      not_begun(attempt);
      continue;
    }
    wire::Job job = runs_.at(run_of(attempt.key)).job;
    job.key = attempt.key;
    job.try_number = attempt.try_number;
    job.epoch = attempt.epoch;
    events_.give_up(std::move(job), "the worker ended and took it along");
  }
  if (is_cut_ && awaits_core_) build();
}

void Island::build() {
  awaits_core_ = false;
  unbegun_.clear();  // granted again
  std::vector<Replica::Part> parts;
  for (const auto& [id, run] : runs_) {
    if (!run.job.island || !is_needed(id)) continue;
    Replica::Part part{.job = &run.job, .in_hand = {}};
    for (const auto& [key, attempt] : in_hand_) {
      if (run_of(attempt.key) == id) part.in_hand.push_back(attempt);
    }
    parts.push_back(std::move(part));
  }
  const sched::Now now{clock_.now(), clock_.steady_now()};
  replica_ = std::make_unique<Replica>(parts, options_.offer, now);
  std::vector<wire::Finished> ended;
  for (const auto& [seq, key] : seqs_) ended.push_back(reports_.at(key));
  if (!parts.empty()) {
    log::info("the server is gone; the island goes on",
              {{"runs", static_cast<std::int64_t>(parts.size())}});
  }
  go_on(std::move(ended));
}

/// Lets the scheduler decide, until what it wants is new: what has run already is not begun again.
void Island::go_on(std::vector<wire::Finished> ended) {
  std::vector<wire::AttemptRef> fresh;
  bool is_first = true;
  while (is_first || !ended.empty()) {
    is_first = false;
    const sched::Now now{clock_.now(), clock_.steady_now()};
    const auto wanted = replica_->step(std::exchange(ended, {}), now);
    for (const wire::AttemptRef& attempt : wanted) {
      const AttemptKey key = key_of(attempt);
      if (const auto report = reports_.find(key); report != reports_.end()) {
        ended.push_back(report->second);
      } else if (!ahead_.contains(key) && !in_hand_.contains(key)) {
        fresh.push_back(attempt);
      }
    }
  }
  begin(std::move(fresh));
}

/// It is on disk before it starts: no later worker begins it again.
void Island::begin(std::vector<wire::AttemptRef> fresh) {
  fresh.insert(fresh.end(), unbegun_.begin(), unbegun_.end());
  if (fresh.empty() || !holds_lease()) return;
  std::vector<wire::Job> jobs;
  std::vector<json::Value> begun;
  for (const wire::AttemptRef& attempt : fresh) {
    auto job = job_of(attempt);
    if (!job) continue;
    begun.push_back(record("ahead", wire::to_json(attempt)));
    jobs.push_back(*std::move(job));
  }
  if (jobs.empty()) return;
  if (!remember(begun)) {
    if (unbegun_.empty()) log::error("the island starts nothing: it could not remember it", {});
    unbegun_ = std::move(fresh);
    begin_again_at_ = clock_.steady_now() + kBeginAgain;
    return;
  }
  unbegun_.clear();
  for (wire::Job& job : jobs) {
    const wire::AttemptRef attempt{job.key, job.try_number, job.epoch};
    ahead_[key_of(attempt)] = attempt;
    log::info("started without the server",
              {{"run", attempt.key.run_id}, {"task", attempt.key.task_id}});
    events_.start(std::move(job), runs_.at(run_of(attempt.key)).delivery);
  }
}

/// All or nothing of it is in the journal afterwards, with all that an earlier full disk kept out.
bool Island::remember(const std::vector<json::Value>& more) {
  if (journal_->append(more)) return true;
  std::vector<json::Value> all = records();
  if (is_cut_) all.push_back(record("cut", cut_));
  all.insert(all.end(), more.begin(), more.end());
  return journal_->replace(all);
}

std::optional<wire::Job> Island::job_of(const wire::AttemptRef& attempt) const {
  for (const json::Value& text : runs_.at(run_of(attempt.key)).job.island->jobs) {
    auto job = wire::parse_job(text);
    if (!job || job->key != attempt.key) continue;
    const std::int64_t retry = attempt.epoch - job->epoch;
    if (job->retry_tokens && retry > 0 && retry <= std::ssize(*job->retry_tokens)) {
      job->token = (*job->retry_tokens)[static_cast<std::size_t>(retry - 1)];
    }
    job->retry_tokens.reset();
    job->try_number = attempt.try_number;
    job->epoch = attempt.epoch;
    for (const char* name : {"AIFLOW_CTX_TRY_NUMBER", "AIRFLOW_CTX_TRY_NUMBER"}) {
      job->env[name] = std::to_string(attempt.try_number);
    }
    return *std::move(job);
  }
  return std::nullopt;
}

void Island::tick() {
  if (!replica_) return;
  const sched::Wakeup due = replica_->next_wakeup();
  const bool is_due =
      (due.steady && *due.steady <= clock_.steady_now()) || (due.wall && *due.wall <= clock_.now());
  const bool begins_again = !unbegun_.empty() && begin_again_at_ <= clock_.steady_now();
  if (is_due || begins_again) go_on({});
}

std::optional<wire::XComValue> Island::xcom(const wire::XComGet& question) const {
  const auto run = runs_.find({question.dag_id, question.run_id});
  if (run == runs_.end() || question.map_index < -1 ||
      question.include_prior_dates.value_or(false)) {
    return std::nullopt;
  }
  wire::XComValue answer{.request_id = question.request_id, .found = false};
  const auto take = [&](const json::Value& value) {
    answer.found = true;
    const bool has_item = question.item && *question.item >= 0 && value.is_array() &&
                          *question.item < std::ssize(value.as_array());
    if (!has_item) {
      answer.value = value;
      return;
    }
    answer.value = value.as_array()[static_cast<std::size_t>(*question.item)];
    answer.length = std::ssize(value.as_array());
  };
  const auto& picture = run->second.job.island;
  for (const wire::IslandXCom& one : picture ? picture->xcoms : std::vector<wire::IslandXCom>()) {
    if (one.task_id == question.task_id && one.map_index == question.map_index &&
        one.key == question.key) {
      take(one.value);
    }
  }
  bool has_ended_here = answer.found;
  for (const auto& [seq, key] : seqs_) {  // the newest last
    const wire::Finished& report = reports_.at(key);
    const wire::TaskKey& of = report.attempt.key;
    if (run_of(of) != run->first || of.task_id != question.task_id ||
        of.map_index != question.map_index) {
      continue;
    }
    has_ended_here = true;
    for (const wire::XComEntry& entry : report.xcoms) {
      if (entry.key == question.key) take(entry.value);
    }
  }
  return has_ended_here ? std::optional(answer) : std::nullopt;
}

bool Island::is_ahead(const wire::AttemptRef& attempt) const {
  return ahead_.contains(key_of(attempt));
}

std::vector<wire::Finished> Island::ended_ahead() const {
  std::vector<wire::Finished> all;
  for (const auto& [key, attempt] : ahead_) {
    if (const auto report = reports_.find(key); report != reports_.end()) {
      all.push_back(report->second);
    }
  }
  return all;
}

bool Island::has_later(const wire::AttemptRef& attempt) const {
  return std::ranges::any_of(ahead_, [&](const auto& entry) {
    return entry.second.key == attempt.key && entry.second.epoch > attempt.epoch;
  });
}

std::set<std::string> Island::bundles() const {
  std::set<std::string> names;
  for (const auto& [id, run] : runs_) {
    if (run.delivery.bundle) names.insert(*run.delivery.bundle);
  }
  return names;
}

std::vector<wire::AttemptRef> Island::ahead() const {
  std::vector<wire::AttemptRef> all;
  for (const auto& [key, attempt] : ahead_) all.push_back(attempt);
  return all;
}

}  // namespace aiflow::island

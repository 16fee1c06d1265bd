// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/worker_loop.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/run_as.h"
#include "failpoint/failpoint.h"
#include "log/log.h"
#include "os/environment.h"
#include "supervise/detail/orphans.h"

namespace aiflow::supervise::detail {
namespace {

using std::chrono::milliseconds;

/// Leftovers are looked for at most this often while tasks end one after the other: a look reads
/// all of /proc.
constexpr Duration kSweepDelay = milliseconds(1000);
/// After an attempt that failed or was ended: the next try shall not meet what this one left.
constexpr Duration kSweepDelayFailed = milliseconds(100);
constexpr Duration kSweepAgain = milliseconds(20);
/// An acknowledgement that takes longer makes its report worth an fsync.
constexpr Duration kSettleDelay = milliseconds(200);
/// Of heartbeats that were not confirmed, so many are remembered.
constexpr std::size_t kHeartbeatsMax = 1000;
/// How long a finished worker waits for its last acknowledgements.
constexpr Duration kLeaveWait = std::chrono::seconds(2);

/// What every task's environment starts from. The program's own folder comes first in PATH, so
/// that a task's `aiflow` is the one that runs it.
std::map<std::string, std::string> make_base_env(const WorkerOptions& options) {
  auto env = os::environment();
  env.erase("AIFLOW_TOKEN_FILE");
  env.erase("AIFLOW_ATTEMPT");
  env["AIFLOW_HOME"] = options.home.string();
  const auto api = options.api_socket.empty() ? options.home / "run/api.sock" : options.api_socket;
  env["AIFLOW_API_SOCKET"] = api.string();
  const std::string folder = os::program_path().parent_path().string();
  const auto path = env.find("PATH");
  env["PATH"] =
      path == env.end() ? folder + ":/usr/local/bin:/usr/bin:/bin" : folder + ":" + path->second;
  return env;
}

ZygoteOptions zygote_options(const WorkerOptions& options, std::map<std::string, std::string> env) {
  const auto before = env.find("PYTHONPATH");
  const std::string rest = before == env.end() ? "" : ":" + before->second;
  env["PYTHONPATH"] = options.sdk.string() + rest;
  // Its forks show its environment in /proc, not their own: sweep_leftovers must know them too.
  env["AIFLOW_ATTEMPT"] = attempt_mark(options.home, 0);
  return {.python = options.python, .env = std::move(env)};
}

}  // namespace

WorkerLoop::WorkerLoop(const Clock& clock, os::EventLoop& loop, const WorkerOptions& options)
    : clock_(clock),
      loop_(loop),
      options_(options),
      secrets_(secrets_directory(options.home)),
      base_env_(make_base_env(options)),
      packs_(options.home / "packs"),
      zygote_(loop, zygote_options(options, base_env_)),
      spool_(options.home / "spool/reports"),
      link_(loop,
            {.socket = options.socket.empty() ? options.home / "run/worker.sock" : options.socket,
             .reconnect_min = options.reconnect_min,
             .reconnect_max = options.reconnect_max,
             .is_quiet = options.ends_with_lease},
            {.connected = [this] { on_connected(); },
             .lost = [this] { settle_spool_soon(); },
             .message = [this](std::string_view type,
                               const json::Value& message) { on_message(type, message); }}) {}

WorkerLoop::~WorkerLoop() = default;

void WorkerLoop::run() {
  link_.start();
  beat();
  needed_at_ = clock_.steady_now();
  while (!finished() && !abandoned()) {
    done_.clear();
    link_.flush();
    loop_.run_once(milliseconds(500));
  }
  link_.flush();
  leave();
}

void WorkerLoop::ask_to_end() {
  if (draining_) return stop_tasks();
  log::info("draining", {{"running", static_cast<std::int64_t>(attempts_.size())}});
  draining_ = true;
  if (attempts_.empty()) leave_at_ = clock_.steady_now() + kLeaveWait;
  if (link_.connected()) say_hello();  // with 0 slots: send no more jobs
}

void WorkerLoop::drain() {
  if (!draining_) ask_to_end();
}

void WorkerLoop::stop_tasks() {
  draining_ = true;
  ahead_.clear();  // never started: the server loses them uncharged when the lease has run out
  std::vector<Attempt*> running;
  for (const auto& [key, attempt] : attempts_) running.push_back(attempt.get());
  for (Attempt* attempt : running) {
    attempt->end(
        {.cause = "the worker was stopped", .outcome = Outcome::failed, .grace = options_.grace});
  }
}

bool WorkerLoop::finished() const {
  if (!draining_ || !attempts_.empty() || !ahead_.empty()) return false;
  const bool reported = spool_.reports().empty() || !link_.connected();
  return reported || clock_.steady_now() >= leave_at_;
}

/// Reports that nobody took stay in the spool, for the next worker.
bool WorkerLoop::abandoned() {
  const SteadyTime now = clock_.steady_now();
  if (link_.connected() || !attempts_.empty()) needed_at_ = now;
  const bool is_over = options_.leave_after && now - needed_at_ >= *options_.leave_after;
  if (is_over) log::info("no server came back, the worker ends");
  return is_over;
}

void WorkerLoop::leave() {
  for (int round = 0; round < 100 && sweep() > 0; ++round) loop_.run_once(kSweepAgain);
  static_cast<void>(os::remove_tree(secrets_));
  log::info("worker ends",
            {{"unacknowledged", static_cast<std::int64_t>(spool_.reports().size())}});
}

WorkerLoop::AttemptKey WorkerLoop::key_of(const wire::AttemptRef& ref) {
  return {ref.key.dag_id, ref.key.run_id, ref.key.task_id, ref.key.map_index, ref.epoch};
}

void WorkerLoop::on_connected() {
  if (!options_.ends_with_lease) log::info("connected to the server");
  failpoint::reach("worker.hello");
  say_hello();
  for (const auto& [seq, started] : unacknowledged_starts_) link_.send(encode("Started", started));
  for (const auto& [seq, report] : spool_.reports()) link_.send(encode("Finished", report));
  for (const auto& [id, question] : questions_) link_.send(encode("XComGet", question.message));
}

/// An attempt whose report waits for its acknowledgement counts as here: the server must not take
/// it for lost while its result is on the way.
std::vector<wire::AttemptRef> WorkerLoop::attempts_here() const {
  std::vector<wire::AttemptRef> refs;
  for (const auto& [key, attempt] : attempts_) refs.push_back(attempt->ref());
  for (const wire::Job& job : ahead_) refs.push_back({job.key, job.try_number, job.epoch});
  for (const auto& [seq, report] : spool_.reports()) refs.push_back(report.attempt);
  return refs;
}

void WorkerLoop::say_hello() {
  wire::Hello hello;
  hello.worker_id = options_.worker_id;
  hello.slots = draining_ ? 0 : options_.slots;
  hello.pid = os::process_id();
  hello.version = options_.version;
  hello.queues = options_.queues;
  hello.labels = options_.labels;
  for (const auto& user : options_.run_as_users) (*hello.labels)[run_as_label(user)] = kRunAsValue;
  hello.running = attempts_here();
  if (containers_) hello.executors = {"local", "docker"};
  hello.host = os::host_name();
  hello.cpus = std::thread::hardware_concurrency();
  hello.packs = packs_.list();
  end_extension();
  heartbeats_.clear();
  heartbeats_[0] = clock_.steady_now();
  link_.send(encode("Hello", hello));
}

void WorkerLoop::send_heartbeat() {
  wire::Heartbeat heartbeat{.attempts = attempts_here(), .seq = {}, .load = {}};
  tell_machine(heartbeat);
  if (options_.ends_with_lease) {
    heartbeat.seq = ++last_heartbeat_;
    if (heartbeats_.size() >= kHeartbeatsMax) heartbeats_.erase(heartbeats_.begin());
    heartbeats_[last_heartbeat_] = clock_.steady_now();
  }
  link_.send(encode("Heartbeat", heartbeat));
}

void WorkerLoop::beat() {
  oom_kills_ = oom_kill_count();  // here, since reading it costs as much as starting a file
  if (packs_.look() && link_.connected()) say_hello();
  send_heartbeat();
  if (!attempts_.empty()) sweep_soon(kSweepDelay);
  next_beat_ = loop_.after(heartbeat_every_, [this] { beat(); });
}

void WorkerLoop::on_message(std::string_view type, const json::Value& message) {
  Status understood;
  const auto take = [&](auto parsed, auto act) {
    if (parsed) return act(*std::move(parsed));
    understood = fail(std::move(parsed.error()));
  };
  if (type == "HelloOk") {
    take(wire::parse_hello_ok(message), [this](const wire::HelloOk& ok) {
      heartbeat_every_ = milliseconds(std::clamp<std::int64_t>(ok.heartbeat_ms, 20, 60'000));
      lease_ = milliseconds(std::clamp<std::int64_t>(ok.lease_ms, 100, 3'600'000));
      confirm_lease(0);
      const bool was_cordoned = std::exchange(is_cordoned_, ok.cordoned.value_or(false));
      if (is_cordoned_ && !was_cordoned && !draining_) {
        log::warn("this worker is cordoned: it gets no tasks until 'aiflow workers uncordon NAME'",
                  {{"name", options_.worker_id}});
      }
      // The next one was due at the pace of before, which may be past the lease.
      loop_.cancel(next_beat_);
      next_beat_ = loop_.after(heartbeat_every_, [this] { beat(); });
    });
  } else if (type == "HeartbeatOk") {
    take(wire::parse_heartbeat_ok(message),
         [this](const wire::HeartbeatOk& ok) { confirm_lease(ok.seq); });
  } else if (type == "Start") {
    take(wire::parse_start(message), [this](wire::Start start) { on_start(std::move(start)); });
  } else if (type == "Cancel") {
    take(wire::parse_cancel(message), [this](const wire::Cancel& cancel) { on_cancel(cancel); });
  } else if (type == "Ack") {
    take(wire::parse_ack(message), [this](const wire::Ack& ack) { on_ack(ack); });
  } else if (type == "XComValue") {
    take(wire::parse_xcom_value(message),
         [this](const wire::XComValue& value) { on_xcom_value(value); });
  } else if (type == "ServerStops") {
    take(wire::parse_server_stops(message),
         [this](const wire::ServerStops& stops) { extend_lease(milliseconds(stops.lease_ms)); });
  } else if (type == "Drain") {
    drain();
  } else {
    understood = fail(ErrorCode::invalid_argument, "unknown type");
  }
  if (!understood) {
    log::warn("a message of the server is not understood",
              {{"type", type}, {"reason", understood.error()}});
  }
}

void WorkerLoop::on_start(wire::Start start) {
  wire::Job& job = start.job;
  job.island.reset();  // no task's business
  const wire::AttemptRef ref{job.key, job.try_number, job.epoch};
  const AttemptKey key = key_of(ref);
  const bool reported = std::ranges::any_of(
      spool_.reports(), [&](const auto& entry) { return key_of(entry.second.attempt) == key; });
  const bool waits = std::ranges::any_of(ahead_, [&](const wire::Job& other) {
    return key_of({other.key, other.try_number, other.epoch}) == key;
  });
  if (attempts_.contains(key) || reported || waits) return;  // delivered twice
  failpoint::reach("worker.job_came");
  end_older(ref);
  if (start.trouble) return report_unstarted(ref, {Outcome::failed, *start.trouble});
  if (busy_slots_ < options_.slots) return launch(std::move(job));
  ahead_.push_back(std::move(job));
}

void WorkerLoop::launch_next() {
  while (!ahead_.empty() && busy_slots_ < options_.slots) {
    wire::Job job = std::move(ahead_.front());
    ahead_.pop_front();
    launch(std::move(job));
  }
}

void WorkerLoop::launch(wire::Job job, AttemptSettings settings) {
  const AttemptKey key = key_of({job.key, job.try_number, job.epoch});
  has_limited_ = has_limited_ || job.resources;
  auto made = std::make_unique<Attempt>(clock_, loop_, std::move(job), std::move(settings));
  Attempt& attempt = *made;
  attempts_.emplace(key, std::move(made));
  ++busy_slots_;
  measure_soon({});
  attempt.start(
      zygote_,
      {.started = [this, &attempt](int pid) { on_started(attempt, pid); },
       .progress = [this](const wire::Progress& p) { link_.send(encode("Progress", p)); },
       .xcom_asked = [this, &attempt](const wire::TaskXComGet& q) { on_xcom_asked(attempt, q); },
       .measured = [this, &attempt](const wire::AttemptSample& s) { on_measured(attempt, s); },
       .rendered = [this, &attempt](const json::Value& fields) { on_rendered(attempt, fields); },
       .slot_free =
           [this] {
             --busy_slots_;
             launch_next();
           },
       .finished = [this](wire::Finished report) { on_finished(std::move(report)); }});
}

AttemptSettings WorkerLoop::settings_for_next() {
  if (free_directories_.empty()) {
    const std::string name = std::to_string(++directory_count_);
    free_directories_.push_back(options_.home / "run/worker" / name);
  }
  AttemptSettings settings{
      .directory = std::move(free_directories_.back()),
      .token_file = secrets_ / std::to_string(next_attempt_),
      .mark = attempt_mark(options_.home, next_attempt_),
      .base_env = base_env_,
      .grace = options_.grace,
      .log_bytes_max = options_.log_bytes_max,
      .groups = groups_,
      .group = name_on_machine(options_.home) + "." + std::to_string(next_attempt_),
      .python = options_.python,
      .sdk = options_.sdk,
      .container_program = containers_ ? containers_->program() : os::Path(),
      .run_as_users = options_.run_as_users,
      .kept = kept_ ? &*kept_ : nullptr,
      .oom_kills_before = oom_kills_};
  ++next_attempt_;
  free_directories_.pop_back();
  return settings;
}

/// Ends the waiting jobs of that task instance up to that epoch, as if they had been killed at
/// once.
void WorkerLoop::drop_ahead(const wire::AttemptRef& upto, const std::string& cause) {
  for (auto job = ahead_.begin(); job != ahead_.end();) {
    if (job->key != upto.key || job->epoch > upto.epoch) {
      ++job;
      continue;
    }
    const wire::AttemptRef ref{job->key, job->try_number, job->epoch};
    job = ahead_.erase(job);
    report_unstarted(ref, {Outcome::killed, cause});
  }
}

void WorkerLoop::report_unstarted(const wire::AttemptRef& attempt, const Ending& ending) {
  wire::Finished report;
  report.attempt = attempt;
  report.outcome = ending.outcome;
  report.cause = ending.cause;
  report.started_at = report.ended_at = clock_.now();
  send_report(std::move(report));
}

/// A higher epoch of the same task instance was given out: what runs under a lower one is stale.
void WorkerLoop::end_older(const wire::AttemptRef& newer) {
  wire::AttemptRef older = newer;
  --older.epoch;
  drop_ahead(older, "a newer attempt was started");
  for (const auto& [key, attempt] : attempts_) {
    const wire::AttemptRef ref = attempt->ref();
    if (ref.key != newer.key || ref.epoch >= newer.epoch) continue;
    attempt->end({.cause = "a newer attempt was started", .outcome = Outcome::killed, .grace = {}});
  }
}

void WorkerLoop::on_cancel(const wire::Cancel& cancel) {
  failpoint::reach("worker.cancel_came");
  const std::string reason = cancel.reason.empty() ? "cancelled" : cancel.reason;
  const std::size_t waiting = ahead_.size();
  drop_ahead(cancel.attempt, reason);
  bool found = ahead_.size() != waiting;
  std::vector<Attempt*> meant;
  for (const auto& [key, attempt] : attempts_) {
    const wire::AttemptRef ref = attempt->ref();
    if (ref.key == cancel.attempt.key && ref.epoch <= cancel.attempt.epoch) {
      meant.push_back(attempt.get());
    }
  }
  for (Attempt* attempt : meant) {
    found = true;
    attempt->end({.cause = reason,
                  .outcome = Outcome::killed,
                  .grace = milliseconds(std::clamp<std::int64_t>(cancel.grace_ms, 0, 3'600'000))});
  }
  failpoint::reach("worker.cancel_done");
  if (!found) heartbeat_soon();  // tells the server that it is not here
}

void WorkerLoop::on_ack(const wire::Ack& ack) {
  unacknowledged_starts_.erase(ack.seq);
  const auto report = spool_.reports().find(ack.seq);
  if (report == spool_.reports().end()) return;
  const wire::AttemptRef ref = report->second.attempt;
  std::erase_if(unacknowledged_starts_,
                [&](const auto& entry) { return entry.second.attempt == ref; });
  if (!ack.accepted) {
    log::info("the server had given this attempt up, its result is not used; nothing is to be done",
              {{"task", ref.key.task_id}, {"run", ref.key.run_id}, {"reason", ack.reason}});
  }
  failpoint::reach("worker.acknowledged");
  spool_.remove(ack.seq);
  settle_spool_soon();
  failpoint::reach("worker.forgotten");
}

void WorkerLoop::on_started(const Attempt& attempt, int pid) {
  failpoint::reach("worker.task_runs");
  const wire::Started started{
      .seq = spool_.next_seq(), .attempt = attempt.ref(), .pid = pid, .at = clock_.now()};
  unacknowledged_starts_.emplace(started.seq, started);
  link_.send(encode("Started", started));
  failpoint::reach("worker.task_told");
}

void WorkerLoop::send_report(wire::Finished report) {
  report.seq = spool_.next_seq();
  spool_.add(report);
  failpoint::reach("worker.reporting");
  link_.send(encode("Finished", report));
  failpoint::reach("worker.reported");
  settle_spool_soon();
}

void WorkerLoop::on_finished(wire::Finished report) {
  failpoint::reach("worker.task_ended");
  const bool was_killed = report.signal == SIGKILL;
  const bool is_success = report.outcome == Outcome::success;
  auto ended = attempts_.extract(key_of(report.attempt));
  send_report(std::move(report));
  std::erase_if(questions_, [&](const auto& each) { return each.second.asker == ended.key(); });
  const Attempt& attempt = *ended.mapped();
  if (kept_ && uses_containers(attempt.job())) kept_->drop(attempt.mark());
  if (containers_ && !is_success && uses_containers(attempt.job())) {
    containers_->clean(attempt.mark());
  }
  free_directories_.push_back(attempt.directory());
  done_.push_back(std::move(ended.mapped()));
  if (was_killed)
    oom_kills_ = oom_kill_count();  // so that this kill is not taken for the next one's
  sweep_soon(is_success ? kSweepDelay : kSweepDelayFailed);
  if (attempts_.empty()) leave_at_ = clock_.steady_now() + kLeaveWait;
}

void WorkerLoop::on_xcom_asked(const Attempt& attempt, const wire::TaskXComGet& question) {
  wire::XComGet message;
  message.request_id = next_question_++;
  message.attempt = attempt.ref();
  message.dag_id = question.dag_id;
  message.run_id = question.run_id;
  message.task_id = question.task_id;
  message.map_index = question.map_index;
  message.key = question.key;
  message.item = question.item;
  message.include_prior_dates = question.include_prior_dates;
  link_.send(encode("XComGet", message));
  questions_.emplace(message.request_id, Question{.asker = key_of(attempt.ref()),
                                                  .task_request_id = question.request_id,
                                                  .message = std::move(message)});
}

void WorkerLoop::on_xcom_value(const wire::XComValue& value) {
  const auto question = questions_.extract(value.request_id);
  if (question.empty()) return;
  const auto asker = attempts_.find(question.mapped().asker);
  if (asker == attempts_.end()) return;
  asker->second->answer_xcom({.request_id = question.mapped().task_request_id,
                              .found = value.found,
                              .value = value.value,
                              .length = value.length});
}

void WorkerLoop::settle_spool_soon() {
  if (settle_armed_) return;
  settle_armed_ = true;
  loop_.after(kSettleDelay, [this] {
    settle_armed_ = false;
    if (spool_.settle()) settle_spool_soon();
  });
}

void WorkerLoop::sweep_soon(Duration delay) {
  const SteadyTime at = clock_.steady_now() + delay;
  if (sweep_timer_ && sweep_at_ <= at) return;
  if (sweep_timer_) loop_.cancel(*sweep_timer_);
  sweep_at_ = at;
  sweep_timer_ = loop_.at(at, [this] {
    sweep_timer_.reset();
    if (sweep() > 0) sweep_soon(kSweepAgain);
  });
}

int WorkerLoop::sweep() {
  LiveProcesses live;
  live.known.insert(zygote_.pid());
  if (containers_) {
    for (const int pid : containers_->pids()) live.known.insert(pid);
  }
  for (const auto& [key, attempt] : attempts_) {
    live.known.insert(attempt->pid());
    if (!attempt->through_zygote()) continue;
    live.session_roots.insert(attempt->pid());
    live.marks.insert(attempt->mark());
  }
  const int ended = sweep_orphans(live);
  // A group with a leftover in it could not be removed with its attempt.
  if (has_limited_) os::remove_empty_cgroups(groups_, name_on_machine(options_.home) + ".");
  return ended;
}

}  // namespace aiflow::supervise::detail

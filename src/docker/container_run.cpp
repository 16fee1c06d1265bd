// SPDX-License-Identifier: Apache-2.0
#include "docker/container_run.h"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>

#include "base/assert.h"
#include "docker/use_watch.h"
#include "os/process.h"

namespace aiflow::docker {
namespace {

using std::chrono::milliseconds;

constexpr Duration kDaemonPollMin = milliseconds(50);
constexpr Duration kDaemonPollMax = milliseconds(1000);
constexpr int kExitNotStarted = 125;
constexpr int kSignalBase = 128;
constexpr std::size_t kNameWordBytesMax = 40;
constexpr int kNameTries = 100;
constexpr Duration kNameAgain = milliseconds(100);
/// A log that breaks off while its container runs on is opened again, but not without end.
constexpr Duration kLogAgain = milliseconds(200);

/// FNV-1a, 64 bits.
std::string hash_of(const std::string& text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[hash >> shift & 0xFU];
  return out;
}

/// False when it was stopped first.
bool pause(Duration time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

bool is_gone(const Error& error) {
  return error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout;
}

/// What runc says itself: the daemon puts what each layer between them was doing before it.
std::string plain(std::string_view words) {
  constexpr std::string_view kRunc = "runc create failed: ";
  constexpr std::string_view kStarting = "unable to start container process: ";
  constexpr std::string_view kEnd = ": unknown";  // an error class of containerd
  const std::size_t runc = words.find(kRunc);
  if (runc == words.npos) return std::string(words);
  words.remove_prefix(runc + kRunc.size());
  if (words.starts_with(kStarting)) words.remove_prefix(kStarting.size());
  if (words.ends_with(kEnd)) words.remove_suffix(kEnd.size());
  return std::string(words);
}

class ContainerRun {
 public:
  ContainerRun(const Clock& clock, Engine& engine, const RunOptions& options,
               const RunEvents& events)
      : clock_(clock), engine_(engine), options_(options), events_(events) {}

  RunResult run() {
    auto code = run_to_end();
    RunResult result = code ? judge(*code) : failed(code.error());
    if (!id_.empty()) put_away();
    return result;
  }

 private:
  static RunResult failed(const Error& error) {
    return {.outcome = Outcome::failed, .cause = error.message, .exit_code = kExitNotStarted};
  }

  Result<int> run_to_end() {
    if (options_.adopts) return go_on();
    AIFLOW_ASSIGN(const json::Value body, container_body(options_));
    if (options_.spec.pull == "always") AIFLOW_TRY(pull());
    AIFLOW_TRY(create(body));
    if (options_.stop.stop_requested())
      return fail(ErrorCode::cancelled, "stopped before it started");
    if (auto started = engine_.start(id_); !started) {
      events_.note("the container does not start: " + started.error().message);
      started.error().message = "the container does not start: " + plain(started.error().message);
      return fail(std::move(started.error()));
    }
    return follow();
  }

  /// With what an earlier run of the worker has started. What it had not made is not made now: it
  /// may have been, and have ended.
  Result<int> go_on() {
    AIFLOW_TRY(await_daemon(options_.stop));
    AIFLOW_ASSIGN(const auto found, engine_.list(kLabelAttempt + ("=" + options_.owner.attempt)));
    const auto own = std::ranges::find_if(found, [this](const ContainerRef& one) {
      return one.label(kLabelWorker) == options_.owner.worker;
    });
    if (own == found.end()) {
      return fail(ErrorCode::not_found, "the worker ended, and the container is gone");
    }
    id_ = own->id;
    AIFLOW_ASSIGN(const auto state, engine_.inspect(id_));
    events_.note(state.running ? "the worker was started again, its container still runs"
                               : "the worker was started again, its container has ended");
    if (state.never_ran) AIFLOW_TRY(engine_.start(id_));
    if (options_.stop.stop_requested()) return end();
    return follow();
  }

  Status pull() {
    Engine::PullCall call{.image = options_.spec.image, .stop = options_.stop};
    events_.note("pulling image " + call.image);
    if (options_.spec.registry_auth) call.auth = json::write(*options_.spec.registry_auth);
    SteadyTime next{};
    call.on_progress = [&](PullProgress progress) {
      if (clock_.steady_now() < next) return;
      next = clock_.steady_now() + milliseconds(200);
      events_.pulling(progress);
    };
    const auto time = milliseconds(std::max<std::int64_t>(options_.spec.pull_timeout_ms, 1));
    return engine_.pull(call, Deadline::after(clock_, time));
  }

  Status create(const json::Value& body) {
    auto made = create_once(body);
    if (!made && made.error().code == ErrorCode::unavailable) {
      events_.note(made.error().message + "; waiting for it");
      AIFLOW_TRY(await_daemon(options_.stop));
      made = create_once(body);
    }
    const bool no_image = !made && made.error().code == ErrorCode::not_found;
    if (no_image && options_.spec.pull == "never") {
      return fail(ErrorCode::not_found, "image '" + options_.spec.image +
                                            "' is not on this machine, and pull is 'never'");
    }
    if (no_image && options_.spec.pull == "missing") {
      AIFLOW_TRY(pull());
      made = create_once(body);
    }
    if (!made) {
      if (is_gone(made.error()) || made.error().code == ErrorCode::denied) {
        return fail(made.error());
      }
      return fail(made.error().code, "the container cannot be made: " + made.error().message);
    }
    id_ = *std::move(made);
    return {};
  }

  /// An earlier attempt's container has to go first: its worker was killed, nobody waits for it.
  Result<std::string> create_once(const json::Value& body) {
    const std::string name = options_.owner.container_name();
    auto made = engine_.create(name, body);
    for (int tries = 0; tries < kNameTries && !made; ++tries) {
      if (made.error().code != ErrorCode::conflict) break;
      if (tries == 0) events_.note("removing the container of an earlier attempt");
      AIFLOW_TRY(engine_.remove(name));
      // The removal may be somebody else's, who is still at it.
      if (tries > 0 && !pause(kNameAgain, options_.stop)) break;
      made = engine_.create(name, body);
    }
    return made;
  }

  /// Passes its output on until it has ended -> exit code.
  Result<int> follow() {
    std::optional<UseWatch> watch;
    if (events_.used) watch.emplace(clock_, engine_.socket(), id_, events_.used);
    while (true) {
      const auto read = logs(true, options_.stop);
      if (options_.stop.stop_requested()) return end();
      auto code = engine_.wait(id_, options_.stop);
      if (code && read) return code;
      if (options_.stop.stop_requested()) return end();
      if (code) {
        static_cast<void>(logs(false, {}));
        return code;
      }
      if (!is_gone(code.error())) return fail(std::move(code.error()));
      AIFLOW_TRY(find_again());
    }
  }

  Status logs(bool follow, const std::stop_token& stop) {
    return engine_.logs(
        {.id = id_, .follow = follow, .place = &place_, .on_output = events_.output, .stop = stop});
  }

  /// The stop: its own time to end, then SIGKILL; and what it said meanwhile.
  Result<int> end() {
    stopped_ = true;
    events_.note("stopping the container");
    AIFLOW_TRY(engine_.stop(id_, options_.grace));
    static_cast<void>(logs(false, {}));
    AIFLOW_ASSIGN(const auto state, engine_.inspect(id_));
    return state.exit_code;
  }

  /// After the daemon went away: waits for it, and looks what has become of the container.
  Status find_again() {
    daemon_was_gone_ = true;
    events_.note("the Docker daemon is gone, waiting for it");
    AIFLOW_TRY(await_daemon(options_.stop));
    const auto state = engine_.inspect(id_);
    if (!state && state.error().code == ErrorCode::not_found) {
      id_.clear();
      return fail(ErrorCode::unavailable,
                  "the Docker daemon was restarted, and the container is gone");
    }
    if (!state) return is_gone(state.error()) ? Status{} : Status(fail(state.error()));
    events_.note(state->running ? "the Docker daemon is back, and the container still runs"
                                : "the Docker daemon is back, and the container has ended");
    if (state->running) static_cast<void>(pause(kLogAgain, options_.stop));
    return {};
  }

  Status await_daemon(const std::stop_token& stop) {
    const Deadline deadline = Deadline::after(clock_, options_.daemon_wait);
    Duration every = kDaemonPollMin;
    while (true) {
      const Deadline once = Deadline::after(clock_, std::chrono::seconds(5));
      const auto once_more = engine_.ping(once);
      if (once_more) return {};
      if (deadline.passed(clock_.steady_now())) {
        daemon_stays_away_ = true;
        return fail(ErrorCode::unavailable,
                    daemon_was_gone_ ? "the Docker daemon went away and did not come back"
                                     : once_more.error().message);
      }
      if (!pause(every, stop)) {
        return fail(ErrorCode::cancelled, "stopped while the Docker daemon was away");
      }
      every = std::min(every * 2, kDaemonPollMax);
    }
  }

  RunResult judge(int code) {
    RunResult result{.outcome = Outcome::success, .cause = "", .exit_code = code};
    if (code == 0) return result;
    const auto& skips = options_.spec.skip_exit_codes;
    if (!stopped_ && skips && std::ranges::find(*skips, code) != skips->end()) {
      result.outcome = Outcome::skipped;
      result.cause = "exit code " + std::to_string(code) + " means skipped";
      return result;
    }
    result.outcome = Outcome::failed;
    result.cause = cause_of(code);
    return result;
  }

  std::string cause_of(int code) {
    const std::string number = "exit code " + std::to_string(code);
    if (stopped_) return "stopped, " + number;
    const auto state = engine_.inspect(id_);
    if (state && state->out_of_memory) return "out of memory (" + memory_words() + ")";
    if (daemon_was_gone_) return "the Docker daemon was restarted, and ended the container";
    if (state && code == kSignalBase + SIGKILL) {
      return number + ": killed from outside, or by a shutdown of the Docker daemon";
    }
    if (!state) return number + ", and the Docker daemon went away";
    return number;
  }

  [[nodiscard]] std::string memory_words() const {
    if (!options_.spec.memory_bytes) return "killed by the kernel";
    return "the container's limit is " + std::to_string(*options_.spec.memory_bytes >> 20U) +
           " MiB";
  }

  void put_away() {
    if (options_.spec.remove == "never") {
      // The next attempt needs the name.
      static_cast<void>(
          engine_.rename(id_, options_.owner.container_name() + "-" + options_.owner.epoch));
      return;
    }
    auto removed = engine_.remove(id_);
    const bool may_come = !removed && is_gone(removed.error()) && !daemon_stays_away_;
    if (may_come && await_daemon({})) removed = engine_.remove(id_);
    if (!removed) events_.note("the container stays behind: " + removed.error().message);
  }

  const Clock& clock_;
  Engine& engine_;
  const RunOptions& options_;
  const RunEvents& events_;
  std::string id_;
  LogPlace place_;
  bool stopped_ = false;
  bool daemon_was_gone_ = false;
  bool daemon_stays_away_ = false;  ///< it was waited for
};

}  // namespace

std::string Owner::container_name() const {
  std::string word;
  for (const char c : task) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    word += fits ? c : '-';
  }
  return "aiflow-" + word.substr(0, kNameWordBytesMax) + "-" + hash_of(worker + "\n" + task);
}

RunResult run_container(const Clock& clock, Engine& engine, const RunOptions& options,
                        const RunEvents& events) {
  return ContainerRun(clock, engine, options, events).run();
}

Result<int> remove_leftovers(Engine& engine, const Owner& owner,
                             const std::set<std::string>& kept) {
  const bool of_attempt = !owner.attempt.empty();
  AIFLOW_ASSIGN(const auto found, engine.list(of_attempt ? kLabelAttempt + ("=" + owner.attempt)
                                                         : kLabelWorker + ("=" + owner.worker)));
  int count = 0;
  for (const auto& one : found) {
    if (one.label(kLabelWorker) != owner.worker) continue;
    if (!of_attempt && one.label(kLabelStart) == owner.start) continue;
    if (kept.contains(one.label(kLabelAttempt))) continue;
    if (!one.running && !one.label(kLabelKeep).empty()) continue;
    AIFLOW_TRY(engine.remove(one.id));
    ++count;
  }
  return count;
}

}  // namespace aiflow::docker

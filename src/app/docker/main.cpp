// SPDX-License-Identifier: Apache-2.0
// aiflow-docker: a container as if it were a process. The worker starts it as the root process of
// an attempt; a task of DockerOperator with templates starts it itself.
//
// `run` reads a ContainerSpec (api/worker.yaml) from standard input, passes on what the container
// prints, ends with the container's exit code, and says how it went in a TaskDone frame on the
// descriptor --result-fd; with --tells-use, TaskUsage frames before it tell what it uses. With
// --serve the container finds the server's API in that folder, with
// --frames also a task's own way to the worker (docker/task_relay.h). SIGTERM, or the end of its
// parent, stops the container; with --stays the parent's end leaves it to the next worker, whose
// --adopt goes on with it. `clean` removes the containers that an earlier run of the worker
// left, but those of the marks after --keep; with a mark, that attempt's. It waits for a daemon
// that does not answer. Who it works for stands in the environment: AIFLOW_DOCKER_*, AIFLOW_ATTEMPT
// (supervise/detail).
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "docker/container_run.h"
#include "docker/task_relay.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/frame.h"
#include "os/signals.h"
#include "os/system_clock.h"

namespace aiflow {
namespace {

constexpr std::size_t kSpecBytesMax = 8U << 20;
constexpr auto kCleanWait = std::chrono::minutes(10);
constexpr int kExitUsage = 2;
constexpr int kExitNotStarted = 125;

constexpr const char* kUsage =
    "usage: aiflow-docker run [--stays] [--adopt] [--result-fd N] [--tells-use]\n"
    "                         [--serve DIR [--frames]]\n"
    "       aiflow-docker clean [MARK | --keep MARK...]\n"
    "Started by AIflow's worker; see docs/guide/docker.md.\n";

std::string variable(const std::string& name) { return os::get_env(name).value_or(""); }

docker::Owner owner() {
  return {.worker = variable("AIFLOW_DOCKER_WORKER"),
          .start = variable("AIFLOW_DOCKER_START"),
          .attempt = variable("AIFLOW_ATTEMPT"),
          .task = variable("AIFLOW_DOCKER_TASK"),
          .epoch = variable("AIFLOW_DOCKER_EPOCH"),
          .server = variable("AIFLOW_DOCKER_SERVER")};
}

os::Path socket_path() {
  const auto socket = variable("AIFLOW_DOCKER_SOCKET");
  return socket.empty() ? os::Path(docker::kDefaultSocket) : os::Path(socket);
}

/// What scripts written for Airflow or AIflow look for.
std::map<std::string, std::string> context_variables() {
  auto env = os::environment();
  std::erase_if(env, [](const auto& entry) {
    return !entry.first.starts_with("AIFLOW_CTX_") && !entry.first.starts_with("AIRFLOW_CTX_");
  });
  return env;
}

/// Read as it is open: it may be a file in memory, or another user's pipe.
Result<std::string> read_input() {
  std::string text;
  std::array<char, 64U << 10> buffer;
  while (text.size() <= kSpecBytesMax) {
    const ssize_t got = ::read(0, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(os::error_from_errno(errno, "read the standard input"));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return fail(ErrorCode::invalid_argument, "it is longer than 8 MiB");
}

Result<wire::ContainerSpec> read_spec() {
  AIFLOW_ASSIGN(const auto text, read_input());
  AIFLOW_ASSIGN(const auto value, json::parse(text));
  return wire::parse_container_spec(value);
}

void print(docker::Stream stream, std::string_view text) {
  // Nobody reads when the worker is gone; the container is ended by the signal that comes with it.
  static_cast<void>(os::write_all(stream == docker::Stream::standard_error ? 2 : 1, text));
}

void print_progress(docker::PullProgress progress) {
  const auto value = json::object({{"done", progress.done_bytes},
                                   {"total", progress.total_bytes},
                                   {"unit", "bytes"},
                                   {"what", "pulling the image"}});
  print(docker::Stream::standard_error, "::aiflow:progress " + json::write(value) + "\n");
}

/// Turns the signals that end a process into a request to stop.
class StopOnSignal {
 public:
  static Result<std::unique_ptr<StopOnSignal>> start() {
    AIFLOW_ASSIGN(os::Fd signals, os::signal_fd({SIGTERM, SIGINT}));
    AIFLOW_ASSIGN(os::Pipe end, os::make_pipe());
    return std::make_unique<StopOnSignal>(std::move(signals), std::move(end));
  }
  StopOnSignal(os::Fd signals, os::Pipe end)
      : signals_(std::move(signals)), end_(std::move(end)), thread_([this] { watch(); }) {}
  ~StopOnSignal() { end_.write_end.reset(); }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void watch() {
    std::array waits{pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                     pollfd{.fd = end_.read_end.get(), .events = POLLIN, .revents = 0}};
    while (waits[1].revents == 0) {
      if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
      if (os::read_signal(signals_.get())) source_.request_stop();
    }
  }

  os::Fd signals_;
  os::Pipe end_;
  std::stop_source source_;
  std::jthread thread_;
};

std::string usage_frame(const docker::ContainerUse& use) {
  const auto ms = [](Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  json::Value value = to_json(wire::TaskUsage{.cpu_user_ms = ms(use.user),
                                              .cpu_system_ms = ms(use.system),
                                              .memory_bytes = use.memory_bytes,
                                              .memory_peak_bytes = use.memory_peak_bytes});
  value.set("type", "TaskUsage");
  return json::write(value);
}

void send_result(int fd, const docker::RunResult& result) {
  wire::TaskDone done;
  done.outcome = result.outcome;
  done.cause = result.cause;
  json::Value value = to_json(done);
  value.set("type", "TaskDone");
  static_cast<void>(os::write_all(fd, os::encode_frame(json::write(value))));
}

using OnUse = std::function<void(const docker::ContainerUse&)>;

docker::RunResult run(const Clock& clock, const std::stop_token& stop, bool adopts, OnUse used) {
  docker::RunOptions options;
  auto spec = read_spec();
  if (!spec) {
    return {.cause = "the container's specification is wrong: " + spec.error().message};
  }
  options.spec = *std::move(spec);
  options.owner = owner();
  options.adopts = adopts;
  options.stop = stop;
  options.env = context_variables();
  options.allow_privileged = variable("AIFLOW_DOCKER_PRIVILEGED") == "1";
  const docker::RunEvents events{.output = print,
                                 .note =
                                     [](const std::string& line) {
                                       print(docker::Stream::standard_error,
                                             "::aiflow:note " + line + "\n");
                                     },
                                 .pulling = print_progress,
                                 .used = std::move(used)};
  docker::Engine engine(clock,
                        options.spec.socket ? os::Path(*options.spec.socket) : socket_path());
  return docker::run_container(clock, engine, options, events);
}

struct RunWords {
  bool stays = false;
  bool adopts = false;
  bool tells_use = false;
  int result_fd = -1;
  os::Path serve;
  bool frames = false;
};

/// What the task itself has said stands; nothing said is a failure, whatever its exit code.
void tell(const RunWords& words, docker::RunResult result, bool task_has_said) {
  if (words.frames && task_has_said) return;
  if (words.frames && result.outcome == Outcome::success) {
    result.outcome = Outcome::failed;
    result.cause = "the task's process ended without saying how the task went";
  }
  if (words.result_fd >= 0) return send_result(words.result_fd, result);
  if (!result.cause.empty()) std::cerr << result.cause << "\n";
}

int run_command(const RunWords& words) {
  // The worker's own end ends the container; the worker itself cannot do that any more.
  ::prctl(PR_SET_PDEATHSIG, words.stays ? SIGKILL : SIGTERM);
  const os::SystemClock clock;
  const auto stop = StopOnSignal::start();
  if (!stop) return kExitNotStarted;
  std::unique_ptr<docker::TaskRelay> relay;
  if (!words.serve.empty()) {
    auto started = docker::TaskRelay::start({.folder = words.serve,
                                             .worker_fd = words.frames ? words.result_fd : -1,
                                             .api_socket = variable("AIFLOW_API_SOCKET")});
    if (!started) {
      tell(words, {.cause = started.error().message}, false);
      return kExitNotStarted;
    }
    relay = *std::move(started);
  }
  OnUse used;
  if (words.tells_use) {
    used = [&](const docker::ContainerUse& use) {
      const std::string frame = usage_frame(use);
      // The relay's frames and ours go through the same descriptor.
      if (words.frames) return relay->send_to_worker(frame);
      static_cast<void>(os::write_all(words.result_fd, os::encode_frame(frame)));
    };
  }
  const auto result = run(clock, (*stop)->token(), words.adopts, std::move(used));
  tell(words, result, relay != nullptr && relay->finish());
  return result.exit_code;
}

int clean_command(std::string mark, const std::set<std::string>& kept) {
  const os::SystemClock clock;
  docker::Engine engine(clock, socket_path());
  docker::Owner of = owner();
  of.attempt = std::move(mark);
  if (of.worker.empty()) return kExitUsage;
  const Deadline deadline = Deadline::after(clock, kCleanWait);
  auto removed = docker::remove_leftovers(engine, of, kept);
  while (!removed && removed.error().code == ErrorCode::unavailable &&
         !deadline.passed(clock.steady_now())) {
    constexpr int kAgainMs = 500;
    ::poll(nullptr, 0, kAgainMs);
    removed = docker::remove_leftovers(engine, of, kept);
  }
  if (!removed) {
    std::cerr << "containers are not cleaned up: " << removed.error().message << "\n";
    return 1;
  }
  if (*removed > 0) std::cerr << "removed containers left behind: " << *removed << "\n";
  return 0;
}

std::optional<RunWords> read_run_words(std::vector<std::string> words) {
  RunWords run;
  run.stays = std::erase(words, "--stays") > 0;
  run.adopts = std::erase(words, "--adopt") > 0;
  run.tells_use = std::erase(words, "--tells-use") > 0;
  if (!words.empty() && words.back() == "--frames") {
    run.frames = true;
    words.pop_back();
  }
  if (words.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (words[i] == "--result-fd") {
      run.result_fd = std::atoi(words[i + 1].c_str());
    } else if (words[i] == "--serve") {
      run.serve = words[i + 1];
    } else {
      return std::nullopt;
    }
  }
  return run;
}

int main_of(const std::vector<std::string>& words) {
  os::ignore_sigpipe();
  if (!words.empty() && words[0] == "run") {
    const auto run = read_run_words({words.begin() + 1, words.end()});
    if (run) return run_command(*run);
  }
  if (words.size() == 1 && words[0] == "clean") return clean_command("", {});
  if (words.size() >= 2 && words[0] == "clean" && words[1] == "--keep") {
    return clean_command("", {words.begin() + 2, words.end()});
  }
  if (words.size() == 2 && words[0] == "clean") return clean_command(words[1], {});
  const bool asked = words.size() == 1 && words[0] == "--help";
  (asked ? std::cout : std::cerr) << kUsage;
  return asked ? 0 : kExitUsage;
}

}  // namespace
}  // namespace aiflow

int main(int argc, char** argv) { return aiflow::main_of({argv + 1, argv + argc}); }

// SPDX-License-Identifier: Apache-2.0
// A server for worker tests: one connection at a time, read step by step by the test, and a worker
// process to talk to. Test code only.
#pragma once

#include <doctest/doctest.h>

#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "os/environment.h"
#include "os/event_loop.h"
#include "os/file.h"
#include "os/process.h"
#include "os/process_tree.h"
#include "os/socket.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "supervise/detail/message.h"
#include "supervise/detail/secrets.h"
#include "wire/worker.h"

namespace aiflow::supervise {

inline const os::SystemClock kClock;
inline Deadline soon() { return Deadline::after(kClock, std::chrono::seconds(20)); }

inline bool eventually(const std::function<bool()>& condition) {
  const Deadline deadline = soon();
  const auto loop = os::EventLoop::create(kClock).value();
  while (!condition()) {
    if (deadline.passed(kClock.steady_now())) return false;
    loop->run_once(std::chrono::milliseconds(2));
  }
  return true;
}

/// Runs and is no zombie.
inline bool alive(int pid) {
  const auto stat = os::read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  return stat && stat->find(") Z ") == std::string::npos;
}

struct WorkerSetup {
  int grace_ms = 100;
  std::uint64_t log_bytes_max = 1 << 20;
  std::optional<std::uint64_t> file_bytes_max = std::nullopt;
  bool ends_with_lease = false;
  std::string island{};  ///< that it is the worker of; empty: of none
  std::string sdk = AIFLOW_SOURCE_DIR "/sdk/python";
};

class Bench {
 public:
  explicit Bench(const WorkerSetup& setup = {}) : setup_(setup) {
    REQUIRE(os::make_dirs(home() / "run").has_value());
    listener_ = os::listen_unix(home() / "run/worker.sock").value();
    start_worker();
    accept();
  }
  ~Bench() {
    if (worker_ && !worker_->poll()) {
      worker_->send_signal(SIGTERM);
      worker_->send_signal(SIGTERM);
      if (!worker_->wait(soon())) worker_->stop({});
    }
    // A worker that a test killed could not remove it.
    static_cast<void>(os::remove_tree(detail::secrets_directory(home())));
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  [[nodiscard]] os::Path home() const { return dir_.path(); }
  [[nodiscard]] os::Process& worker() { return *worker_; }

  void start_worker() {
    os::ProcessOptions options;
    options.argv = {AIFLOW_BUILD_DIR "/bin/supervise_test_worker",
                    home().string(),
                    setup_.sdk,
                    std::to_string(setup_.grace_ms),
                    std::to_string(setup_.log_bytes_max),
                    setup_.ends_with_lease ? "1" : "0",
                    setup_.island};
    options.fds = {{2, 2}};
    options.env = os::environment();
    (*options.env)["STRANGER"] = "here";
    options.limits.file_bytes = setup_.file_bytes_max;
    worker_ = os::Process::start(options).value();
  }

  /// Takes the worker's next connection and answers its hello.
  wire::Hello accept() {
    const auto hello = hear_hello();
    send("HelloOk", wire::HelloOk{.server_id = "s", .heartbeat_ms = 50, .lease_ms = 1000});
    return hello;
  }
  /// The same without an answer.
  wire::Hello hear_hello() {
    connection_ = os::accept_unix(listener_.get(), soon()).value();
    return wire::parse_hello(wait_for("Hello")).value();
  }
  void disconnect() { connection_.reset(); }
  void stop_listening() {
    disconnect();
    listener_.reset();
  }
  void listen_again() { listener_ = os::listen_unix(home() / "run/worker.sock").value(); }

  template <class Message>
  void send(std::string_view type, const Message& message) {
    REQUIRE(os::send_all(connection_.get(), detail::encode(type, message), soon()).has_value());
  }

  /// Reads until a message of this type; others are kept in `seen`.
  json::Value wait_for(std::string_view type) {
    for (;;) {
      auto frame = os::recv_frame(connection_.get(), 8 << 20, soon());
      REQUIRE_MESSAGE(frame.has_value(), "waiting for ", std::string(type));
      json::Value value = json::parse(*frame).value();
      seen.emplace_back(detail::type_of(value));
      if (seen.back() == type) return value;
    }
  }

  void ack(std::int64_t seq) { send("Ack", wire::Ack{.seq = seq, .accepted = true, .reason = ""}); }

  /// Waits for the end of an attempt and acknowledges it.
  wire::Finished finished() {
    const auto report = wire::parse_finished(wait_for("Finished")).value();
    ack(report.seq);
    return report;
  }

  wire::Job bash_job(const std::string& command) {
    wire::Job job;
    job.key = {
        .dag_id = "d", .run_id = "r", .task_id = "t" + std::to_string(++jobs_), .map_index = -1};
    job.try_number = 1;
    job.epoch = 1;
    job.operator_ = "bash";
    job.payload = json::object({{"bash_command", command}, {"templated", false}});
    job.params = json::object({});
    job.run_type = "manual";
    job.log_path = (home() / "logs" / (job.key.task_id + ".log")).string();
    job.max_tries = 1;
    return job;
  }
  /// A task of the file that write_dag() wrote.
  wire::Job python_job(const std::string& task_id) {
    wire::Job job = bash_job("");
    job.key.task_id = task_id;
    job.operator_ = "python";
    job.payload = json::object({});
    job.dag_file = (home() / "dag.py").string();
    job.log_path = (home() / "logs" / (task_id + ".log")).string();
    return job;
  }
  void write_dag(const std::string& source) const {
    REQUIRE(os::write_atomic(home() / "dag.py", source).has_value());
  }
  void start(const wire::Job& job) { send("Start", wire::Start{.job = job}); }
  wire::Finished run(const wire::Job& job) {
    start(job);
    return finished();
  }
  [[nodiscard]] std::string log_of(const wire::Job& job) const {
    return os::read_file(job.log_path, 256U << 20).value_or("");
  }
  /// Bytes of reports on disk.
  [[nodiscard]] std::uintmax_t spooled() const {
    return std::filesystem::file_size(home() / "spool/reports");
  }
  /// A file that a task writes as the sign that it is so far.
  void wait_for_file(const os::Path& path) const {
    REQUIRE(eventually([&] { return !os::read_file(path, 100).value_or("").empty(); }));
  }
  [[nodiscard]] int pid_in(const os::Path& path) const {
    wait_for_file(path);
    return std::stoi(os::read_file(path, 100).value());
  }

  std::vector<std::string> seen;

 private:
  WorkerSetup setup_;
  os::TempDir dir_ = os::TempDir::create("aiflow-worker").value();
  os::Fd listener_;
  os::Fd connection_;
  std::optional<os::Process> worker_;
  int jobs_ = 0;
};

inline wire::AttemptRef ref_of(const wire::Job& job) {
  return {.key = job.key, .try_number = job.try_number, .epoch = job.epoch};
}

}  // namespace aiflow::supervise

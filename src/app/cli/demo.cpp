// SPDX-License-Identifier: Apache-2.0
#include "app/cli/demo.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <map>
#include <optional>
#include <stop_token>
#include <thread>

#include "app/cli/commands.h"
#include "app/cli/demo_screen.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"
#include "os/signals.h"
#include "os/socket.h"
#include "os/system_clock.h"

namespace aiflow::app {
namespace {

constexpr const char* kDag = "smart_city";
constexpr Duration kStartTimeout = std::chrono::seconds(30);
constexpr Duration kPause = std::chrono::milliseconds(20);
constexpr Duration kSignalPause = std::chrono::milliseconds(100);
constexpr std::size_t kOutputBytesMax = 1U << 20;

Result<os::Fd> open_append(const std::filesystem::path& path) {
  os::Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!fd.valid()) return fail(os::error_from_errno(errno, path.string()));
  return fd;
}

/// Turns Ctrl-C and SIGTERM into a stop request.
class Interrupt {
 public:
  /// Call before other threads start: they inherit the blocked signals.
  static Result<Interrupt> install() {
    AIFLOW_ASSIGN(os::Fd signals, os::signal_fd({SIGINT, SIGTERM}));
    return Interrupt(std::move(signals));
  }
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  explicit Interrupt(os::Fd signals)
      : watcher_([fd = std::move(signals), source = source_](const std::stop_token& done) mutable {
          while (!done.stop_requested() && !os::read_signal(fd.get())) os::sleep_for(kSignalPause);
          source.request_stop();
        }) {}

  std::stop_source source_;
  std::jthread watcher_;
};

/// The demo's own server process, or none when one was running already. Ends it with its worker.
class DemoServer {
 public:
  explicit DemoServer(const Clock& clock, ApiClient& client) : clock_(clock), client_(client) {}
  ~DemoServer() { stop(); }
  DemoServer(const DemoServer&) = delete;
  DemoServer& operator=(const DemoServer&) = delete;

  Status start(const DemoOptions& options);
  void stop();
  /// Waits until the server has ended or a stop was requested.
  void wait(const std::stop_token& stop);

 private:
  const Clock& clock_;
  ApiClient& client_;
  std::optional<os::Process> process_;
};

Status DemoServer::start(const DemoOptions& options) {
  if (client_.get("/api/v2/monitor/health")) return {};
  AIFLOW_TRY(os::make_dirs(options.home / "logs"));
  const auto output = options.home / "logs" / "demo-server.log";
  AIFLOW_TRY(os::write_atomic(output, ""));
  AIFLOW_ASSIGN(const os::Fd log, open_append(output));
  AIFLOW_ASSIGN(process_,
                os::Process::start(
                    {.argv = {os::program_path().string(), "serve", "--home", options.home.string(),
                              "--port", options.port, "--dags", options.examples.string()},
                     .fds = {{log.get(), 1}, {log.get(), 2}},
                     .grouping = os::Grouping::new_session}));
  const Deadline deadline = Deadline::after(clock_, kStartTimeout);
  std::string said;
  // The server writes its welcome in one piece when it is ready.
  while (said.find(" is ready at ") == std::string::npos) {
    if (process_->poll() || deadline.passed(clock_.steady_now())) {
      return fail(ErrorCode::unavailable, "the server did not start: " + said);
    }
    os::sleep_for(kPause);
    said = os::read_file(output, kOutputBytesMax).value_or("");
  }
  // The set-up link stands in the output of a first start; show it this once and leave no copy on
  // the disk.
  std::cout << "\n" << said << std::flush;
  return os::write_atomic(output, "");
}

void DemoServer::stop() {
  if (!process_) return;
  std::vector<int> workers;
  if (const auto items = client_.list("/api/v2/workers")) {
    for (const auto& item : *items) {
      if (const auto worker = wire::parse_worker(item))
        workers.push_back(static_cast<int>(worker->pid));
    }
  }
  process_->stop(std::chrono::seconds(10));
  process_.reset();
  // The worker outlives a server on purpose; the demo's goes with the demo. Twice: the second
  // SIGTERM ends running tasks.
  for (const int pid : workers) ::kill(pid, SIGTERM), ::kill(pid, SIGTERM);
}

void DemoServer::wait(const std::stop_token& stop) {
  while (!stop.stop_requested() && !(process_ && process_->poll())) os::sleep_for(kSignalPause);
}

/// Waits until the server has read the DAG file.
Status wait_for_dag(ApiClient& client) {
  const Deadline deadline = Deadline::after(client.clock(), kStartTimeout);
  for (;;) {
    const auto dag = client.get(api_path({"dags", kDag}));
    if (dag) return {};
    if (dag.error().code != ErrorCode::not_found) return fail(dag.error());
    if (deadline.passed(client.clock().steady_now())) {
      return fail(ErrorCode::not_found, "the DAG smart_city was not read; see: aiflow dags errors");
    }
    os::sleep_for(kPause);
  }
}

/// The run's task instances in the order of the DAG (the graph lists its nodes so).
Result<std::vector<wire::TaskInstance>> tasks_of(ApiClient& client, const std::string& run_id) {
  AIFLOW_ASSIGN(const auto items,
                client.list(api_path({"dags", kDag, "dagRuns", run_id, "taskInstances"})));
  AIFLOW_ASSIGN(const auto grid_value, client.get(api_path({"dags", kDag, "grid"}) + "?limit=1"));
  AIFLOW_ASSIGN(const auto grid, wire::parse_grid(grid_value));
  std::map<std::string, wire::TaskInstance> by_id;
  for (const auto& item : items) {
    AIFLOW_ASSIGN(auto task, wire::parse_task_instance(item));
    by_id.emplace(task.task_id, std::move(task));
  }
  std::vector<wire::TaskInstance> ordered;
  for (const auto& row : grid.tasks) {
    if (const auto found = by_id.find(row.task_id); found != by_id.end()) {
      ordered.push_back(found->second);
    }
  }
  return ordered;
}

/// Follows one run on the event stream until it has ended.
class RunFollower {
 public:
  RunFollower(ApiClient& client, std::string run_id, std::stop_token stop)
      : client_(client), run_id_(std::move(run_id)), stop_(std::move(stop)) {}

  Result<wire::DagRun> follow() {
    AIFLOW_TRY(client_.stream("/api/v2/stream", {.request = {},
                                                 .on_event =
                                                     [&](const net::SseMessage& message) {
                                                       take(message);
                                                       return !ended_;
                                                     },
                                                 .stop = stop_}));
    if (screen_) screen_->finish();
    if (stop_.stop_requested())
      return fail(ErrorCode::cancelled, "stopped before the run had ended");
    if (!ended_) return fail(ErrorCode::unavailable, "the server went away during the run");
    return *std::move(ended_);
  }

 private:
  /// After "hello" nothing is missed any more: what has happened before is read now.
  void load() {
    ApiClient reader(client_.clock(), client_.home());  // the stream holds the other connection
    auto tasks = tasks_of(reader, run_id_);
    const auto run = reader.get(api_path({"dags", kDag, "dagRuns", run_id_}));
    if (!tasks || !run) return;
    screen_.emplace(client_.clock(), *std::move(tasks), is_terminal());
    take_run(*run);
  }

  void take_run(const json::Value& value) {
    auto run = wire::parse_dag_run(value);
    if (run && (run->state == RunState::success || run->state == RunState::failed)) {
      ended_ = *std::move(run);
    }
  }

  void take(const net::SseMessage& message) {
    const auto value = json::parse(message.data);
    const auto event = value ? wire::parse_stream_event(*value) : fail(value.error());
    if (!event) return;
    if (event->kind == "hello") return load();
    if (!screen_) return;
    const json::Value* run = event->data.find("dag_run_id");
    if (run == nullptr || !run->is_string() || run->as_string() != run_id_) return;
    if (event->kind == "task_instance") {
      if (const auto task = wire::parse_task_instance(event->data)) screen_->changed(*task);
    } else if (event->kind == "progress") {
      const auto task = json::get_string(event->data, "task_id");
      const auto info = json::get_object(event->data, "progress");
      const auto progress = info ? wire::parse_progress_info(**info) : fail(info.error());
      if (task && progress) screen_->progress(*task, *progress);
    } else if (event->kind == "dag_run") {
      take_run(event->data);
    }
  }

  ApiClient& client_;
  const std::string run_id_;
  const std::stop_token stop_;
  std::optional<DemoScreen> screen_;
  std::optional<wire::DagRun> ended_;
};

Status print_tasks(ApiClient& client, const wire::DagRun& run) {
  AIFLOW_ASSIGN(const auto tasks, tasks_of(client, run.dag_run_id));
  Table table{.header = {"TASK", "STATE", "TOOK", "TRY"}, .rows = {}};
  for (const auto& task : tasks) {
    const bool timed = task.start_date && task.end_date && task.state != TaskState::skipped;
    table.rows.push_back({task.task_id, state_label(task.state, is_terminal()),
                          timed ? format_duration(*task.end_date - *task.start_date) : "-",
                          std::to_string(task.try_number)});
  }
  std::cout << "\nTasks\n" << render(table);
  return {};
}

Status print_report(ApiClient& client) {
  AIFLOW_ASSIGN(const auto reports, client.list("/api/v2/reports?limit=1"));
  if (reports.empty()) return {};
  AIFLOW_ASSIGN(const auto report, wire::parse_report(reports.front()));
  std::cout << "\n"
            << report.title << " (on " << report.device << ")\n"
            << render(report_table(report.body));
  return {};
}

/// The events of this run, oldest first, with a count by kind and direction.
Status print_events(ApiClient& client, const std::string& run_id) {
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/events?limit=500"));
  Table table{.header = event_header(), .rows = {}};
  std::map<std::string, int> counts;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    AIFLOW_ASSIGN(const auto event, wire::parse_scene_event(*item));
    if (event.lineage.dag_run_id != run_id) continue;
    AIFLOW_ASSIGN(auto row, event_row(*item));
    ++counts[event_kind(event)];
    table.rows.push_back(std::move(row));
  }
  std::cout << "\nEvents on the street, each with a snapshot (aiflow events snapshot EVENT)\n"
            << render(table) << "\n";
  for (const auto& [kind, count] : counts) std::cout << "  " << count << " × " << kind << "\n";
  return {};
}

Status print_address(const DemoOptions& options) {
  AIFLOW_ASSIGN(const auto text,
                os::read_file(options.home / "run" / "server.json", kOutputBytesMax));
  AIFLOW_ASSIGN(const auto server, json::parse(text));
  AIFLOW_ASSIGN(const auto url, json::get_string(server, "url"));
  std::cout << "\nDashboard  " << url << "\n";
  return {};
}

Result<wire::DagRun> run_dag(ApiClient& client, const DemoOptions& options, std::stop_token stop) {
  AIFLOW_TRY(wait_for_dag(client));
  AIFLOW_ASSIGN(
      const auto answer,
      client.call("POST", api_path({"dags", kDag, "dagRuns"}),
                  json::object({{"conf", json::object({{"clip", options.clip.string()}})}})));
  AIFLOW_ASSIGN(const auto run, wire::parse_dag_run(answer));
  std::cout << "DAG run " << run.dag_run_id << " of " << kDag << "\n\n" << std::flush;
  return RunFollower(client, run.dag_run_id, std::move(stop)).follow();
}

}  // namespace

Status run_demo(const Clock& clock, const DemoOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(options.clip, ignored)) {
    return fail(ErrorCode::not_found,
                "the demo clip " + options.clip.string() +
                    " is missing; install Debian's package opencv-doc, or give "
                    "another one with --clip");
  }
  AIFLOW_ASSIGN(const auto interrupt, Interrupt::install());
  ApiClient client(clock, options.home);
  DemoServer server(clock, client);
  AIFLOW_TRY(server.start(options));
  AIFLOW_TRY(print_address(options));
  AIFLOW_ASSIGN(const auto run, run_dag(client, options, interrupt.token()));
  AIFLOW_TRY(print_tasks(client, run));
  AIFLOW_TRY(print_report(client));
  AIFLOW_TRY(print_events(client, run.dag_run_id));
  if (options.once) {
    std::cout << "\nSee it in the browser: aiflow serve --home " << options.home.string() << "\n";
  } else {
    AIFLOW_TRY(print_address(options));
    std::cout << "In another terminal: aiflow tasks list smart_city --home "
              << options.home.string() << "\nThe server goes on; Ctrl-C ends it.\n"
              << std::flush;
    server.wait(interrupt.token());
  }
  if (run.state != RunState::success) {
    return fail(ErrorCode::internal, "the run failed: " + run.cause +
                                         "; see the logs in the dashboard, "
                                         "or: aiflow tasks list smart_city --home " +
                                         options.home.string());
  }
  return {};
}

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// aiflow dags test, aiflow tasks test: a run in a Python process of its own, without a server.
#include <csignal>

#include "app/cli/workflow/words.h"
#include "os/environment.h"
#include "os/process.h"
#include "os/signals.h"

namespace aiflow::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPython = "/usr/bin/python3";

const std::vector<Parameter> kHow = {
    {.name = "date", .help = "the logical date: 2026-01-31, or RFC 3339; now when left out"},
    {.name = "--conf", .help = "JSON object for the run", .otherwise = "{}"},
    {.name = "--connections", .help = "file with connections: JSON, or NAME=URI lines"},
    {.name = "--variables", .help = "file with variables: JSON, or NAME=VALUE lines"},
    {.name = "--dags", .help = "folder with DAG files; the home's when left out", .repeat = true},
    {.name = "--home", .help = "data directory"}};

std::vector<std::string> words_of(const Invocation& in, const std::string& kind) {
  std::vector<std::string> argv = {kPython, "-m", "aiflow.local", kind};
  for (const auto* name : {"dag_id", "task_id", "date"}) {
    if (in.given(name)) argv.push_back(in.text(name));
  }
  for (const auto* option :
       {"--conf", "--connections", "--variables", "--map-index", "--mark-success-pattern"}) {
    if (in.given(option)) argv.push_back(std::string(option) + "=" + in.text(option));
  }
  auto folders = in.list("--dags");
  if (folders.empty()) {
    const fs::path home = in.given("--home") ? fs::path(in.text("--home")) : default_home();
    folders.push_back((home / "dags").string());
  }
  for (const auto& folder : folders) argv.push_back("--dags=" + folder);
  return argv;
}

/// The terminal is the process's: what it prints is not touched, and Ctrl-C ends it in its own way.
Status run_here(const Invocation& in, const std::string& kind) {
  auto env = os::environment();
  auto& path = env["PYTHONPATH"];
  path = sdk_folder().string() + (path.empty() ? "" : ":" + path);
  AIFLOW_ASSIGN(auto process, os::Process::start({.argv = words_of(in, kind),
                                                  .env = std::move(env),
                                                  .fds = {{0, 0}, {1, 1}, {2, 2}},
                                                  .grouping = os::Grouping::inherit,
                                                  .die_with_parent = true}));
  AIFLOW_ASSIGN(const auto interrupts, os::signal_fd({SIGINT}));
  AIFLOW_ASSIGN(const auto status, process.wait(Deadline::never()));
  if (status.success()) return {};
  if (status.exit_code == 2) return fail(ErrorCode::invalid_argument, "");
  // It has said why by itself: an empty message adds no second line.
  return fail(ErrorCode::internal, status.signal ? "the test was " + os::describe(status) : "");
}

std::vector<Parameter> with_how(std::vector<Parameter> own) {
  own.insert(own.end(), kHow.begin(), kHow.end());
  return own;
}

}  // namespace

std::vector<Command> test_commands(const Clock&) {
  return {
      {.words = {"dags", "test"},
       .summary = "runs a DAG once in this terminal, without a server",
       .parameters =
           [] {
             auto all = with_how({kDag});
             all.push_back({.name = "--mark-success-pattern",
                            .help = "tasks whose ids match this regular expression are not run"});
             return all;
           }(),
       .examples = {"aiflow dags test etl", "aiflow dags test etl 2026-01-31 --dags ./dags",
                    R"(aiflow dags test etl --conf '{"day": 3}' --mark-success-pattern 'wait_.*')"},
       .run = [](const Invocation& in) { return run_here(in, "dag"); }},
      {.words = {"tasks", "test"},
       .summary = "runs one task in this terminal, without a server and whatever comes before it",
       .parameters = with_how({kDag,
                               {.name = "task_id", .help = "the task", .required = true},
                               {.name = "--map-index", .help = "which instance of a mapped task"}}),
       .examples = {"aiflow tasks test etl load", "aiflow tasks test etl load 2026-01-31"},
       .run = [](const Invocation& in) { return run_here(in, "task"); }},
  };
}

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
// `aiflow`: server, worker, and command line in one program.
#include <iostream>

#include "app/cli/command.h"
#include "app/cli/commands.h"
#include "app/cli/monitor/log_commands.h"
#include "os/signals.h"
#include "os/system_clock.h"

namespace aiflow::app {
namespace {

std::vector<Command> all_commands(const Clock& clock) {
  std::vector<Command> all;
  for (auto* part : {process_commands,   dag_commands,      run_commands,      task_commands,
                     test_commands,      pool_commands,     simulate_commands, asset_commands,
                     backfill_commands,  artifact_commands, data_commands,     model_commands,
                     model_job_commands, runtime_commands,  service_commands,  camera_commands,
                     audit_commands,     project_commands,  token_commands,    value_commands,
                     user_commands,      worker_commands,   health_commands,   log_commands,
                     db_commands}) {
    auto commands = part(clock);
    all.insert(all.end(), std::make_move_iterator(commands.begin()),
               std::make_move_iterator(commands.end()));
  }
  return all;
}

int run(std::vector<std::string> words) {
  const os::SystemClock clock;
  os::ignore_sigpipe();
  auto commands = all_commands(clock);
  commands.push_back({.words = {"completion"},
                      .summary = "prints a bash completion script",
                      .parameters = {},
                      .examples = {"source <(aiflow completion)"},
                      .run = [&commands](const Invocation&) -> Status {
                        std::cout << bash_completion(commands);
                        return {};
                      }});
  return run_command_line(commands,
                          {{"dags", "DAGs and their runs"},
                           {"runs", "one run: why it is so, cancel or stop, clear, mark, note"},
                           {"tasks", "task instances, their logs and states"},
                           {"assets", "data that tasks make and DAGs wait for"},
                           {"backfills", "runs of past dates"},
                           {"artifact", "files and directories that tasks hand on"},
                           {"cache", "results that are kept by their inputs"},
                           {"lineage", "what came of what"},
                           {"retention", "what is kept for how long"},
                           {"pools", "slots that tasks of all DAGs share"},
                           {"model", "models, variants and reports"},
                           {"runtime", "runtime packs"},
                           {"service", "deployed models"},
                           {"camera", "cameras"},
                           {"events", "what the cameras' rules found"},
                           {"audit", "who changed what, and what was refused"},
                           {"tokens", "API tokens for programs"},
                           {"variables", "variables that the server keeps for tasks"},
                           {"connections", "connections that the server keeps for tasks"},
                           {"secrets", "the key of variables and connections"},
                           {"user", "users and roles"},
                           {"projects", "folders of DAGs, and who has a role in them"},
                           {"workers", "worker processes"},
                           {"db", "the database: check, backup, restore, schema"}},
                          std::move(words));
}

}  // namespace
}  // namespace aiflow::app

int main(int argc, char** argv) { return aiflow::app::run({argv + 1, argv + argc}); }

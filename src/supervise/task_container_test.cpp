// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/task_container.h"

#include <doctest/doctest.h>

#include "os/temp_dir.h"

namespace aiflow::supervise::detail {
namespace {

wire::Job job(std::string_view payload) {
  wire::Job made;
  made.operator_ = "bash";
  made.executor = "docker";
  made.payload = json::parse(payload).value();
  made.executor_config = json::parse(R"({"image":"img","env":{"E":"1"},"mounts":[],"pull":"never",
      "pull_timeout_ms":5,"remove":"always","python":"/opt/py"})")
                             .value();
  made.env = {{"AIFLOW_CTX_DAG_ID", "d"}};
  return made;
}

TaskContainer task(const wire::Job& of) {
  return {.job = of,
          .env = {{"PATH", "/outside"},
                  {"AIFLOW_CTX_DAG_ID", "d"},
                  {"AIFLOW_CONN_DB", "x://y"},
                  {"AIFLOW_DOCKER_SOCKET", "/s"},
                  {"AIFLOW_ATTEMPT", "1-1@/h"},
                  {"OWN", "2"}},
          .directory = "/h/run/worker/1",
          .token_file = "/dev/shm/t/1",
          .sdk = "/sdk",
          .python = false};
}

std::string mounts_of(const wire::ContainerSpec& spec) {
  std::string text;
  for (const auto& one : spec.mounts) {
    text += one.source + ">" + one.target + (one.read_only ? ":ro " : " ");
  }
  return text;
}

TEST_CASE("a bash task is the same command, with its own variables and no others") {
  auto of = job(R"({"bash_command":"echo $OWN","env":{"OWN":"2"}})");
  of.resources = wire::JobResources{.cpus = 0.5, .memory_bytes = 1 << 26, .pids = 9};
  of.run_as_user = "1234";
  const auto spec = task_container(task(of)).value();
  CHECK(spec.image == "img");
  CHECK(spec.entrypoint->back() == "echo $OWN");
  CHECK(!spec.command);
  CHECK(spec.working_dir == "/aiflow/work");
  CHECK(spec.user == "1234:1234");
  CHECK((spec.cpus == 0.5 && spec.memory_bytes == 1 << 26 && spec.pids == 9));
  CHECK(mounts_of(spec) == "/h/run/worker/1>/aiflow /dev/shm/t/1>/run/aiflow.token:ro ");
  for (const char* there : {"E", "OWN", "AIFLOW_CTX_DAG_ID", "AIFLOW_CONN_DB"}) {
    CHECK(spec.env.contains(there));
  }
  for (const char* absent :
       {"PATH", "AIFLOW_DOCKER_SOCKET", "AIFLOW_ATTEMPT", "AIFLOW_TASK_SOCKET"}) {
    CHECK(!spec.env.contains(absent));
  }
  CHECK(spec.env.at("AIFLOW_TOKEN_FILE") == "/run/aiflow.token");
  CHECK(spec.env.at("AIFLOW_API_SOCKET") == "/aiflow/api.sock");
}

TEST_CASE("a Python task finds the SDK and the folders of its DAG, read-only") {
  const auto folder = os::TempDir::create("dags").value();
  auto of = job(R"({"templated":true})");
  of.dag_file = folder.path() / "sub/flow.py";
  REQUIRE(os::make_dirs(folder.path() / "sub"));
  auto how = task(of);
  how.python = true;
  how.env["AIFLOW_DAG_FOLDERS"] = folder.path().string() + ":/not/there";
  const auto spec = task_container(how).value();
  CHECK(spec.entrypoint->front() == "/opt/py");
  CHECK(spec.entrypoint->back() == "/sdk");
  CHECK(spec.env.at("AIFLOW_TASK_SOCKET") == "/aiflow/task.sock");
  const std::string dags = folder.path().string();
  CHECK(mounts_of(spec).ends_with("/sdk>/sdk:ro " + dags + ">" + dags + ":ro "));
}

TEST_CASE("exit codes that mean skipped are as without a container") {
  using Codes = std::vector<std::int64_t>;
  const auto codes = [](std::string_view payload) {
    return task_container(task(job(payload))).value().skip_exit_codes;
  };
  CHECK(codes(R"({"bash_command":"x"})") == Codes{99});
  CHECK(codes(R"({"bash_command":"x","skip_on_exit_code":7})") == Codes{7});
  CHECK(codes(R"({"bash_command":"x","skip_on_exit_code":[7,8]})") == Codes{7, 8});
  CHECK(codes(R"({"bash_command":"x","skip_on_exit_code":null})")->empty());
}

TEST_CASE("what is missing is named") {
  auto of = job(R"({"bash_command":"true"})");
  of.executor_config->set("pack", "nosuch");
  auto how = task(of);
  const auto home = os::TempDir::create("home").value();
  how.env["AIFLOW_HOME"] = home.path().string();
  CHECK(task_container(how).error().message.starts_with("no pack 'nosuch' is installed"));
  of = job(R"({"bash_command":"true"})");
  of.run_as_user = "nosuchuser";
  CHECK(task_container(task(of)).error().message ==
        "the worker's machine has no user 'nosuchuser'");
  of.executor_config.reset();
  CHECK(task_container(task(of)).error().message ==
        "executor 'docker' needs an image in executor_config");
  CHECK(task_container(task(job("{}"))).error().message == "the task has no bash_command");
}

}  // namespace
}  // namespace aiflow::supervise::detail

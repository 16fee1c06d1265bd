// SPDX-License-Identifier: Apache-2.0
// Python tasks: worker, zygote and the SDK's task side together.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "supervise/detail/worker_bench.h"

namespace aiflow::supervise {
namespace {

constexpr const char* kDag = R"py(
import os, subprocess, sys, time
from airflow import DAG
from airflow.exceptions import AirflowSkipException
from airflow.operators.bash import BashOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator

home = os.environ.get('AIFLOW_HOME', '')

def hog():
    x = bytearray(256 << 20)
    return len(x)

def give(): print('giving'); return {'n': 3}
def pull(ti): return ti.xcom_pull('give')['n'] + 1
def fails(): raise ValueError('no luck')
def skips(): raise AirflowSkipException('nothing to do')
def vanishes(): os._exit(0)
def big(): return 'x' * 100000
def waits():
    open(home + '/pid', 'w').write(str(os.getpid()))
    while not os.path.exists(home + '/go'): time.sleep(0.01)
    return 'waited'
def spawns():
    subprocess.Popen(['setsid', 'bash', '-c',
        'trap "" TERM; echo $$ >' + home + '/child; while :; do sleep 1; done'], close_fds=True)
    subprocess.run(['bash', '-c', '(setsid sleep 1000 >/dev/null 2>&1 & echo $! >' + home
                    + '/orphan)'])
    while not os.path.exists(home + '/go'): time.sleep(0.01)

def daemonizes():
    middle = os.fork()
    if middle == 0:
        os.setsid()
        if os.fork() == 0:
            open(home + '/daemon', 'w').write(str(os.getpid()))
            time.sleep(1000)
        os._exit(0)
    os.waitpid(middle, 0)
    time.sleep(1000)

with DAG('d', schedule=None):
    for f in (give, hog, pull, fails, skips, vanishes, big, waits, spawns, daemonizes):
        PythonOperator(task_id=f.__name__, python_callable=f)
    BranchPythonOperator(task_id='branch', python_callable=lambda: 'give')
    BashOperator(task_id='templated', bash_command='echo {{ ti.task_id }}; cat $AIFLOW_TOKEN_FILE')
)py";

TEST_CASE("Python tasks end as their code says") {
  Bench bench;
  bench.write_dag(kDag);
  const auto ends_as = [&](const char* task) { return bench.run(bench.python_job(task)); };
  auto report = ends_as("give");
  CAPTURE(report.cause);
  REQUIRE(report.outcome == Outcome::success);
  CHECK(report.xcoms.at(0).value == json::object({{"n", 3}}));
  CHECK(bench.log_of(bench.python_job("give")).find("] giving\n") != std::string::npos);

  report = ends_as("fails");
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause == "ValueError: no luck");
  CHECK(bench.log_of(bench.python_job("fails")).find("Traceback") != std::string::npos);
  report = ends_as("skips");
  CHECK(report.outcome == Outcome::skipped);
  CHECK(report.cause == "nothing to do");
  CHECK(ends_as("vanishes").outcome == Outcome::failed);
  report = ends_as("big");
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause.find("limit") != std::string::npos);
  report = ends_as("branch");
  CHECK(report.branch == std::vector<std::string>{"give"});
}

TEST_CASE("a Python task stays within its limits, and is one as any other within them") {
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: limits by control groups need root");
    return;
  }
  Bench bench;
  bench.write_dag(kDag);
  wire::Job job = bench.python_job("give");
  job.resources = wire::JobResources{.memory_bytes = 256 << 20, .pids = 20};
  auto report = bench.run(job);
  CAPTURE(report.cause);
  CHECK(report.outcome == Outcome::success);
  CHECK(report.xcoms.at(0).value == json::object({{"n", 3}}));
  job = bench.python_job("hog");
  job.resources = wire::JobResources{.memory_bytes = 64 << 20};
  report = bench.run(job);
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause == "out of memory: over its limit of 64 MiB");
}

TEST_CASE("a Python task gets upstream values from the server, over a reconnect too") {
  Bench bench;
  bench.write_dag(kDag);
  bench.start(bench.python_job("pull"));
  const auto lost = wire::parse_xcom_get(bench.wait_for("XComGet")).value();
  CHECK(lost.task_id == "give");
  bench.disconnect();
  bench.accept();
  const auto question = wire::parse_xcom_get(bench.wait_for("XComGet")).value();
  CHECK(question == lost);
  bench.send("XComValue", wire::XComValue{.request_id = question.request_id,
                                          .found = true,
                                          .value = json::object({{"n", 41}})});
  CHECK(bench.finished().xcoms.at(0).value == json::Value(42));
}

TEST_CASE("a templated Bash task is rendered and run") {
  Bench bench;
  bench.write_dag(kDag);
  auto job = bench.python_job("templated");
  job.operator_ = "bash";
  job.payload.set("templated", true);
  job.token = "canary";
  const auto report = bench.run(job);
  CAPTURE(report.cause);
  CAPTURE(bench.log_of(job));
  CHECK(report.outcome == Outcome::success);
  CHECK(report.xcoms.at(0).value == json::Value("canary"));
  CHECK(bench.log_of(job).find("] templated\n") != std::string::npos);
}

TEST_CASE("a Python task's time limit ends it and what it started, wherever that went") {
  Bench bench;
  bench.write_dag(kDag);
  auto job = bench.python_job("spawns");
  bench.start(job);
  const std::vector pids{bench.pid_in(bench.home() / "child"),
                         bench.pid_in(bench.home() / "orphan")};
  // A task that ends meanwhile makes the worker look for leftovers: these are none.
  CHECK(bench.run(bench.bash_job("true")).outcome == Outcome::success);
  os::sleep_for(std::chrono::milliseconds(400));
  CHECK(std::ranges::all_of(pids, alive));
  bench.send("Cancel", wire::Cancel{.attempt = ref_of(job), .reason = "enough", .grace_ms = 50});
  const auto report = bench.finished();
  CHECK(report.outcome == Outcome::killed);
  CHECK(report.cause == "enough");
  CHECK(eventually([&] { return std::ranges::none_of(pids, alive); }));
}

TEST_CASE("a daemon of a running Python task is no leftover, without an exec or a mark either") {
  Bench bench;
  bench.write_dag(kDag);
  auto job = bench.python_job("daemonizes");
  bench.start(job);
  const int daemon = bench.pid_in(bench.home() / "daemon");
  for (const char* name : {"left1", "left2"}) {
    const std::string file = (bench.home() / name).string();
    bench.run(bench.bash_job("setsid bash -c 'echo $$ >" + file + "; exec sleep 1000' &\n" +
                             "while [ ! -s " + file + " ]; do sleep 0.01; done"));
    const int leftover = bench.pid_in(file);
    CHECK(eventually([&] { return !alive(leftover); }));  // so there was a look for leftovers
  }
  CHECK(alive(daemon));
  bench.send("Cancel", wire::Cancel{.attempt = ref_of(job), .reason = "enough", .grace_ms = 50});
  CHECK(bench.finished().cause == "enough");
  CHECK(eventually([&] { return !alive(daemon); }));
}

TEST_CASE("a task outlives its zygote, and the next task gets a new one") {
  Bench bench;
  bench.write_dag(kDag);
  bench.start(bench.python_job("waits"));
  const int pid = bench.pid_in(bench.home() / "pid");
  const auto children = os::children_of(bench.worker().pid());
  REQUIRE(children.size() == 1);
  ::kill(children[0], SIGKILL);
  REQUIRE(eventually([&] { return !alive(children[0]); }));
  CHECK(bench.run(bench.python_job("give")).outcome == Outcome::success);
  CHECK(alive(pid));
  REQUIRE(os::write_atomic(bench.home() / "go", "x").has_value());
  const auto report = bench.finished();
  CHECK(report.outcome == Outcome::success);
  CHECK(report.xcoms.at(0).value == json::Value("waited"));
}

TEST_CASE("many Python tasks at once all end") {
  Bench bench;
  bench.write_dag(kDag);
  for (int i = 0; i < 30; ++i) {
    auto job = bench.python_job("give");
    job.key.map_index = i;
    job.log_path += std::to_string(i);
    bench.start(job);
  }
  int succeeded = 0;
  for (int i = 0; i < 30; ++i) succeeded += bench.finished().outcome == Outcome::success ? 1 : 0;
  CHECK(succeeded == 30);
}

TEST_CASE("a worker that is killed takes its Python tasks with it") {
  Bench bench;
  bench.write_dag(kDag);
  bench.start(bench.python_job("waits"));
  const int pid = bench.pid_in(bench.home() / "pid");
  bench.worker().send_signal(SIGKILL);
  CHECK(eventually([&] { return !alive(pid); }));
}

}  // namespace
}  // namespace aiflow::supervise

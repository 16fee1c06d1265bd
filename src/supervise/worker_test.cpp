// SPDX-License-Identifier: Apache-2.0
#include "supervise/worker.h"

#include <doctest/doctest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "supervise/detail/worker_bench.h"

namespace aiflow::supervise {
namespace {

TEST_CASE("a Bash task's exit decides its outcome, in words") {
  Bench bench;
  struct Case {
    const char* command;
    Outcome outcome;
    const char* cause;
  };
  for (const Case& c :
       {Case{"true", Outcome::success, ""}, Case{"exit 3", Outcome::failed, "exit code 3"},
        Case{"exit 99", Outcome::skipped, "exit code 99 means skipped"},
        Case{"kill -9 $$", Outcome::failed, "killed by SIGKILL"},
        Case{"kill -SEGV $$", Outcome::failed, "killed by SIGSEGV"}}) {
    CAPTURE(c.command);
    const auto report = bench.run(bench.bash_job(c.command));
    CHECK(report.outcome == c.outcome);
    CHECK(report.cause == c.cause);
    CHECK(report.ended_at >= report.started_at);
  }
  CHECK(std::ranges::count(bench.seen, "Started") == 5);
}

TEST_CASE("a task that cannot start says why, and the worker lives") {
  Bench bench;
  auto job = bench.bash_job("true");
  job.payload.set("cwd", "/no/such/folder");
  CHECK(bench.run(job).cause ==
        "could not start: change to directory: No such file or directory: '/no/such/folder'");
  CHECK(bench.log_of(job).find("could not start") != std::string::npos);
  job = bench.bash_job("true");
  job.payload = json::object({});
  CHECK(bench.run(job).outcome == Outcome::failed);
  CHECK(bench.run(bench.bash_job("true")).outcome == Outcome::success);
}

TEST_CASE("the log has the output with times and our own lines, never empty") {
  Bench bench;
  auto job = bench.bash_job("echo hello; echo oops >&2");
  bench.run(job);
  const std::string log = bench.log_of(job);
  CHECK(log.find("Z] aiflow: starting bash, try 1\n") != std::string::npos);
  CHECK(log.find("Z] hello\n") != std::string::npos);
  CHECK(log.find("Z] oops\n") != std::string::npos);
  CHECK(log.find("Z] aiflow: ended: success\n") != std::string::npos);
}

TEST_CASE("the last line of output is the XCom, unless it is not wanted") {
  Bench bench;
  auto job = bench.bash_job("echo first; echo '{\"best\":\"int8\"}'; echo; echo warn >&2");
  auto report = bench.run(job);
  REQUIRE(report.xcoms.size() == 1);
  CHECK(report.xcoms[0].key == "return_value");
  CHECK(report.xcoms[0].value == json::object({{"best", "int8"}}));
  job = bench.bash_job("echo x");
  job.payload.set("do_xcom_push", false);
  CHECK(bench.run(job).xcoms.empty());
  CHECK(bench.run(bench.bash_job("echo x; exit 1")).xcoms.empty());
}

TEST_CASE("progress goes to the server, at most ten a second, the last one always") {
  Bench bench;
  auto job = bench.bash_job(
      "for i in $(seq 1 500); do echo \"::aiflow:progress {\\\"done\\\":$i,\\\"total\\\":500}\"; "
      "done");
  bench.start(job);
  json::Value value = bench.wait_for("Progress");
  int count = 1;
  while (wire::parse_progress(value).value().done < 500) {
    value = bench.wait_for("Progress");
    ++count;
  }
  CHECK(wire::parse_progress(value).value().attempt == ref_of(job));
  bench.finished();
  CHECK(count <= 6);
  CHECK(bench.log_of(job).find("progress") == std::string::npos);
}

TEST_CASE("a task that asks for a user which the worker does not allow is refused") {
  Bench bench;
  wire::Job job = bench.bash_job("id -u");
  job.run_as_user = "daemon";
  const auto report = bench.run(job);
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause.contains("start it with --run-as-users daemon"));
}

TEST_CASE("run_as_user beside a DockerOperator's own user is refused") {
  Bench bench;
  wire::Job job = bench.bash_job("id -u");
  job.operator_ = "docker";
  job.run_as_user = "nobody";
  CHECK(bench.run(job).cause.contains("not run_as_user"));
}

TEST_CASE("a task of another user has its folder, its token and nothing of the worker's") {
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: tasks of other users need a worker that is root");
    return;
  }
  Bench bench;
  std::filesystem::permissions(bench.home(), std::filesystem::perms(0711));
  wire::Job job = bench.bash_job(
      "id -un; id -Gn; touch $AIFLOW_WORK_DIR/mine && rm mine; cat $AIFLOW_TOKEN_FILE; echo; echo "
      "$HOME $USER;"
      " ls $(dirname $AIFLOW_TOKEN_FILE) 2>&1 | grep -o 'Permission denied';"
      " cat $AIFLOW_HOME/run/worker.lock 2>&1 | grep -o 'Permission denied'");
  job.run_as_user = "nobody";
  job.token = "t0ken";
  const auto report = bench.run(job);
  CHECK(report.cause == "");
  CHECK(report.outcome == Outcome::success);
  const std::string log = bench.log_of(job);
  for (const char* line : {"nobody\n", "nogroup\n", "t0ken\n", "/nonexistent nobody\n"}) {
    CHECK_MESSAGE(log.contains(line), log);
  }
  const std::size_t denied = log.find("Permission denied");
  CHECK(denied != std::string::npos);
  CHECK(log.find("Permission denied", denied + 1) != std::string::npos);
  // The folder is used again, by a task of the worker's user.
  CHECK(bench.run(bench.bash_job("touch mine && id -u | grep -qx 0")).outcome == Outcome::success);
}

TEST_CASE("a task stays within its limits, and says when its memory was not enough") {
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: limits by control groups need root");
    return;
  }
  Bench bench;
  wire::Job job = bench.bash_job("x=$(head -c 134217728 /dev/zero | tr '\\0' x); echo $x | wc -c");
  job.resources = wire::JobResources{.memory_bytes = 32 << 20};
  const auto hog = bench.run(job);
  CHECK(hog.outcome == Outcome::failed);
  CHECK(hog.cause == "out of memory: over its limit of 32 MiB");

  job = bench.bash_job("exec sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done'");
  job.resources = wire::JobResources{.pids = 4};
  const auto many = bench.run(job);
  CHECK(many.outcome == Outcome::failed);
  CHECK(many.cause.ends_with(" (it reached its limit of 4 processes)"));

  job = bench.bash_job("echo fine");
  job.resources = wire::JobResources{.cpus = 0.5, .memory_bytes = 64 << 20, .pids = 10};
  CHECK(bench.run(job).outcome == Outcome::success);
}

TEST_CASE("the environment is the job's, the token is a private file that goes away") {
  Bench bench;
  auto job = bench.bash_job(
      "stat -c %a $AIFLOW_TOKEN_FILE; cat $AIFLOW_TOKEN_FILE; echo; pwd; "
      "tr '\\0' ' ' </proc/$$/cmdline; echo; echo TOKEN $AIFLOW_TOKEN_FILE; echo $A-$STRANGER-$B");
  job.token = "canary-token";
  job.env = {{"AIFLOW_CTX_DAG_ID", "d"}};
  job.payload.set("env", json::object({{"A", "1"}, {"B", 2}}));
  const auto report = bench.run(job);
  CHECK(report.xcoms.at(0).value == json::Value("1--2"));
  const std::string log = bench.log_of(job);
  CHECK(log.find("] 600\n") != std::string::npos);
  CHECK(log.find("/run/worker/1/work\n") != std::string::npos);
  const auto at = log.find("] TOKEN ") + 8;
  const os::Path token = log.substr(at, log.find('\n', at) - at);
  CHECK(token.is_absolute());
  CHECK_FALSE(std::filesystem::exists(token));
  job = bench.bash_job("echo $A-$STRANGER");
  job.payload.set("env", json::object({{"A", "1"}}));
  job.payload.set("append_env", true);
  CHECK(bench.run(job).xcoms.at(0).value == json::Value("1-here"));
}

TEST_CASE("the next task finds an empty folder, whatever the one before did to it") {
  Bench bench;
  bench.run(bench.bash_job("echo x >a; mkdir b; ln -s /etc c; chmod 755 ."));
  CHECK(bench.run(bench.bash_job("ls -A | wc -l; stat -c %a . >&2; ls -A")).xcoms.at(0).value ==
        json::Value(0));
  bench.run(bench.bash_job("cd ..; rm -rf work; ln -s /etc work"));
  auto job = bench.bash_job("pwd -P");
  CHECK(bench.run(job).xcoms.at(0).value ==
        json::Value((bench.home() / "run/worker/1/work").string()));
}

/// Ignores SIGTERM, and leaves a setsid grandchild, a double-forked one, and one that also cleared
/// its environment and closed its output. Their pids go to files in `dir`.
std::string hostile_script(const os::Path& dir) {
  const std::string at = dir.string() + "/";
  const std::string stay = "trap \"\" TERM; echo $$ >" + at;
  return "trap '' TERM\n"
         "setsid bash -c '" +
         stay +
         "pid1; while :; do sleep 1; done' &\n"
         "( ( bash -c '" +
         stay +
         "pid2; while :; do sleep 1; done' & ) )\n"
         "( env -i setsid -f /bin/bash -c '" +
         stay +
         "pid3; while :; do sleep 1; done' >/dev/null 2>&1 )\n"
         // The end of this script is the end of them all, so they first are all there.
         "for n in 1 2 3; do while [ ! -s " +
         at +
         "pid$n ]; do sleep 0.01; done; done\n"
         "echo $$ >" +
         at + "pid0\n";
}

std::vector<int> hostile_pids(const Bench& bench) {
  std::vector<int> pids;
  for (const char* name : {"pid0", "pid1", "pid2", "pid3"}) {
    pids.push_back(bench.pid_in(bench.home() / name));
  }
  return pids;
}

TEST_CASE("a task that ignores SIGTERM and hides its children is gone after its time limit") {
  Bench bench;
  auto job = bench.bash_job(hostile_script(bench.home()) + "while :; do sleep 1; done");
  job.execution_timeout_ms = 1500;
  bench.start(job);
  const auto pids = hostile_pids(bench);
  CHECK(std::ranges::all_of(pids, alive));
  const auto report = bench.finished();
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause == "timed out after 1500ms");
  CHECK(report.signal == SIGKILL);
  const SteadyTime ended = kClock.steady_now();
  CHECK(eventually([&] { return std::ranges::none_of(pids, alive); }));
  CHECK(kClock.steady_now() - ended < std::chrono::seconds(2));
}

TEST_CASE("a task that ends by itself leaves nothing behind either, and others are left alone") {
  Bench bench;
  auto other = bench.bash_job("(setsid sleep 1000 & echo $! >" + (bench.home() / "other").string() +
                              "); sleep 1000");
  bench.start(other);
  const int bystander = bench.pid_in(bench.home() / "other");
  bench.start(bench.bash_job(hostile_script(bench.home())));
  const auto pids = hostile_pids(bench);
  CHECK(bench.finished().outcome == Outcome::success);
  CHECK(eventually([&] { return std::ranges::none_of(pids, alive); }));
  CHECK(alive(bystander));
  bench.send("Cancel", wire::Cancel{.attempt = ref_of(other), .reason = "enough", .grace_ms = 0});
  const auto report = bench.finished();
  CHECK(report.outcome == Outcome::killed);
  CHECK(report.cause == "enough");
  CHECK(eventually([&] { return !alive(bystander); }));
}

TEST_CASE("a cancelled task may tidy up before it goes") {
  Bench bench({.grace_ms = 10'000});
  auto job = bench.bash_job("trap 'echo tidy; exit 0' TERM; echo >" +
                            (bench.home() / "ready").string() + "; while :; do sleep 0.01; done");
  bench.start(job);
  bench.wait_for_file(bench.home() / "ready");
  bench.send("Cancel",
             wire::Cancel{.attempt = ref_of(job), .reason = "a user asked", .grace_ms = 10'000});
  CHECK(bench.finished().outcome == Outcome::killed);
  CHECK(bench.log_of(job).find("] tidy\n") != std::string::npos);
}

TEST_CASE("a stale epoch's tree ends when a newer attempt starts or is cancelled by it") {
  Bench bench;
  auto old_job = bench.bash_job("sleep 1000");
  bench.start(old_job);
  bench.wait_for("Started");
  auto newer = old_job;
  newer.epoch = 2;
  newer.payload.set("bash_command", "sleep 1000");
  bench.start(newer);
  const auto report = bench.finished();
  CHECK(report.attempt.epoch == 1);
  CHECK(report.outcome == Outcome::killed);
  auto cancel = ref_of(newer);
  cancel.epoch = 3;
  bench.send("Cancel", wire::Cancel{.attempt = cancel, .reason = "stale", .grace_ms = 0});
  CHECK(bench.finished().attempt.epoch == 2);
}

TEST_CASE("a job that is delivered twice runs once") {
  Bench bench;
  auto job = bench.bash_job("echo x >>" + (bench.home() / "runs").string() + "; sleep 0.05");
  bench.start(job);
  bench.start(job);
  const auto report = wire::parse_finished(bench.wait_for("Finished")).value();
  bench.start(job);  // its report is not acknowledged yet
  bench.ack(report.seq);
  CHECK(bench.run(bench.bash_job("true")).outcome == Outcome::success);
  CHECK(os::read_file(bench.home() / "runs", 100).value() == "x\n");
}

TEST_CASE("a job that came before a slot was free waits for one, and may be cancelled before") {
  Bench bench;  // four slots
  const auto gate = bench.home() / "gate";
  const auto command = "until [ -e " + gate.string() + " ]; do sleep 0.01; done";
  for (int i = 0; i < 4; ++i) {
    bench.start(bench.bash_job(command));
    bench.wait_for("Started");
  }
  const auto unwanted = bench.bash_job("true");
  const auto waiting = bench.bash_job("true");
  bench.start(unwanted);
  bench.start(waiting);
  bench.start(waiting);
  bench.send("Cancel", wire::Cancel{.attempt = ref_of(unwanted), .reason = "not any more"});
  const auto dropped = bench.finished();
  CHECK(dropped.attempt.key == unwanted.key);
  CHECK(dropped.outcome == Outcome::killed);
  CHECK(dropped.cause == "not any more");
  bench.disconnect();
  CHECK(std::ranges::count(bench.accept().running, ref_of(waiting)) == 1);
  REQUIRE(os::write_atomic(gate, "open").has_value());
  int ended = 0;
  while (bench.finished().attempt.key != waiting.key) CHECK(++ended <= 4);
  CHECK(ended > 0);
  CHECK(bench.log_of(unwanted).empty());
}

TEST_CASE("1 GB of output is bounded in the log and in memory, and ends well") {
  Bench bench({.log_bytes_max = 1 << 20});
  auto job = bench.bash_job("head -c 1G /dev/zero; echo; echo done");
  const auto report = bench.run(job);
  CHECK(report.outcome == Outcome::success);
  CHECK(report.xcoms.at(0).value == json::Value("done"));
  const std::string log = bench.log_of(job);
  CHECK(log.size() < (1 << 20) + 2000);
  CHECK(log.find("aiflow: log truncated") != std::string::npos);
  const auto status =
      os::read_file("/proc/" + std::to_string(bench.worker().pid()) + "/status", 1 << 16).value();
  const auto peak = status.find("VmHWM:");
  CHECK(std::stol(status.substr(peak + 6)) < 64 * 1024);  // kB
}

TEST_CASE("a full disk for logs changes the log, not the task") {
  WorkerSetup setup;
  if (!os::is_root()) setup.file_bytes_max = 64 << 10;
  Bench bench(setup);
  const os::Path logs = bench.home() / "logs";
  REQUIRE(os::make_dirs(logs).has_value());
  const bool mounted = os::is_root() && ::mount("none", logs.c_str(), "tmpfs", 0, "size=64k") == 0;
  auto job = bench.bash_job("seq 1 100000; echo end");
  const auto report = bench.run(job);
  CHECK(report.outcome == Outcome::success);
  CHECK(report.xcoms.at(0).value == json::Value("end"));
  CHECK(bench.log_of(job).size() <= 64 << 10);
  if (mounted) ::umount2(logs.c_str(), MNT_DETACH);
}

TEST_CASE("tasks go on without a server, and reports are sent until they are acknowledged") {
  Bench bench;
  auto job = bench.bash_job("while [ ! -e " + (bench.home() / "go").string() +
                            " ]; do sleep 0.01; done; echo survived");
  bench.start(job);
  bench.wait_for("Started");
  bench.stop_listening();
  REQUIRE(os::write_atomic(bench.home() / "go", "x").has_value());
  REQUIRE(eventually([&] { return bench.spooled() > 0; }));
  bench.listen_again();
  const auto hello = bench.accept();
  REQUIRE(hello.running.size() == 1);  // its result is still on the way
  CHECK(hello.running[0] == ref_of(job));
  const auto first = wire::parse_finished(bench.wait_for("Finished")).value();
  CHECK(first.xcoms.at(0).value == json::Value("survived"));
  bench.disconnect();
  bench.accept();
  const auto second = wire::parse_finished(bench.wait_for("Finished")).value();
  CHECK(second == first);
  bench.ack(second.seq);
  CHECK(eventually([&] { return bench.spooled() == 0; }));
}

TEST_CASE("a killed worker's report is sent by the next one, and its tasks are ended") {
  Bench bench;
  auto done = bench.bash_job("echo kept");
  bench.start(done);
  const auto unacknowledged = wire::parse_finished(bench.wait_for("Finished")).value();
  bench.start(bench.bash_job(hostile_script(bench.home()) + "while :; do sleep 1; done"));
  const auto pids = hostile_pids(bench);
  bench.worker().send_signal(SIGKILL);
  REQUIRE(bench.worker().wait(soon()).has_value());
  bench.disconnect();
  CHECK(eventually([&] { return !alive(pids[0]); }));  // dies with its parent
  bench.start_worker();
  const auto hello = bench.accept();
  CHECK(hello.running.size() == 1);
  CHECK(bench.finished() == unacknowledged);
  // The next worker ends all that carry its data directory's mark (pid3 has cleared its own).
  CHECK(eventually([&] { return !alive(pids[1]) && !alive(pids[2]); }));
  ::kill(pids[3], SIGKILL);
}

TEST_CASE("a second worker on the same data directory is refused by name") {
  Bench bench;
  os::Pipe pipe = os::make_pipe().value();
  os::ProcessOptions options;
  options.argv = {AIFLOW_BUILD_DIR "/bin/supervise_test_worker", bench.home().string(), "", "1",
                  "1"};
  options.fds = {{pipe.write_end.get(), 2}};
  auto second = os::Process::start(options).value();
  pipe.write_end.reset();
  CHECK(second.wait(soon()).value().exit_code == 1);
  std::array<char, 1000> words{};
  REQUIRE(::read(pipe.read_end.get(), words.data(), words.size() - 1) > 0);
  const std::string holder = "held by process " + std::to_string(bench.worker().pid());
  CHECK(std::string(words.data()).find(holder) != std::string::npos);
}

TEST_CASE("SIGTERM drains: the running task ends in peace, then the worker") {
  Bench bench;
  auto job =
      bench.bash_job("while [ ! -e " + (bench.home() / "go").string() + " ]; do sleep 0.01; done");
  bench.start(job);
  bench.wait_for("Started");
  bench.worker().send_signal(SIGTERM);
  CHECK(wire::parse_hello(bench.wait_for("Hello")).value().slots == 0);
  REQUIRE(os::write_atomic(bench.home() / "go", "x").has_value());
  CHECK(bench.finished().outcome == Outcome::success);
  CHECK(bench.worker().wait(soon()).value().exit_code == 0);
}

TEST_CASE("a second SIGTERM ends the tasks") {
  Bench bench;
  bench.start(bench.bash_job("trap '' TERM; while :; do sleep 1; done"));
  bench.wait_for("Started");
  bench.worker().send_signal(SIGTERM);
  bench.wait_for("Hello");
  bench.worker().send_signal(SIGTERM);
  const auto report = bench.finished();
  CHECK(report.cause == "the worker was stopped");
  CHECK(report.outcome == Outcome::failed);
  CHECK(bench.worker().wait(soon()).value().exit_code == 0);
}

TEST_CASE("a worker elsewhere ends its tasks when its heartbeats are not confirmed for a lease") {
  Bench bench({.ends_with_lease = true});
  bench.start(bench.bash_job("trap '' TERM; while :; do sleep 1; done"));
  bench.wait_for("Started");
  const SteadyTime begin = kClock.steady_now();
  SteadyTime sent{};
  bench.seen.clear();
  while (kClock.steady_now() < begin + std::chrono::milliseconds(1500)) {  // the lease is 1 s
    const auto beat = wire::parse_heartbeat(bench.wait_for("Heartbeat")).value();
    CHECK(beat.attempts.size() == 1);
    sent = kClock.steady_now();
    bench.send("HeartbeatOk", wire::HeartbeatOk{.seq = beat.seq.value()});
  }
  REQUIRE(std::ranges::find(bench.seen, "Finished") == bench.seen.end());
  const auto report = bench.finished();
  CHECK(report.cause == "the server was not reached for as long as the worker's lease");
  CHECK(report.outcome == Outcome::failed);
  const Duration after = kClock.steady_now() - sent;
  CHECK(after > std::chrono::milliseconds(900));
  CHECK(after < std::chrono::seconds(5));
}

TEST_CASE("a job whose files could not be brought here fails with that cause") {
  Bench bench;
  const auto job = bench.bash_job("true");
  bench.send("Start", wire::Start{.job = job, .delivery = {}, .trouble = "no such files"});
  const auto report = bench.finished();
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause == "no such files");
}

TEST_CASE("a worker without the SDK runs Bash tasks, and says of others where it looked") {
  Bench bench({.sdk = "/nonexistent/python"});
  auto job = bench.bash_job("true");
  job.operator_ = "python";
  const auto report = bench.run(job);
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause.contains("Python SDK is not in '/nonexistent/python/aiflow'"));
  CHECK(bench.run(bench.bash_job("true")).outcome == Outcome::success);
}

TEST_CASE("a message that is not understood is passed over") {
  Bench bench;
  REQUIRE(bench.run(bench.bash_job("true")).outcome == Outcome::success);
  bench.send("Strange", wire::Drain{});
  bench.send("Start", wire::Drain{});
  CHECK(bench.run(bench.bash_job("true")).outcome == Outcome::success);
}

}  // namespace
}  // namespace aiflow::supervise

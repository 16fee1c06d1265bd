// SPDX-License-Identifier: Apache-2.0
#include "docker/container_run.h"

#include <doctest/doctest.h>

#include "docker/testing/fake_daemon.h"
#include "os/system_clock.h"

namespace aiflow::docker {
namespace {

using namespace std::chrono_literals;

const os::SystemClock kClock;
constexpr const char* kCreate = "POST /v1.41/containers/create?name=aiflow-d-r-t--1-";
constexpr const char* kStart = "POST /v1.41/containers/c1/start";
constexpr const char* kLogs = "GET /v1.41/containers/c1/logs";
constexpr const char* kWait = "POST /v1.41/containers/c1/wait";
constexpr const char* kLook = "GET /v1.41/containers/c1/json";
constexpr const char* kRemove = "DELETE /v1.41/containers/c1?force=1&v=1";

const std::string kMade = answer(201, R"({"Id":"c1"})");
const std::string kDone = answer(204, "");

RunOptions options() {
  RunOptions made;
  made.spec.image = "img";
  made.spec.pull = "missing";
  made.spec.pull_timeout_ms = 5000;
  made.spec.remove = "always";
  made.owner = {.worker = "w", .start = "s", .attempt = "m", .task = "d/r/t/-1", .epoch = "7"};
  made.daemon_wait = 300ms;
  return made;
}

struct Ran {
  RunResult result;
  std::string output;
  std::string notes;
};

Ran run(FakeDaemon& daemon, const RunOptions& how) {
  Ran ran;
  const RunEvents events{.output = [&](Stream, std::string_view text) { ran.output += text; },
                         .note = [&](const std::string& line) { ran.notes += line + "\n"; },
                         .pulling = [](PullProgress) {}};
  Engine engine(kClock, daemon.socket());
  ran.result = run_container(kClock, engine, how, events);
  return ran;
}

std::string state(int code, bool out_of_memory, bool running = false) {
  return answer(
      200, json::write(json::object({{"Id", "c1"},
                                     {"State", json::object({{"Running", running},
                                                             {"ExitCode", code},
                                                             {"OOMKilled", out_of_memory}})}})));
}

TEST_CASE("a container is made, started, read, waited for and removed") {
  const std::string line = "2026-11-28T17:24:18.000000001Z hello\n";
  FakeDaemon daemon(
      {{kCreate, kMade},
       {kStart, kDone},
       {kLogs,
        open_answer() + std::string("\1\0\0\0\0\0\0", 7) + static_cast<char>(line.size()) + line,
        true},
       {kWait, answer(200, R"({"StatusCode":0})")},
       {kRemove, kDone}});
  const auto ran = run(daemon, options());
  CHECK(ran.result.outcome == Outcome::success);
  CHECK(ran.result.exit_code == 0);
  CHECK(ran.output == "hello\n");
  CHECK(daemon.requests().size() == 5);
}

TEST_CASE("a container that does not start: the cause is the runtime's own, the log has all") {
  const std::string runc = R"(exec: "python3": executable file not found in $PATH)";
  const std::string words =
      "failed to create task for container: failed to create shim task: OCI runtime create failed: "
      "runc create failed: unable to start container process: " +
      runc + ": unknown";
  const std::string other = "driver failed programming external connectivity";
  for (const auto& [said, cause] : {std::pair{words, runc}, {other, other}}) {
    FakeDaemon daemon({{kCreate, kMade},
                       {kStart, answer(400, json::write(json::object({{"message", said}})))},
                       {kRemove, kDone}});
    const auto ran = run(daemon, options());
    CHECK(ran.result.outcome == Outcome::failed);
    CHECK(ran.result.cause == "the container does not start: " + cause);
    CHECK(ran.notes.contains(said));
  }
}

TEST_CASE("how it ended: exit code, skipped, out of memory, killed from outside") {
  const struct {
    int code;
    bool out_of_memory;
    Outcome outcome;
    const char* cause;
  } cases[] = {{3, false, Outcome::failed, "exit code 3"},
               {99, false, Outcome::skipped, "exit code 99 means skipped"},
               {137, true, Outcome::failed, "out of memory (the container's limit is 64 MiB)"},
               {137, false, Outcome::failed,
                "exit code 137: killed from outside, or by a shutdown of the Docker daemon"}};
  for (const auto& one : cases) {
    FakeDaemon daemon({{kCreate, kMade},
                       {kStart, kDone},
                       {kLogs, open_answer(), true},
                       {kWait, answer(200, "{\"StatusCode\":" + std::to_string(one.code) + "}")},
                       {kLook, state(one.code, one.out_of_memory)},
                       {kRemove, kDone}});
    auto how = options();
    how.spec.memory_bytes = 64 << 20;
    how.spec.skip_exit_codes = {99};
    const auto ran = run(daemon, how);
    CHECK(ran.result.outcome == one.outcome);
    CHECK(ran.result.cause == one.cause);
    CHECK(ran.result.exit_code == one.code);
    CHECK(daemon.was_asked(kRemove));
  }
}

TEST_CASE("a container of an earlier run of the worker is gone on with, or its loss is said") {
  constexpr const char* kList = "GET /v1.41/containers/json?all=1&filters=";
  const auto listed = [](const char* worker) {
    return answer(200, std::string(R"([{"Id":"c1","State":"running","Labels":{"aiflow.worker":")") +
                           worker + R"("}}])");
  };
  auto how = options();
  how.adopts = true;
  FakeDaemon daemon({{"GET /_ping", kDone},
                     {kList, listed("w")},
                     {kLook, state(0, false, true)},
                     {kLogs, open_answer(), true},
                     {kWait, answer(200, R"({"StatusCode":7})")},
                     {kLook, state(7, false)},
                     {kRemove, kDone}});
  const auto ran = run(daemon, how);
  CHECK(ran.result.cause == "exit code 7");
  CHECK(ran.result.exit_code == 7);
  CHECK_FALSE(daemon.was_asked("POST /v1.41/containers/create"));
  CHECK_FALSE(daemon.was_asked(kStart));
  CHECK(daemon.was_asked(kRemove));

  FakeDaemon other({{"GET /_ping", kDone}, {kList, listed("another")}});
  CHECK(run(other, how).result.cause == "the worker ended, and the container is gone");
  CHECK_FALSE(other.was_asked("POST /v1.41/containers/create"));
}

TEST_CASE("an image that is missing is pulled, unless that is not wanted") {
  const std::string no_image = answer(404, R"({"message":"No such image: img:latest"})");
  FakeDaemon daemon({{kCreate, no_image},
                     {"POST /v1.41/images/create?fromImage=img&tag=latest", answer(200, "{}\r\n")},
                     {kCreate, kMade},
                     {kStart, kDone},
                     {kLogs, open_answer(), true},
                     {kWait, answer(200, R"({"StatusCode":0})")},
                     {kRemove, kDone}});
  CHECK(run(daemon, options()).result.outcome == Outcome::success);

  FakeDaemon other({{kCreate, no_image}});
  auto never = options();
  never.spec.pull = "never";
  const auto ran = run(other, never);
  CHECK(ran.result.cause == "image 'img' is not on this machine, and pull is 'never'");
  CHECK(ran.result.exit_code == 125);
  CHECK(!other.was_asked("POST /v1.41/images"));
}

TEST_CASE("the container of an earlier attempt makes room") {
  FakeDaemon daemon({{kCreate, answer(409, R"({"message":"the name is in use"})")},
                     {"DELETE /v1.41/containers/aiflow-d-r-t--1-", kDone},
                     {kCreate, kMade},
                     {kStart, kDone},
                     {kLogs, open_answer(), true},
                     {kWait, answer(200, R"({"StatusCode":0})")},
                     {kRemove, kDone}});
  CHECK(run(daemon, options()).result.outcome == Outcome::success);
  CHECK(daemon.was_asked("DELETE /v1.41/containers/aiflow-d-r-t--1-"));
}

TEST_CASE("a removal that somebody else is at is waited for") {
  const std::string taken = answer(409, R"({"message":"the name is in use"})");
  FakeDaemon daemon({{kCreate, taken},
                     {"DELETE /v1.41/containers/aiflow-", answer(409, R"({"message":"busy"})")},
                     {kCreate, taken},
                     {"DELETE /v1.41/containers/aiflow-", answer(404, R"({"message":"gone"})")},
                     {kCreate, kMade},
                     {kStart, kDone},
                     {kLogs, open_answer(), true},
                     {kWait, answer(200, R"({"StatusCode":0})")},
                     {kRemove, kDone}});
  CHECK(run(daemon, options()).result.outcome == Outcome::success);
}

TEST_CASE("a daemon that is away at the start is waited for") {
  FakeDaemon daemon({{kCreate, "", true},
                     {"GET /_ping", "", true},
                     {"GET /_ping", answer(200, "OK")},
                     {kCreate, kMade},
                     {kStart, kDone},
                     {kLogs, open_answer(), true},
                     {kWait, answer(200, R"({"StatusCode":0})")},
                     {kRemove, kDone}});
  CHECK(run(daemon, options()).result.outcome == Outcome::success);
}

TEST_CASE("a daemon that comes back still has the container") {
  FakeDaemon daemon({{kCreate, kMade},
                     {kStart, kDone},
                     {kLogs, open_answer(), true},
                     {kWait, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", true},
                     {"GET /_ping", answer(500, "{}")},
                     {"GET /_ping", answer(200, "OK")},
                     {kLook, state(0, false, true)},
                     {kLogs, open_answer(), true},
                     {kWait, answer(200, R"({"StatusCode":0})")},
                     {kRemove, kDone}});
  const auto ran = run(daemon, options());
  CHECK(ran.result.outcome == Outcome::success);
  CHECK(ran.notes.find("the container still runs") != std::string::npos);
}

TEST_CASE("a container that a restart of the daemon took away fails with that cause") {
  FakeDaemon daemon({{kCreate, kMade},
                     {kStart, kDone},
                     {kLogs, open_answer(), true},
                     {kWait, "", true},
                     {"GET /_ping", answer(200, "OK")},
                     {kLook, answer(404, R"({"message":"No such container"})")}});
  const auto ran = run(daemon, options());
  CHECK(ran.result.cause == "the Docker daemon was restarted, and the container is gone");
}

TEST_CASE("a daemon that stays away is not waited for without end") {
  FakeDaemon daemon(
      {{kCreate, kMade}, {kStart, kDone}, {kLogs, open_answer(), true}, {kWait, "", true}});
  const auto ran = run(daemon, options());
  CHECK(ran.result.cause == "the Docker daemon went away and did not come back");
  // The removal is tried, but not waited for once more.
  CHECK(daemon.requests().back().starts_with(kRemove));
  CHECK(ran.notes.contains("the container stays behind"));
}

TEST_CASE("a stop gives the container its time, and its last words are read") {
  const std::string line = "2026-11-28T17:24:18.000000001Z bye\n";
  FakeDaemon daemon(
      {{kCreate, kMade},
       {kStart, kDone},
       {"GET /v1.41/containers/c1/logs?stdout=1&stderr=1&timestamps=1&follow=1", open_answer()},
       {"POST /v1.41/containers/c1/stop?t=10", kDone},
       {"GET /v1.41/containers/c1/logs?stdout=1&stderr=1&timestamps=1 ",
        open_answer() + std::string("\1\0\0\0\0\0\0", 7) + static_cast<char>(line.size()) + line,
        true},
       {kLook, state(143, false)},
       {kRemove, kDone}});
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (!daemon.was_asked(kLogs)) std::this_thread::yield();
    stop.request_stop();
  });
  auto how = options();
  how.stop = stop.get_token();
  const auto ran = run(daemon, how);
  CHECK(ran.result.cause == "stopped, exit code 143");
  CHECK(ran.output == "bye\n");
  CHECK(daemon.was_asked(kRemove));
}

TEST_CASE("a specification that may not be is refused before any daemon is asked") {
  const auto cause = [](const auto& change) {
    auto how = options();
    change(how);
    const auto body = container_body(how);
    return body ? std::string() : body.error().message;
  };
  CHECK(cause([](RunOptions& how) { how.spec.image = ""; }) == "the container has no image");
  CHECK(cause([](RunOptions& how) { how.spec.pull = "often"; }).starts_with("pull is missing"));
  CHECK(cause([](RunOptions& how) { how.spec.cpus = -1.0; }) == "cpus is a number over 0");
  CHECK(cause([](RunOptions& how) { how.spec.privileged = true; }).starts_with("this worker runs"));
  CHECK(cause([](RunOptions& how) {
          how.spec.privileged = true;
          how.allow_privileged = true;
        }).empty());
  CHECK(cause([](RunOptions& how) { how.spec.env["A=B"] = "1"; }).starts_with("a variable of"));
  CHECK(cause([](RunOptions& how) {
          how.spec.mounts = {{.type = "pipe", .source = "", .target = "/x", .read_only = false}};
        }).starts_with("a mount is of type"));
}

TEST_CASE("limits, mounts, ports and labels are where the daemon looks for them") {
  auto how = options();
  how.spec.cpus = 0.25;
  how.spec.memory_bytes = 32 << 20;
  how.spec.pids = 50;
  how.spec.ports = {{{"80", "127.0.0.1:8080"}, {"53/udp", "5353"}}};
  how.spec.mounts = {{.type = "bind", .source = "/a", .target = "/b", .read_only = true}};
  how.env["AIFLOW_CTX_DAG_ID"] = "d";
  how.spec.env["X"] = "1";
  const auto text = json::write(container_body(how).value());
  for (const char* part :
       {R"("NanoCpus":250000000)", R"("Memory":33554432)", R"("MemorySwap":33554432)",
        R"("PidsLimit":50)", R"("80/tcp":[{"HostPort":"8080","HostIp":"127.0.0.1"}])",
        R"("53/udp":[{"HostPort":"5353"}])",
        R"({"Type":"bind","Target":"/b","Source":"/a","ReadOnly":true})",
        R"("Env":["AIFLOW_CTX_DAG_ID=d","X=1"])", R"("aiflow.epoch":"7")",
        R"("aiflow.task":"d/r/t/-1")"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("leftovers: those of an earlier start, or of one attempt, and no others") {
  const auto container = [](const char* id, const char* state, const char* worker,
                            const char* start, const char* keep) {
    json::Value labels = json::object({{kLabelWorker, worker}, {kLabelStart, start}});
    if (*keep != '\0') labels.set(kLabelKeep, keep);
    return json::object({{"Id", id}, {"State", state}, {"Labels", labels}});
  };
  const json::Value all(json::Array{container("old", "running", "w", "s0", ""),
                                    container("mine", "running", "w", "s", ""),
                                    container("kept", "exited", "w", "s0", "1"),
                                    container("kept-runs", "running", "w", "s0", "1"),
                                    container("other", "running", "x", "s0", "")});
  FakeDaemon daemon({{"GET /v1.41/containers/json?all=1&filters=", answer(200, json::write(all))},
                     {"DELETE /v1.41/containers/old?", kDone},
                     {"DELETE /v1.41/containers/kept-runs?", kDone}});
  Engine engine(kClock, daemon.socket());
  CHECK(remove_leftovers(engine, {.worker = "w", .start = "s"}).value() == 2);
  CHECK(daemon.requests().size() == 3);
}

}  // namespace
}  // namespace aiflow::docker

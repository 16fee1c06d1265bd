// SPDX-License-Identifier: Apache-2.0
// What a cluster does wrong, and what then becomes of attempts: faults 41 to 45.
#include <atomic>
#include <mutex>
#include <thread>

#include "executor/kubernetes/testing/bench.h"

namespace aiflow::executor::testing {
namespace {

TEST_CASE(
    "fault 41: 429 with Retry-After, 500 and no answer: each pod is made once, without a storm") {
  std::atomic<int> refused = 0;
  Bench bench;
  bench.api.misbehave([&](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.method != "POST") return std::nullopt;
    const int n = refused++;
    if (n == 0) return Misbehaviour{.status = 429, .headers = "Retry-After: 1\r\n"};
    if (n == 1) return Misbehaviour{.status = 500};
    if (n == 2) return Misbehaviour{.status = 0};
    return std::nullopt;
  });
  bench.start();
  const auto began = bench.clock.steady_now();
  for (int i = 0; i < 40; ++i) REQUIRE(bench.executor->submit(pod_job("t" + std::to_string(i))));
  REQUIRE(bench.api.await([&] { return bench.api.pod_names().size() == 40; }));
  CHECK(bench.clock.steady_now() - began >= 1s);
  CHECK(bench.creates() == 43);
}

TEST_CASE("fault 42: an end that came while the watch was broken and forgotten is not lost") {
  std::atomic<bool> broken = true;
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.set_status(pod, kRunning);
  REQUIRE(bench.started(job));
  bench.api.misbehave([&](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (broken && (request.is_watch() || request.is_list())) return Misbehaviour{.status = 500};
    return std::nullopt;
  });
  bench.api.cut_watches();
  bench.api.set_status(pod, ended(0));
  bench.api.compact();
  broken = false;
  CHECK(bench.finished(job).outcome == Outcome::success);
}

TEST_CASE("while the cluster is away its attempts stay alive, and no new ones are offered") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  bench.api.set_status(bench.make(job), kRunning);
  REQUIRE(bench.started(job));
  bench.api.misbehave([](const ApiRequest&) { return Misbehaviour{.status = 0}; });
  bench.api.cut_watches();
  REQUIRE(bench.await<WorkerChanged>(
      [](const WorkerChanged& one) { return one.worker.state == "lost"; }));
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.await<StillRunning>(
        [&](const StillRunning& one) { return one.attempts == std::vector{attempt_of(job)}; }));
  }
  CHECK_FALSE(bench.has_finished(job));
}

TEST_CASE("fault 43: evicted, deleted, without room, without image, on a lost node") {
  Bench bench;
  bench.start();
  const auto cause_of = [&](const Job& job,
                            const std::function<void(const std::string&)>& happens) {
    happens(bench.make(job));
    return bench.finished(job).cause;
  };
  CHECK(cause_of(pod_job("evicted"), [&](const std::string& pod) {
          bench.api.set_status(pod, R"({"phase":"Failed","reason":"Evicted","message":"m"})");
        }) == "the pod was evicted: m");
  CHECK(cause_of(pod_job("deleted"), [&](const std::string& pod) { bench.api.remove(pod); }) ==
        "the pod was deleted from outside");
  CHECK(cause_of(pod_job("pending", R"(,"startup_timeout_seconds":0.3)"),
                 [&](const std::string& pod) {
                   bench.api.set_status(pod, R"({"phase":"Pending","conditions":[
        {"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"no room"}]})");
                 }) == "the pod did not start within 300ms: Unschedulable: no room");
  CHECK(cause_of(pod_job("image"), [&](const std::string& pod) {
          bench.api.set_status(pod, R"({"phase":"Pending","containerStatuses":[
        {"name":"base","state":{"waiting":{"reason":"ImagePullBackOff","message":"no"}}}]})");
        }) == "the pod cannot start: ImagePullBackOff: no");
  CHECK(cause_of(pod_job("name"), [&](const std::string& pod) {
          bench.api.set_status(pod, R"({"phase":"Pending","containerStatuses":[
        {"name":"base","state":{"waiting":{"reason":"InvalidImageName"}}}]})");
        }) == "the pod cannot start: InvalidImageName");
  CHECK(cause_of(pod_job("node"), [&](const std::string& pod) {
          bench.api.set_status(pod, R"({"phase":"Unknown"})");
        }) == "node '' was lost");
  CHECK(cause_of(pod_job("memory"), [&](const std::string& pod) {
          bench.api.set_status(pod, ended(137, R"(,"reason":"OOMKilled")"));
        }) == "out of memory (the container's limit)");
}

TEST_CASE("what a pod waits for is told while it waits, in its log too") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a", R"(,"env_vars":{"DB_PASSWORD":"hush hush"})");
  const std::string pod = bench.make(job);
  const auto told = [&](const std::string& cause) {
    return bench
        .await<Waits>(
            [&](const Waits& one) { return one.attempt == attempt_of(job) && one.cause == cause; })
        .has_value();
  };
  bench.api.set_status(pod, R"({"phase":"Pending","conditions":[{"type":"PodScheduled",
      "status":"False","reason":"Unschedulable","message":"0/1 nodes, hush hush"}]})");
  CHECK(told("its pod waits: Unschedulable: 0/1 nodes, ***"));
  bench.api.set_status(pod, R"({"phase":"Pending","conditions":[{"type":"PodScheduled",
      "status":"True"}],"containerStatuses":[{"name":"base","state":{"waiting":{
      "reason":"CreateContainerConfigError","message":")" +
                                std::string(600, 'x') + R"("}}}]})");
  const auto waits =
      bench.await<Waits>([&](const Waits& one) { return one.attempt == attempt_of(job); });
  REQUIRE(waits);
  CHECK(waits->cause.starts_with("its pod waits: CreateContainerConfigError: xxx"));
  CHECK(waits->cause.size() < 600);
  bench.api.set_status(pod, R"({"phase":"Pending","containerStatuses":[{"name":"base",
      "state":{"waiting":{"reason":"ContainerCreating"}}}]})");
  CHECK(told(""));
  bench.api.set_status(pod, kRunning);
  CHECK(bench.started(job));
  CHECK(bench.log(job).contains("aiflow: its pod waits: Unschedulable: 0/1 nodes, ***"));
}

TEST_CASE("fault 44: a create whose answer was lost is found again by its name") {
  std::atomic<int> lost = 0;
  Bench bench;
  bench.api.misbehave([&](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.is_watch()) return Misbehaviour{.status = 500};  // the watch would tell as well
    if (request.method != "POST" || lost++ > 0) return std::nullopt;
    return Misbehaviour{.status = 0, .after = true};
  });
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  REQUIRE(bench.api.await([&] {
    return bench.api.count(
               [&](const ApiRequest& r) { return r.method == "GET" && r.path.ends_with(pod); }) > 0;
  }));
  bench.api.misbehave(nullptr);
  bench.api.set_status(pod, ended(0));
  CHECK(bench.finished(job).outcome == Outcome::success);
  CHECK(bench.creates() == 2);
  CHECK(bench.api.pod_names().size() == 1);
}

TEST_CASE("a create without an answer that is cancelled leaves no pod, whatever the watch shows") {
  std::atomic<int> creates = 0;
  std::atomic<int> lists = 0;  // the first one is answered, so that pods are made
  const Job job = pod_job("a");
  bool waits = false;
  Bench bench;
  // The order to cancel is only queued: its effect is what the answer waits for.
  const auto is_ending = [&bench, &job] { return bench.log(job).contains("ending the pod"); };
  SUBCASE("before it is asked again") {}
  SUBCASE("while it is asked") { waits = true; }
  bench.api.misbehave([&, is_ending](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.is_watch()) return Misbehaviour{.status = 500};
    if (request.is_list() && lists++ > 0) return Misbehaviour{.status = 500};
    if (request.method != "POST") return std::nullopt;
    if (creates++ > 0) return Misbehaviour{.status = 500};
    for (int i = 0; waits && !is_ending() && i < 1000; ++i) std::this_thread::sleep_for(10ms);
    return Misbehaviour{.status = 0, .after = true};
  });
  bench.start();
  REQUIRE(bench.executor->submit(job));
  const std::string name = plan_pod(job, {.owner = "o1"})->pod.name;
  REQUIRE(bench.api.await([&] { return creates > (waits ? 0 : 1); }));
  bench.executor->cancel({.attempt = attempt_of(job), .reason = "by a user"});
  if (waits) CHECK(bench.finished(job).cause == "by a user");
  CHECK(bench.api.await_no_pod(name));
}

TEST_CASE("a foreign pod of the same name is not taken for the attempt's") {
  Bench bench;
  const Job job = pod_job("a");
  const std::string name = plan_pod(job, {.owner = "o1"})->pod.name;
  bench.api.add(R"({"metadata":{"name":")" + name + R"(","namespace":"default"}})");
  bench.start();
  REQUIRE(bench.executor->submit(job));
  CHECK(bench.finished(job).cause.contains("which is not of this attempt"));
  CHECK(bench.api.pod(name));
}

TEST_CASE("fault 45: pods with malformed annotations are left alone, and the others go on") {
  Bench bench;
  int n = 0;
  for (const char* annotation : {"7", "{\\\"attempt\\\":[]}", "[[[[", ""}) {
    bench.api.add(R"({"metadata":{"name":"bad)" + std::to_string(n++) +
                  R"(","namespace":"n","uid":"u","labels":{"aiflow.dev/owner":"o1"},
          "annotations":{"aiflow.dev/attempt":")" +
                  annotation + R"("}}})");
  }
  bench.api.add(R"({"metadata":{"name":"worse","labels":{"aiflow.dev/owner":"o1"},
                    "annotations":"text"}})");
  bench.start();
  const Job job = pod_job("a");
  bench.api.set_status(bench.make(job), ended(0));
  CHECK(bench.finished(job).outcome == Outcome::success);
  CHECK(bench.api.pod_names().size() == 6);
}

TEST_CASE("a pod that the cluster refuses is a failure with its words") {
  Bench bench;
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.method != "POST") return std::nullopt;
    return Misbehaviour{.status = 422, .body = R"({"message":"spec.containers[0].image: bad"})"};
  });
  bench.start();
  const Job job = pod_job("a");
  REQUIRE(bench.executor->submit(job));
  CHECK(bench.finished(job).cause ==
        "the cluster takes no such pod: spec.containers[0].image: bad");
  const Job none = pod_job("b", R"(,"cmds":"sh")");
  REQUIRE(bench.executor->submit(none));
  CHECK(bench.finished(none).cause == "no pod can be made of it: cmds is no list");
}

TEST_CASE(
    "while a DAG folder is read, pods are followed, and one that waits for it can be cancelled") {
  std::mutex disk;  // slow while it is held
  std::atomic<int> reads = 0;
  Bench bench;
  bench.dag_files = [&](const std::string&) -> Result<DagFiles> {
    ++reads;
    const std::scoped_lock lock(disk);
    return fail(ErrorCode::not_found, "no such file");
  };
  bench.start();
  const Job runs = pod_job("runs");
  const std::string pod = bench.make(runs);
  Job python = test_job("python");
  python.operator_ = "python";
  python.payload = json::object({{"callable", "f"}});
  python.executor = "kubernetes";
  python.executor_config = json::object({{"image", "i"}});
  Job cancelled = python;
  cancelled.key.task_id = "cancelled";
  std::unique_lock slow(disk);
  REQUIRE(bench.executor->submit(python));
  REQUIRE(bench.executor->submit(cancelled));
  for (int i = 0; reads == 0 && i < 1000; ++i) std::this_thread::sleep_for(10ms);
  bench.api.set_status(pod, kRunning);
  CHECK(bench.started(runs));
  bench.executor->cancel({.attempt = attempt_of(cancelled), .reason = "by a user"});
  CHECK(bench.await<Gone>([&](const Gone& one) { return one.attempt == attempt_of(cancelled); }));
  slow.unlock();
  CHECK(bench.finished(python).cause.contains("no such file"));
  bench.api.set_status(pod, ended(0));
  CHECK(bench.finished(runs).outcome == Outcome::success);
  for (int i = 0; reads < 2 && i < 1000; ++i) std::this_thread::sleep_for(10ms);
  CHECK(reads == 2);
  CHECK_FALSE(bench.has_finished(cancelled));
  CHECK(bench.api.pod_names().size() == 1);
}

TEST_CASE("a time limit ends the pod") {
  Bench bench;
  bench.start();
  Job job = pod_job("a");
  job.execution_timeout_ms = 50;
  bench.api.set_status(bench.make(job), kRunning);
  CHECK(bench.finished(job).cause == "timed out after 50ms");
}

}  // namespace
}  // namespace aiflow::executor::testing

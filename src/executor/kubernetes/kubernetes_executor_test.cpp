// SPDX-License-Identifier: Apache-2.0
// The Kubernetes executor against an API in memory, with nodes that the test plays and faults that
// it makes. Of executor_conformance.h what has a meaning without workers is here under its name.
#include "executor/kubernetes/kubernetes_executor.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>

#include "executor/executor_conformance.h"
#include "executor/kubernetes/pod_plan.h"
#include "kubernetes/testing/fake_api.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::executor {
namespace {

using namespace std::chrono_literals;
using kubernetes::testing::ApiRequest;
using kubernetes::testing::FakeApi;
using kubernetes::testing::Misbehaviour;

constexpr const char* kRunning = R"({"phase":"Running","containerStatuses":[
  {"name":"base","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]})";

std::string ended(int code, const std::string& more = "") {
  return R"({"phase":")" + std::string(code == 0 ? "Succeeded" : "Failed") +
         R"(","containerStatuses":[{"name":"base","state":{"terminated":{"exitCode":)" +
         std::to_string(code) + R"(,"startedAt":"2026-01-01T00:00:00Z")" + more + "}}}]}";
}

Job pod_job(const std::string& task, const std::string& more = "", std::int64_t epoch = 1) {
  Job job = test_job(task, epoch);
  job.operator_ = "kubernetes_pod";
  job.executor = "kubernetes";
  job.payload = json::object({{"pod", json::parse(R"({"image":"i")" + more + "}").value()}});
  return job;
}

class Bench {
 public:
  explicit Bench(const std::vector<Job>& running = {})
      : folder_(os::TempDir::create("kube").value()) {
    for (const Job& job : running) held_.push_back({attempt_of(job), "kubernetes"});
  }
  ~Bench() {
    if (executor) executor->stop();
  }

  /// Also again, as a server that starts anew on the same cluster.
  Bench& start() {
    prepare();
    run();
    return *this;
  }
  void prepare() {
    if (executor) executor->stop();
    KubernetesExecutorOptions options;
    options.cluster.server = api.url();
    options.owner = "o1";
    options.heartbeat = 20ms;
    options.image_patience = 300ms;
    options.pause_first = 10ms;
    options.pause_last = 100ms;
    options.log_file = [this](const Attempt& attempt) { return log_path(attempt); };
    executor = std::make_unique<KubernetesExecutor>(clock, std::move(options));
    executor->reconcile(held_);
  }
  void run() {
    REQUIRE(executor->start([this](Report report) {
      const std::scoped_lock lock(mutex_);
      reports_.push_back(std::move(report));
      came_.notify_all();
    }));
  }
  void hold(const Job& job) { held_.push_back({attempt_of(job), "kubernetes"}); }

  std::filesystem::path log_path(const Attempt& attempt) {
    return folder_.path() / (attempt.key.task_id + ".log");
  }
  std::string log(const Job& job) {
    return os::read_file(log_path(attempt_of(job)), 1 << 20).value_or("");
  }

  template <class Kind>
  std::optional<Kind> await(const std::function<bool(const Kind&)>& wanted) {
    std::unique_lock lock(mutex_);
    std::optional<Kind> found;
    came_.wait_for(lock, 10s, [&] {
      for (auto one = reports_.begin(); one != reports_.end(); ++one) {
        const Kind* report = std::get_if<Kind>(&*one);
        if (report == nullptr || !wanted(*report)) continue;
        found = *report;
        reports_.erase(one);
        return true;
      }
      return false;
    });
    return found;
  }
  std::optional<Started> started(const Job& job) {
    return await<Started>(
        [&](const Started& one) { return one.report.attempt == attempt_of(job); });
  }
  wire::Finished finished(const Job& job) {
    const auto report =
        await<Finished>([&](const Finished& one) { return one.report.attempt == attempt_of(job); });
    REQUIRE(report);
    last = report->receipt;
    return report->report;
  }
  bool has_finished(const Job& job) {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(reports_, [&](const Report& one) {
      const auto* report = std::get_if<Finished>(&one);
      return report != nullptr && report->report.attempt == attempt_of(job);
    });
  }
  /// Submits, and waits for the pod.
  std::string make(const Job& job) {
    REQUIRE(executor->submit(job));
    return api.await_pod(plan_pod(job, {.owner = "o1"})->pod.name);
  }
  void store() { executor->acknowledge(last, true, ""); }
  int creates() {
    return api.count([](const ApiRequest& r) { return r.method == "POST"; });
  }

  FakeApi api;
  os::SystemClock clock;
  std::unique_ptr<KubernetesExecutor> executor;
  Receipt last;

 private:
  os::TempDir folder_;
  std::vector<Held> held_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Report> reports_;
};

TEST_CASE(
    "a job starts and finishes; its log is written, and its pod is removed once it is stored") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.set_log(pod, "2026-01-01T00:00:00Z hello\n", false);
  bench.api.set_status(pod, kRunning);
  REQUIRE(bench.started(job));
  bench.api.set_log(pod, "2026-01-01T00:00:00Z hello\n2026-01-01T00:00:01Z bye\n", true);
  bench.api.set_status(pod, ended(0));
  const wire::Finished report = bench.finished(job);
  CHECK(report.outcome == Outcome::success);
  CHECK(report.exit_code == 0);
  CHECK(bench.api.pod(pod));
  bench.store();
  CHECK(bench.api.await_no_pod(pod));
  const std::string log = bench.log(job);
  CHECK(log.contains("] hello\n"));
  CHECK(log.contains("] bye\n"));
  CHECK(log.contains("aiflow: ended: success"));
}

TEST_CASE("a job waits for a worker: here, for the cluster") {
  Bench bench;
  bench.api.misbehave([](const ApiRequest&) { return Misbehaviour{.status = 0}; });
  bench.start();
  REQUIRE(bench.executor->submit(pod_job("a")));
  REQUIRE(bench.api.await([&] { return !bench.api.requests().empty(); }));
  CHECK_FALSE(bench.executor->trouble().empty());
  CHECK(bench.executor->workers().at(0).slots == 0);
  bench.api.misbehave(nullptr);
  CHECK(bench.api.await_pod("a-").starts_with("a-"));
  CHECK(bench.await<WorkerChanged>(
      [](const WorkerChanged& one) { return one.worker.slots == 1000; }));
  CHECK(bench.executor->trouble().empty());
}

TEST_CASE("a duplicate submit runs once") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  REQUIRE(bench.executor->submit(job));
  bench.make(job);
  REQUIRE(bench.executor->submit(job));
  bench.make(pod_job("b"));
  CHECK(bench.creates() == 2);
}

TEST_CASE("a running job is cancelled: its pod goes with the grace, and its end is reported") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.set_status(pod, kRunning);
  REQUIRE(bench.started(job));
  bench.executor->cancel({.attempt = attempt_of(job), .reason = "asked", .grace = 3s});
  CHECK(bench.finished(job).cause == "asked");
  CHECK(bench.api.count([](const ApiRequest& r) {
    return r.method == "DELETE" && r.body.contains("\"gracePeriodSeconds\":3");
  }) == 1);
}

TEST_CASE("waiting and unknown jobs are gone when cancelled") {
  Bench bench;
  bench.api.misbehave([](const ApiRequest&) { return Misbehaviour{.status = 500}; });
  bench.start();
  const Job job = pod_job("a");
  REQUIRE(bench.executor->submit(job));
  for (const Job& one : {job, pod_job("never")}) {
    bench.executor->cancel({.attempt = attempt_of(one), .reason = "asked"});
    CHECK(bench.await<Gone>([&](const Gone& gone) { return gone.attempt == attempt_of(one); }));
  }
}

TEST_CASE(
    "attempts of before a restart go on, also those that were only queued; others' pods end") {
  Bench bench;
  bench.start();
  const Job running = pod_job("running");
  const Job queued = pod_job("queued");
  const Job old = pod_job("old");
  const std::string running_pod = bench.make(running);
  const std::string queued_pod = bench.make(queued);
  const std::string orphan = bench.make(old);
  bench.api.set_log(running_pod, "2026-01-01T00:00:00Z once\n", false);
  bench.api.set_status(running_pod, kRunning);
  REQUIRE(bench.started(running));
  REQUIRE(bench.api.await([&] { return bench.log(running).contains("once"); }));
  bench.hold(running);
  bench.prepare();
  REQUIRE(bench.executor->submit(queued));
  bench.run();
  CHECK(bench.api.await_no_pod(orphan));
  bench.api.set_log(running_pod, "2026-01-01T00:00:00Z once\n2026-01-01T00:00:09Z more\n", true);
  bench.api.set_status(running_pod, ended(0));
  CHECK(bench.finished(running).outcome == Outcome::success);
  const std::string log = bench.log(running);
  CHECK(log.find("] once\n") == log.rfind("] once\n"));
  CHECK(log.contains("] more\n"));
  CHECK(bench.api.pod(queued_pod));
  CHECK(bench.creates() == 3);
}

TEST_CASE("an attempt of before a restart whose pod is not there has failed") {
  const Job job = pod_job("a");
  Bench bench({job});
  bench.start();
  CHECK(bench.finished(job).cause == "the pod was deleted from outside");
}

TEST_CASE("an end that nobody stored before a restart is reported again") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.set_status(pod, ended(3, R"(,"reason":"Error")"));
  CHECK(bench.finished(job).exit_code == 3);
  bench.hold(job);
  bench.start();
  CHECK(bench.finished(job).exit_code == 3);
  bench.store();
  CHECK(bench.api.await_no_pod(pod));
}

TEST_CASE(
    "fault 41: 429 with Retry-After, 500 and no answer: each pod is made once, without a storm") {
  Bench bench;
  std::atomic<int> refused = 0;
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
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.set_status(pod, kRunning);
  REQUIRE(bench.started(job));
  std::atomic<bool> broken = true;
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

TEST_CASE("fault 44: a create whose answer was lost is found again by its name") {
  Bench bench;
  std::atomic<int> lost = 0;
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

TEST_CASE("the return value is the termination message, or the last line of a bash task") {
  Bench bench;
  bench.start();
  const Job pod = pod_job("pod", R"(,"do_xcom_push":true)");
  bench.api.set_status(bench.make(pod), ended(0, R"(,"message":"{\"a\":[1]}\n")"));
  const auto report = bench.finished(pod);
  REQUIRE(report.xcoms.size() == 1);
  CHECK(json::write(report.xcoms[0].value) == R"({"a":[1]})");
  const Job bad = pod_job("bad", R"(,"do_xcom_push":true)");
  bench.api.set_status(bench.make(bad), ended(0, R"(,"message":"no json")"));
  CHECK(bench.finished(bad).outcome == Outcome::failed);

  Job bash = test_job("bash");
  bash.executor = "kubernetes";
  bash.executor_config = json::object({{"image", "i"}});
  const std::string name = bench.make(bash);
  bench.api.set_log(name, "2026-01-01T00:00:00Z line\n2026-01-01T00:00:00Z 42\n\n", true);
  bench.api.set_status(name, ended(0));
  const auto of_bash = bench.finished(bash);
  REQUIRE(of_bash.xcoms.size() == 1);
  CHECK(of_bash.xcoms[0].value == json::Value(42));
}

TEST_CASE("a time limit ends the pod") {
  Bench bench;
  bench.start();
  Job job = pod_job("a");
  job.execution_timeout_ms = 50;
  bench.api.set_status(bench.make(job), kRunning);
  CHECK(bench.finished(job).cause == "timed out after 50ms");
}

TEST_CASE("pods are kept when the task says so, and not taken up again") {
  Bench bench;
  bench.start();
  const Job failed = pod_job("failed", R"(,"on_finish_action":"delete_succeeded_pod")");
  const std::string kept = bench.make(failed);
  bench.api.set_status(kept, ended(1));
  bench.finished(failed);
  bench.store();
  const Job good = pod_job("good", R"(,"on_finish_action":"delete_succeeded_pod")");
  const std::string removed = bench.make(good);
  bench.api.set_status(removed, ended(0));
  bench.finished(good);
  bench.store();
  CHECK(bench.api.await_no_pod(removed));
  REQUIRE(bench.api.await(
      [&] { return json::write(*bench.api.pod(kept)).contains("aiflow.dev/done"); }));
  bench.start();
  bench.make(pod_job("next"));
  CHECK(bench.api.pod(kept));
}

}  // namespace
}  // namespace aiflow::executor

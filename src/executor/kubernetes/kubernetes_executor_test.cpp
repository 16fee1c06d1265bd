// SPDX-License-Identifier: Apache-2.0
// The Kubernetes executor against an API in memory, with nodes that the test plays. Of
// executor_conformance.h what has a meaning without workers is here under its name.
#include "executor/kubernetes/testing/bench.h"

namespace aiflow::executor::testing {
namespace {

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

Job python_job(const std::string& task, const std::filesystem::path& dag) {
  Job job = test_job(task);
  job.operator_ = "python";
  job.payload = json::object({{"callable", "f"}});
  job.executor = "kubernetes";
  job.executor_config = json::object({{"image", "python:3"}});
  job.dag_file = dag.string();
  job.token = "secret-token";
  return job;
}

TEST_CASE("a Python task gets job, token, DAG files and SDK, and its log says how it ended") {
  Bench bench;
  bench.start();
  const auto folder = os::TempDir::create("dags").value();
  REQUIRE(os::write_atomic(folder.path() / "etl.py", "DAG = 1"));
  const Job job = python_job("py", folder.path() / "etl.py");
  const std::string pod = bench.make(job);
  REQUIRE(bench.api.await([&] { return bench.api.object("secrets/" + pod).has_value(); }));
  const std::string secret = json::write(*bench.api.object("secrets/" + pod));
  CHECK(secret.contains(R"(\"dag_file\":\"etl.py\")"));
  CHECK(secret.contains(R"("token":"secret-token")"));
  CHECK(secret.contains(R"("uid":"uid-)" + pod));
  const std::string manifest = json::write(*bench.api.pod(pod));
  CHECK_FALSE(manifest.contains("secret-token"));
  CHECK(manifest.contains("http://server:1"));
  const std::size_t at = manifest.find("aiflow-sdk-");
  REQUIRE(at != manifest.npos);
  const std::string sdk_map = "configmaps/" + manifest.substr(at, 23);
  REQUIRE(bench.api.await([&] { return bench.api.object(sdk_map).has_value(); }));
  CHECK(manifest.contains(R"("configMap":{"name":"aiflow-dags-1"})"));
  const auto sdk = bench.api.object(sdk_map);
  CHECK(json::write(*sdk).contains(R"("sdk.zip":"emlwIGJ5dGVz")"));

  bench.api.set_log(pod,
                    "2026-01-01T00:00:00Z hello\n"
                    "2026-01-01T00:00:00Z ::aiflow:result {\"done\":{\"outcome\":\"success\",\n"
                    "2026-01-01T00:00:00Z ::aiflow:result \"cause\":\"\",\"skip_all_downstream\":"
                    "false,\"branch\":[\"b\"]},\"xcoms\":[{\"key\":\"k\",\"value\":[1]}],"
                    "\"rendered\":{\"op_args\":[\"a\"]}}\n",
                    true);
  bench.api.set_status(pod, ended(0));
  const wire::Finished report = bench.finished(job);
  CHECK(report.outcome == Outcome::success);
  CHECK(report.branch == std::vector<std::string>{"b"});
  CHECK(report.rendered == json::object({{"op_args", json::Value(json::Array{"a"})}}));
  CHECK(report.usage == wire::AttemptUsage{.note = "pod"});
  REQUIRE(report.xcoms.size() == 1);
  CHECK(report.xcoms[0].key == "k");
  CHECK(bench.log(job).contains("] hello\n"));
  CHECK_FALSE(bench.log(job).contains("::aiflow:result"));
}

TEST_CASE("the config maps of a Python task belong to all pods that use them") {
  Bench bench;
  bench.start();
  const auto folder = os::TempDir::create("dags").value();
  REQUIRE(os::write_atomic(folder.path() / "etl.py", ""));
  const std::string map = "configmaps/aiflow-dags-1";
  const auto text = [&] {
    const auto found = bench.api.object(map);
    return found ? json::write(*found) : std::string();
  };
  const std::string first = bench.make(python_job("first", folder.path() / "etl.py"));
  REQUIRE(bench.api.await([&] { return text().contains("uid-" + first); }));
  CHECK(text().contains(R"("files":"cGFja2Vk")"));
  CHECK(text().contains(R"("immutable":true)"));
  const std::string second = bench.make(python_job("second", folder.path() / "etl.py"));
  REQUIRE(bench.api.await([&] { return text().contains("uid-" + second); }));
  CHECK(text().contains("uid-" + first));
  CHECK(bench.api.count([](const ApiRequest& r) {
    return r.method == "POST" && r.path.ends_with("/configmaps") &&
           r.body.contains("aiflow-dags-1");
  }) == 1);
}

TEST_CASE("an XCom of up to 48 KiB comes from the container beside the base one") {
  Bench bench;
  bench.start();
  const auto run = [&](const std::string& task, const std::string& told) {
    const Job job = pod_job(task, R"(,"do_xcom_push":true,"do_xcom_push_sidecar_image":"sh:1")");
    const std::string pod = bench.make(job);
    bench.api.set_log(pod + "/aiflow-xcom", told, true);
    bench.api.set_status(pod, ended(0));
    return bench.finished(job);
  };
  const auto most = run("most", '"' + std::string(49'150, 'x') + '"');
  REQUIRE_MESSAGE(most.xcoms.size() == 1, most.cause);
  CHECK(most.xcoms[0].value.as_string().size() == 49'150);
  CHECK(run("more", '"' + std::string(49'151, 'x') + '"').cause ==
        "its XCom in /airflow/xcom/return.json is longer than 49152 bytes");
  CHECK(run("endless", std::string(1 << 20, 'x')).cause.contains("is longer than 49152 bytes"));
  CHECK(run("bad", "{").cause.contains("is no JSON"));
  const auto none = run("none", "");
  CHECK(none.outcome == Outcome::success);
  CHECK(none.xcoms.empty());

  const Job job = pod_job("cut", R"(,"do_xcom_push":true)");
  bench.api.set_status(bench.make(job),
                       ended(0, R"(,"message":")" + std::string(4096, '1') + R"(x")"));
  CHECK(bench.finished(job).cause.contains("do_xcom_push_sidecar_image"));
}

TEST_CASE("an XCom that nobody tells fails the task") {
  Bench bench;
  bench.start();
  const Job job = pod_job("lost", R"(,"do_xcom_push":true,"do_xcom_push_sidecar_image":"sh:1")");
  bench.api.misbehave([](const ApiRequest& r) -> std::optional<Misbehaviour> {
    if (!r.has("container=aiflow-xcom")) return std::nullopt;
    return Misbehaviour{.status = 404};
  });
  bench.api.set_status(bench.make(job), ended(0));
  const auto report = bench.finished(job);
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause.contains("could not be read"));
}

TEST_CASE("secrets of a pod are masked in its log and its cause, after a restart too") {
  Bench bench;
  bench.start();
  const Job job = pod_job("job", R"(,"env_vars":{"DB_PASSWORD":"hush hush","PLAIN":"said"})");
  const std::string pod = bench.make(job);
  bench.api.set_log(pod, "2026-01-01T00:00:00Z it is hush hush, said\n", false);
  bench.api.set_status(pod, kRunning);
  REQUIRE(bench.api.await([&] { return bench.log(job).contains("] it is ***, said\n"); }));
  bench.hold(job);
  bench.start();
  bench.api.set_log(pod,
                    "2026-01-01T00:00:00Z it is hush hush, said\n"
                    "2026-01-01T00:00:01Z in a URL: hush%20hush\n",
                    true);
  bench.api.set_status(
      pod, ended(128, R"(,"reason":"StartError","message":"exec: hush hush: not found")"));
  CHECK(bench.finished(job).cause == "exit code 128 (StartError): exec: ***: not found");
  CHECK(bench.log(job).contains("] in a URL: ***\n"));
  CHECK_FALSE(bench.log(job).contains("hush"));
}

TEST_CASE("a pod that says its own time to end gets it") {
  Bench bench;
  bench.start();
  const Job job = pod_job("job", R"(,"termination_grace_period_seconds":1)");
  const std::string pod = bench.make(job);
  bench.api.set_status(pod, kRunning);
  REQUIRE(bench.started(job));
  bench.executor->cancel({attempt_of(job), "cancelled", std::chrono::seconds(10)});
  CHECK(bench.finished(job).outcome == Outcome::failed);
  CHECK(bench.api.count([](const ApiRequest& r) {
    return r.method == "DELETE" && r.body.contains(R"("gracePeriodSeconds":1})");
  }) == 1);
}

TEST_CASE("a pod that never begins has taken the time since it was there") {
  Bench bench;
  bench.start();
  const Job job = pod_job("job");
  const std::string pod = bench.make(job);
  bench.api.set_status(pod, R"({"phase":"Pending","containerStatuses":[{"name":"base","state":
      {"waiting":{"reason":"ImagePullBackOff"}}}]})");
  const auto report = bench.finished(job);
  CHECK(report.ended_at - report.started_at >= 300ms);
  // The scheduler knows a start by its own report.
  const auto start = bench.started(job);
  REQUIRE(start);
  CHECK(start->report.at == report.started_at);
}

TEST_CASE("a Python task that says nothing of its end has failed, killed or not") {
  Bench bench;
  bench.start();
  const auto folder = os::TempDir::create("dags").value();
  REQUIRE(os::write_atomic(folder.path() / "etl.py", ""));
  const Job silent = python_job("silent", folder.path() / "etl.py");
  bench.api.set_status(bench.make(silent), ended(0));
  CHECK(bench.finished(silent).cause.contains("without saying"));
  const Job killed = python_job("killed", folder.path() / "etl.py");
  bench.api.set_status(bench.make(killed), ended(137, R"(,"reason":"OOMKilled")"));
  CHECK(bench.finished(killed).cause == "out of memory (the container's limit)");
  const Job nowhere = python_job("nowhere", folder.path() / "none.py");
  REQUIRE(bench.executor->submit(nowhere));
  CHECK(bench.finished(nowhere).cause.contains("no pod can be made of it"));
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
}  // namespace aiflow::executor::testing

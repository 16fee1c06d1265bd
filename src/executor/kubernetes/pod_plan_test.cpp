// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/pod_plan.h"

#include <doctest/doctest.h>

#include "executor/executor_conformance.h"

namespace aiflow::executor {
namespace {

const PodDefaults kDefaults{.owner = "o1", .space = "jobs", .image = "light:1"};

Job pod_job(const std::string& pod, const std::string& task = "load Data") {
  Job job = test_job(task, 7);
  job.operator_ = "kubernetes_pod";
  job.payload = json::object({{"pod", json::parse(pod).value()}});
  return job;
}

const json::Value& at(const json::Value& value, const std::vector<std::string>& path) {
  const json::Value* found = &value;
  for (const std::string& key : path) {
    const bool is_index = found->is_array();
    found = is_index ? &found->as_array().at(std::stoul(key)) : found->find(key);
    REQUIRE_MESSAGE(found != nullptr, key);
  }
  return *found;
}

TEST_CASE("a pod has a name of its attempt, labels, and one run of its containers") {
  const Job job = pod_job(R"({"image":"i:1","labels":{"team":"a"},"annotations":{"x":"y"}})");
  const auto plan = plan_pod(job, kDefaults);
  REQUIRE(plan);
  CHECK(plan->pod.space == "jobs");
  CHECK(plan->pod.name.starts_with("load-data-"));
  CHECK(plan->pod.name.ends_with("-7"));
  CHECK(plan_pod(job, kDefaults)->pod == plan->pod);
  Job next = job;
  next.epoch = 8;
  CHECK(plan_pod(next, kDefaults)->pod.name != plan->pod.name);
  Job mapped = job;
  mapped.key.map_index = 1;
  CHECK(plan_pod(mapped, kDefaults)->pod.name != plan->pod.name);
  const json::Value& manifest = plan->manifest;
  CHECK(at(manifest, {"metadata", "name"}).as_string() == plan->pod.name);
  CHECK(at(manifest, {"metadata", "labels", "aiflow.dev/owner"}).as_string() == "o1");
  CHECK(at(manifest, {"metadata", "labels", "team"}).as_string() == "a");
  CHECK(at(manifest, {"metadata", "annotations", "x"}).as_string() == "y");
  CHECK(at(manifest, {"metadata", "labels", "aiflow.dev/task-id"}).as_string().starts_with("x"));
  for (const auto& [name, value] : at(manifest, {"metadata", "labels"}).as_object()) {
    const std::string& text = value.as_string();
    CHECK_MESSAGE((text.size() <= 63 && std::isalnum(text.front()) && std::isalnum(text.back())),
                  name << "=" << text);
  }
  CHECK(at(manifest, {"spec", "restartPolicy"}).as_string() == "Never");
  CHECK(at(manifest, {"spec", "containers", "0", "image"}).as_string() == "i:1");
}

TEST_CASE("Airflow's arguments become fields of the pod") {
  const auto plan = plan_pod(pod_job(R"({"name":"My.Pod","namespace":"n","image":"i","cmds":["a"],
      "arguments":["b"],"env_vars":{"X":"1"},"node_selector":{"disk":"ssd"},
      "tolerations":[{"key":"k"}],"affinity":{"nodeAffinity":{}},"schedulername":"edge",
      "service_account_name":"sa","volumes":[{"name":"v"}],
      "volume_mounts":[{"name":"v","mountPath":"/v"}],"init_containers":[{"name":"i"}],
      "sidecars":[{"name":"s","image":"s:1"}],
      "container_resources":{"limits":{"memory":"1Gi"}},"image_pull_secrets":"reg",
      "secrets":[{"deploy_type":"env","deploy_target":"PW","secret":"db","key":"pw"},
                 {"deploy_type":"volume","deploy_target":"/keys","secret":"keys"}],
      "do_xcom_push":true,"on_finish_action":"keep_pod","startup_timeout_seconds":5})"),
                             kDefaults);
  REQUIRE_MESSAGE(plan, plan.error().message);
  CHECK(plan->pod.space == "n");
  CHECK(plan->pod.name.starts_with("my-pod-"));
  const json::Value& spec = at(plan->manifest, {"spec"});
  CHECK(at(spec, {"nodeSelector", "disk"}).as_string() == "ssd");
  CHECK(at(spec, {"tolerations", "0", "key"}).as_string() == "k");
  CHECK(at(spec, {"schedulerName"}).as_string() == "edge");
  CHECK(at(spec, {"serviceAccountName"}).as_string() == "sa");
  CHECK(at(spec, {"volumes"}).as_array().size() == 3);
  CHECK(at(spec, {"imagePullSecrets", "0", "name"}).as_string() == "reg");
  CHECK(at(spec, {"containers", "1", "name"}).as_string() == "s");
  const json::Value& base = at(spec, {"containers", "0"});
  CHECK(at(base, {"command", "0"}).as_string() == "a");
  CHECK(at(base, {"args", "0"}).as_string() == "b");
  CHECK(at(base, {"resources", "limits", "memory"}).as_string() == "1Gi");
  CHECK(at(base, {"volumeMounts", "1", "mountPath"}).as_string() == "/keys");
  CHECK(at(base, {"env", "0", "name"}).as_string() == "X");
  CHECK(at(base, {"env", "1", "valueFrom", "secretKeyRef", "key"}).as_string() == "pw");
  CHECK(plan->terms.wants_xcom);
  CHECK(at(spec, {"initContainers", "1", "name"}).as_string() == kXComContainer);
  CHECK(at(spec, {"initContainers", "1", "image"}).as_string() == "light:1");
  CHECK(at(base, {"volumeMounts", "2", "mountPath"}).as_string() == "/airflow/xcom");
  CHECK(plan->terms.keep == KeepPods::all);
  CHECK(plan->terms.startup_limit == std::chrono::seconds(5));
}

TEST_CASE("arguments go over the template, whose other containers and volumes stay") {
  Job job = pod_job("{}");
  json::Value wish = json::object({{"image", "mine"}, {"labels", json::object({{"a", "2"}})}});
  wish.set("volumes", json::parse(R"([{"name":"v2"}])").value());
  wish.set("pod_template", R"(
metadata: {labels: {a: "1", b: "1"}, namespace: from-template}
spec:
  volumes: [{name: v1}]
  containers:
  - {name: helper, image: h}
  - {name: base, image: theirs, workingDir: /w}
)");
  job.payload = json::object({{"pod", wish}});
  const auto plan = plan_pod(job, kDefaults);
  REQUIRE_MESSAGE(plan, plan.error().message);
  CHECK(plan->pod.space == "from-template");
  const json::Value& manifest = plan->manifest;
  CHECK(at(manifest, {"metadata", "labels", "a"}).as_string() == "2");
  CHECK(at(manifest, {"metadata", "labels", "b"}).as_string() == "1");
  CHECK(at(manifest, {"spec", "containers", "0", "name"}).as_string() == "helper");
  CHECK(at(manifest, {"spec", "containers", "1", "image"}).as_string() == "mine");
  CHECK(at(manifest, {"spec", "containers", "1", "workingDir"}).as_string() == "/w");
  CHECK(at(manifest, {"spec", "volumes"}).as_array().size() == 2);
}

TEST_CASE("without an image to read its XCom with, a pod tells it as the node reads it") {
  const auto plan = plan_pod(pod_job(R"({"image":"i","do_xcom_push":true})"), {.owner = "o"});
  REQUIRE(plan);
  CHECK_FALSE(plan->terms.has_xcom_reader);
  CHECK(at(plan->manifest, {"spec", "containers", "0", "terminationMessagePath"}).as_string() ==
        "/airflow/xcom/return.json");
}

TEST_CASE("what a worker rendered of secrets is masked, and not without bounds") {
  Job job = pod_job("{}");
  job.operator_ = "kubernetes_pod";
  job.resume = wire::Resume{
      .next_method = "run_pod",
      .next_kwargs =
          json::parse(R"({"pod":{"image":"i","arguments":["--pw=hidden"]},"mask":["hidden"]})")
              .value()};
  CHECK(plan_pod(job, kDefaults)->terms.masks == std::vector<std::string>{"hidden"});
  job.resume->next_kwargs.set("mask", json::Array{std::string(70'000, 'x')});
  CHECK(plan_pod(job, kDefaults).error().message.contains("Kubernetes secret"));
  job.resume->next_kwargs.set("mask", json::Array{1});
  CHECK(plan_pod(job, kDefaults).error().message == "mask is no list of texts");
}

TEST_CASE("a bash task runs in the cluster's image, with limits, labels and context") {
  Job job = test_job("b");
  job.payload = json::object({{"bash_command", "echo $A"}, {"do_xcom_push", true}});
  job.payload.set("env", json::object({{"A", "1"}}));
  job.executor = "kubernetes";
  job.placement = {{"disk", "ssd"}};
  job.resources = wire::JobResources{.cpus = 0.5, .memory_bytes = 1 << 20, .pids = {}};
  job.run_as_user = "1000";
  job.env = {{"AIFLOW_CTX_DAG_ID", "d"}, {"AIFLOW_HOME", "/h"}};
  job.execution_timeout_ms = 1500;
  const auto plan = plan_pod(job, kDefaults);
  REQUIRE_MESSAGE(plan, plan.error().message);
  const json::Value& spec = at(plan->manifest, {"spec"});
  const json::Value& base = at(spec, {"containers", "0"});
  CHECK(at(base, {"image"}).as_string() == "light:1");
  CHECK(at(base, {"command", "3"}).as_string() == "echo $A");
  CHECK(at(base, {"env"}).as_array().size() == 2);
  CHECK(at(base, {"resources", "limits", "cpu"}).as_string() == "500m");
  CHECK(at(base, {"securityContext", "runAsUser"}).as_int() == 1000);
  CHECK(at(spec, {"nodeSelector", "disk"}).as_string() == "ssd");
  CHECK(plan->terms.xcom_of_log);
  CHECK(plan->terms.time_limit == std::chrono::milliseconds(1500));
}

TEST_CASE(
    "a Python task's pod trusts the server's own certificate, unless the task names another") {
  PodDefaults defaults = kDefaults;
  defaults.sdk_config_map = "sdk";
  defaults.server_url = [] { return "https://server:1"; };
  defaults.dag_files = [](const std::string&) { return DagFiles{}; };
  Job job = test_job("p");
  job.operator_ = "python";
  job.payload = json::object({});
  const auto certificates = [&] {
    const auto plan = plan_pod(job, defaults);
    REQUIRE_MESSAGE(plan, plan.error().message);
    std::vector<std::string> found;
    for (const json::Value& one :
         at(plan->manifest, {"spec", "containers", "0", "env"}).as_array()) {
      if (at(one, {"name"}).as_string() != "AIFLOW_API_CERTIFICATE") continue;
      found.push_back(at(one, {"value"}).as_string());
    }
    return found;
  };
  CHECK(certificates().empty());
  defaults.server_certificate = "PEM of the server";
  CHECK(certificates() == std::vector<std::string>{"PEM of the server"});
  job.executor_config =
      json::parse(R"({"env_vars":{"AIFLOW_API_CERTIFICATE":"of a proxy"}})").value();
  CHECK(certificates() == std::vector<std::string>{"of a proxy"});
}

TEST_CASE("what the annotation says is read again") {
  Job job = pod_job(R"({"image":"i","do_xcom_push":true,"skip_on_exit_code":[3,4],
      "termination_grace_period":7,"env_vars":{"PASSWORD":"hidden"},
                        "on_finish_action":"delete_succeeded_pod","base_container_name":"main"})");
  job.execution_timeout_ms = 10;
  const auto plan = plan_pod(job, kDefaults);
  REQUIRE(plan);
  const auto pod = kubernetes::parse_pod(plan->manifest);
  REQUIRE(pod);
  const auto note = read_note(*pod);
  REQUIRE(note);
  CHECK(note->attempt == attempt_of(job));
  CHECK(note->terms == plan->terms);
  CHECK(note->terms.has_xcom_reader);
  CHECK(note->terms.grace == Duration(std::chrono::seconds(7)));
  CHECK(note->terms.masks == std::vector<std::string>{"hidden"});
  CHECK(note->terms.skip_codes == std::vector<std::int64_t>{3, 4});
}

TEST_CASE("annotations that cannot be read are errors of that pod") {
  kubernetes::Pod pod;
  CHECK_FALSE(read_note(pod));
  for (const char* bad : {"", "{", "[]", "{}", R"({"attempt":7})", R"({"attempt":{"key":{}}})",
                          "{\"attempt\":\xff}"}) {
    pod.annotations[kAttemptAnnotation] = bad;
    CHECK_FALSE(read_note(pod));
  }
  pod.annotations[kAttemptAnnotation] = std::string(200'000, '[');
  CHECK_FALSE(read_note(pod));
}

TEST_CASE("a wish that makes no pod is refused in words") {
  const auto why = [](const std::string& pod) {
    const auto plan = plan_pod(pod_job(pod), kDefaults);
    return plan ? std::string("a pod") : plan.error().message;
  };
  CHECK(why("{}") ==
        "container 'base' has no image: name one (image=, or executor_config={\"image\": ...}), or "
        "start the server with --pod-image");
  CHECK(why(R"({"image":"i","cmds":"sh"})") == "cmds is no list");
  CHECK(why(R"({"image":"i","labels":[]})") == "labels is no object");
  for (const char* space : {R"("a/../b")", R"("a?x=y")", R"("-a")", R"("A")", "7", R"("a b")"}) {
    CAPTURE(space);
    const std::string said = why(R"({"image":"i","namespace":)" + std::string(space) + "}");
    CAPTURE(said);
    CHECK(said.contains("no name of a"));
  }
  CHECK(why(R"({"image":"i","namespace":"site-7"})") == "a pod");
  CHECK(why(R"({"image":"i","startup_timeout_seconds":0})") ==
        "startup_timeout_seconds is out of range");
  CHECK(why(R"({"image":"i","on_finish_action":"burn"})").contains("delete_pod"));
  CHECK(why(R"({"image":"i","pod_template":"a: ["})").contains("the pod template"));
  CHECK(why(R"({"image":"i","secrets":[{"deploy_type":"x","secret":"s"}]})").contains("'x'"));
  Job python = test_job("p");
  python.operator_ = "python";
  python.payload = json::object({});
  CHECK(plan_pod(python, kDefaults).error().message.contains("no SDK"));
}

}  // namespace
}  // namespace aiflow::executor

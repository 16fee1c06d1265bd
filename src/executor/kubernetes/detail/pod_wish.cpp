// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/detail/pod_wish.h"

#include <algorithm>
#include <charconv>

#include "kubernetes/yaml.h"

namespace aiflow::executor::detail {
namespace {

/// The method that a task goes on with as a pod (sdk/python/aiflow/operators/pod.py).
constexpr std::string_view kRunPod = "run_pod";
constexpr const char* kTaskFolder = "/aiflow/task";
constexpr const char* kSdkFolder = "/aiflow/sdk";
constexpr const char* kDagFolder = "/aiflow/dags";
constexpr const char* kXComFolder = "/airflow/xcom";
/// One byte more than an XCom may have, so that a longer one is seen to be.
constexpr const char* kReadXCom =
    "trap 'head -c 49153 /airflow/xcom/return.json 2>/dev/null; exit 0' TERM; "
    "while :; do sleep 3600 & wait $!; done";

struct Name {
  const char* wish;
  const char* pod;
};

/// Arguments that are fields of the pod's spec.
constexpr Name kSpecFields[] = {
    {"node_selector", "nodeSelector"},
    {"tolerations", "tolerations"},
    {"affinity", "affinity"},
    {"service_account_name", "serviceAccountName"},
    {"init_containers", "initContainers"},
    {"image_pull_secrets", "imagePullSecrets"},
    {"hostnetwork", "hostNetwork"},
    {"host_aliases", "hostAliases"},
    {"dnspolicy", "dnsPolicy"},
    {"dns_config", "dnsConfig"},
    {"hostname", "hostname"},
    {"subdomain", "subdomain"},
    {"schedulername", "schedulerName"},
    {"scheduler_name", "schedulerName"},
    {"security_context", "securityContext"},
    {"priority_class_name", "priorityClassName"},
    {"runtime_class_name", "runtimeClassName"},
    {"termination_grace_period", "terminationGracePeriodSeconds"},
    {"termination_grace_period_seconds", "terminationGracePeriodSeconds"},
    {"active_deadline_seconds", "activeDeadlineSeconds"},
    {"automount_service_account_token", "automountServiceAccountToken"},
};

/// Arguments that are fields of the base container.
constexpr Name kContainerFields[] = {
    {"image", "image"},
    {"cmds", "command"},
    {"arguments", "args"},
    {"container_resources", "resources"},
    {"ports", "ports"},
    {"image_pull_policy", "imagePullPolicy"},
    {"container_security_context", "securityContext"},
    {"termination_message_policy", "terminationMessagePolicy"},
    {"working_dir", "workingDir"},
};

const json::Value* given(const json::Value& wish, std::string_view key) {
  const json::Value* value = wish.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

/// The object member, made when it is missing or something else.
json::Value object_at(const json::Value& of, std::string_view key) {
  const json::Value* found = of.find(key);
  return found != nullptr && found->is_object() ? *found : json::object({});
}

json::Array array_at(const json::Value& of, std::string_view key) {
  const json::Value* found = of.find(key);
  return found != nullptr && found->is_array() ? found->as_array() : json::Array{};
}

void append(json::Value& to, std::string_view key, const json::Array& more) {
  if (more.empty()) return;
  json::Array all = array_at(to, key);
  all.insert(all.end(), more.begin(), more.end());
  to.set(key, std::move(all));
}

void merge(json::Value& to, std::string_view key, const json::Value& over) {
  json::Value all = object_at(to, key);
  for (const auto& [name, value] : over.as_object()) all.set(name, value);
  to.set(key, std::move(all));
}

Status need_array(const json::Value& wish, const char* key) {
  const json::Value* value = given(wish, key);
  if (value == nullptr || value->is_array()) return {};
  return fail(ErrorCode::invalid_argument, std::string(key) + " is no list");
}

Status need_object(const json::Value& wish, const char* key) {
  const json::Value* value = given(wish, key);
  if (value == nullptr || value->is_object()) return {};
  return fail(ErrorCode::invalid_argument, std::string(key) + " is no object");
}

/// Runs `change` on the base container, wherever it is, and on the spec around it (whose containers
/// are taken out meanwhile). The container is added when it is missing.
template <class Change>
void with_base(json::Value& manifest, const std::string& base, Change change) {
  json::Value spec = object_at(manifest, "spec");
  json::Array containers = array_at(spec, "containers");
  json::Value* found = nullptr;
  for (json::Value& one : containers) {
    const json::Value* name = one.find("name");
    if (name != nullptr && name->is_string() && name->as_string() == base) found = &one;
  }
  if (found == nullptr) {
    containers.insert(containers.begin(), json::object({{"name", base}}));
    found = &containers.front();
  }
  change(*found, spec);
  spec.set("containers", std::move(containers));
  manifest.set("spec", std::move(spec));
}

/// [{name, value}] as it is, or an object name -> value.
Result<json::Array> environment_of(const json::Value& wish) {
  const json::Value* value = given(wish, "env_vars");
  if (value == nullptr) return json::Array{};
  if (value->is_array()) return value->as_array();
  if (!value->is_object()) {
    return fail(ErrorCode::invalid_argument, "env_vars is neither a list nor an object");
  }
  json::Array all;
  for (const auto& [name, one] : value->as_object()) {
    all.push_back(json::object(
        {{"name", name}, {"value", one.is_string() ? one.as_string() : json::write(one)}}));
  }
  return all;
}

/// Airflow's Secret: one that becomes a variable, all variables of it, or a mounted folder.
Status add_secret(json::Value& spec, json::Value& container, const json::Value& secret) {
  AIFLOW_ASSIGN(const std::string type, json::get_string(secret, "deploy_type"));
  AIFLOW_ASSIGN(const std::string name, json::get_string(secret, "secret"));
  AIFLOW_ASSIGN(const std::string target, json::get_string_or(secret, "deploy_target", ""));
  AIFLOW_ASSIGN(const std::string key, json::get_string_or(secret, "key", ""));
  if (type == "volume") {
    const std::string volume = "secret-" + std::to_string(array_at(spec, "volumes").size());
    json::Value source = json::object({{"secretName", name}});
    const json::Array* items = nullptr;
    if (given(secret, "items") != nullptr) {
      AIFLOW_ASSIGN(items, json::get_array(secret, "items"));
      source.set("items", *items);
    }
    append(spec, "volumes", {json::object({{"name", volume}, {"secret", source}})});
    append(container, "volumeMounts",
           {json::object({{"name", volume}, {"mountPath", target}, {"readOnly", true}})});
    return {};
  }
  if (type != "env") {
    return fail(ErrorCode::invalid_argument, "deploy_type '" + type + "' is not env or volume");
  }
  if (key.empty()) {
    append(container, "envFrom", {json::object({{"secretRef", json::object({{"name", name}})}})});
    return {};
  }
  const json::Value reference =
      json::object({{"secretKeyRef", json::object({{"name", name}, {"key", key}})}});
  append(container, "env", {json::object({{"name", target}, {"valueFrom", reference}})});
  return {};
}

Status apply_lists(json::Value& spec, json::Value& container, const json::Value& wish) {
  for (const char* list :
       {"volumes", "volume_mounts", "env_from", "secrets", "sidecars", "configmaps"}) {
    AIFLOW_TRY(need_array(wish, list));
  }
  append(spec, "volumes", array_at(wish, "volumes"));
  append(container, "volumeMounts", array_at(wish, "volume_mounts"));
  append(container, "envFrom", array_at(wish, "env_from"));
  for (const json::Value& name : array_at(wish, "configmaps")) {
    append(container, "envFrom",
           {json::object({{"configMapRef", json::object({{"name", name}})}})});
  }
  AIFLOW_ASSIGN(const json::Array variables, environment_of(wish));
  append(container, "env", variables);
  for (const json::Value& secret : array_at(wish, "secrets")) {
    if (auto added = add_secret(spec, container, secret); !added) {
      return fail(std::move(added).error().with_context("secrets"));
    }
  }
  return {};
}

Status apply_arguments(json::Value& manifest, const json::Value& wish, const std::string& base) {
  Status applied;
  with_base(manifest, base, [&](json::Value& container, json::Value& spec) {
    for (const auto& [from, to] : kSpecFields) {
      if (const json::Value* value = given(wish, from)) spec.set(to, *value);
    }
    // A single name stands for a list of one object.
    if (const json::Value* name = given(wish, "image_pull_secrets"); name && name->is_string()) {
      spec.set("imagePullSecrets", json::Array{json::object({{"name", name->as_string()}})});
    }
    for (const auto& [from, to] : kContainerFields) {
      if (const json::Value* value = given(wish, from)) container.set(to, *value);
    }
    applied = apply_lists(spec, container, wish);
  });
  AIFLOW_TRY(std::move(applied));
  json::Value spec = object_at(manifest, "spec");
  append(spec, "containers", array_at(wish, "sidecars"));
  manifest.set("spec", std::move(spec));
  return {};
}

Result<json::Value> template_of(const json::Value& wish) {
  AIFLOW_ASSIGN(const std::string text, json::get_string_or(wish, "pod_template", ""));
  json::Value manifest = json::object({});
  if (!text.empty()) {
    auto parsed = kubernetes::parse_yaml(text);
    if (!parsed) return fail(std::move(parsed).error().with_context("the pod template"));
    if (!parsed->is_object()) {
      return fail(ErrorCode::invalid_argument, "the pod template is no object");
    }
    manifest = *std::move(parsed);
  }
  for (const char* whole : {"full_pod_spec", "pod_override"}) {
    const json::Value* over = given(wish, whole);
    if (over == nullptr) continue;
    AIFLOW_TRY(need_object(wish, whole));
    for (const char* part : {"metadata", "spec"}) merge(manifest, part, object_at(*over, part));
  }
  return manifest;
}

Status check_containers(const json::Value& manifest) {
  const json::Value spec = object_at(manifest, "spec");
  for (const json::Value& one : array_at(spec, "containers")) {
    if (!one.is_object()) return fail(ErrorCode::invalid_argument, "a container is no object");
    AIFLOW_ASSIGN(const std::string name, json::get_string(one, "name"));
    const json::Value* image = one.find("image");
    if (image != nullptr && image->is_string() && !image->as_string().empty()) continue;
    return fail(ErrorCode::invalid_argument,
                "container '" + name +
                    "' has no image: name one (image=, or executor_config={\"image\": ...}), or "
                    "start the server with --pod-image");
  }
  return {};
}

}  // namespace

const json::Value& arguments_of(const Job& job) {
  if (!job.resume || job.resume->next_method != kRunPod) return job.payload;
  return job.resume->next_kwargs;
}

const json::Value* pod_wish_of(const Job& job) {
  const json::Value* pod = arguments_of(job).find("pod");
  return pod != nullptr && pod->is_object() ? pod : nullptr;
}

bool is_bash(const Job& job) {
  const json::Value* command = arguments_of(job).find("bash_command");
  return command != nullptr && command->is_string();
}

const json::Value* service_of(const Job& job) {
  const json::Value* service = arguments_of(job).find("service");
  return service != nullptr && service->is_object() ? service : nullptr;
}

Status add_service(json::Value& wish, const json::Value& service) {
  AIFLOW_ASSIGN(const json::Array* command, json::get_array(service, "command"));
  wish.set("cmds", *command);
  wish.set("arguments", json::Array{});
  if (const json::Value* folder = given(service, "cwd")) wish.set("working_dir", *folder);
  AIFLOW_ASSIGN(json::Array variables, environment_of(wish));
  if (const json::Value* own = given(service, "env"); own && own->is_object()) {
    AIFLOW_ASSIGN(const json::Array more, environment_of(json::object({{"env_vars", *own}})));
    variables.insert(variables.end(), more.begin(), more.end());
  }
  wish.set("env_vars", std::move(variables));
  return {};
}

Status add_bash(json::Value& wish, const Job& job) {
  const json::Value& task = arguments_of(job);
  // bash where the image has it.
  constexpr const char* kShell = "exec \"$(command -v bash || command -v sh)\" -c \"$0\"";
  wish.set("cmds", json::Array{"/bin/sh", "-c", kShell, task.find("bash_command")->as_string()});
  wish.set("arguments", json::Array{});
  if (const json::Value* folder = given(task, "cwd")) wish.set("working_dir", *folder);
  if (const json::Value* own = given(task, "env"); own && own->is_object()) {
    AIFLOW_ASSIGN(json::Array variables, environment_of(wish));
    AIFLOW_ASSIGN(const json::Array more, environment_of(json::object({{"env_vars", *own}})));
    variables.insert(variables.end(), more.begin(), more.end());
    wish.set("env_vars", std::move(variables));
  }
  return {};
}

Status add_python(json::Value& wish, const PodDefaults& defaults) {
  if (defaults.sdk_config_map.empty()) {
    return fail(ErrorCode::unavailable, "this server has no SDK to send to a cluster");
  }
  wish.set("cmds", json::Array{"python3", "-m", "aiflow.pod_task", kTaskFolder,
                               std::string(kDagFolder) + "/" + kDagFilesKey});
  wish.set("arguments", json::Array{});
  AIFLOW_ASSIGN(json::Array variables, environment_of(wish));
  const auto add = [&](const char* name, const std::string& value) {
    variables.push_back(json::object({{"name", name}, {"value", value}}));
  };
  add("PYTHONPATH", std::string(kSdkFolder) + "/" + kSdkFile);
  add("AIFLOW_TOKEN_FILE", std::string(kTaskFolder) + "/token");
  const std::string url = defaults.server_url ? defaults.server_url() : "";
  if (!url.empty()) add("AIFLOW_API_URL", url);
  // What the task says goes before: there may be something with another certificate in between.
  constexpr const char* kCertificate = "AIFLOW_API_CERTIFICATE";
  const bool is_said = std::ranges::any_of(variables, [](const json::Value& one) {
    return json::get_string_or(one, "name", "").value_or("") == kCertificate;
  });
  if (!defaults.server_certificate.empty() && !is_said) {
    add(kCertificate, defaults.server_certificate);
  }
  wish.set("env_vars", std::move(variables));
  return {};
}

json::Value files_of(const Job& job, const std::string& dag_file) {
  Job told = job;
  told.dag_file = dag_file;
  told.token.clear();  // it has a file of its own
  told.env.clear();
  return json::object({{"job", json::write(wire::to_json(told))}, {"token", job.token}});
}

/// It becomes a part of paths of the API. A DNS label, RFC 1123.
Status check_space(const json::Value& metadata) {
  const json::Value* space = metadata.find("namespace");
  if (space == nullptr || space->is_null()) return {};
  const std::string name = space->is_string() ? space->as_string() : json::write(*space);
  constexpr std::string_view kInside = "abcdefghijklmnopqrstuvwxyz0123456789-";
  const bool is_label = space->is_string() && !name.empty() && name.size() <= 63 &&
                        name.front() != '-' && name.back() != '-' &&
                        name.find_first_not_of(kInside) == name.npos;
  if (is_label) return {};
  return fail(ErrorCode::invalid_argument,
              "'" + name.substr(0, 63) + "' is no name of a namespace: a-z, 0-9 and '-'");
}

Result<json::Value> manifest_of(const json::Value& wish, const std::string& base) {
  for (const char* object : {"labels", "annotations", "node_selector", "affinity",
                             "container_resources", "security_context"}) {
    AIFLOW_TRY(need_object(wish, object));
  }
  for (const char* list : {"cmds", "arguments", "tolerations", "init_containers", "ports"}) {
    AIFLOW_TRY(need_array(wish, list));
  }
  AIFLOW_ASSIGN(json::Value manifest, template_of(wish));
  AIFLOW_TRY(apply_arguments(manifest, wish, base));
  json::Value metadata = object_at(manifest, "metadata");
  merge(metadata, "labels", object_at(wish, "labels"));
  merge(metadata, "annotations", object_at(wish, "annotations"));
  if (const json::Value* space = given(wish, "namespace")) metadata.set("namespace", *space);
  AIFLOW_TRY(check_space(metadata));
  manifest.set("metadata", std::move(metadata));
  AIFLOW_TRY(check_containers(manifest));
  return manifest;
}

std::string Manifest::space(const std::string& otherwise) const {
  const json::Value metadata = object_at(manifest_, "metadata");
  const json::Value* space = metadata.find("namespace");
  const bool is_given = space != nullptr && space->is_string() && !space->as_string().empty();
  return is_given ? space->as_string() : otherwise;
}

void Manifest::add_place(const Job& job) {
  if (!job.placement.empty()) {
    json::Value spec = object_at(manifest_, "spec");
    json::Value selector = object_at(spec, "nodeSelector");
    for (const auto& [name, value] : job.placement) selector.set(name, value);
    spec.set("nodeSelector", std::move(selector));
    manifest_.set("spec", std::move(spec));
  }
  with_base(manifest_, base_, [&](json::Value& container, json::Value&) {
    if (job.resources && container.find("resources") == nullptr) {
      json::Value limits = json::object({});
      if (job.resources->cpus) {
        limits.set("cpu",
                   std::to_string(static_cast<std::int64_t>(*job.resources->cpus * 1000)) + "m");
      }
      if (job.resources->memory_bytes) {
        limits.set("memory", std::to_string(*job.resources->memory_bytes));
      }
      container.set("resources", json::object({{"limits", limits}, {"requests", limits}}));
    }
    std::int64_t user = 0;
    const std::string named = job.run_as_user.value_or("");
    const auto [end, error] = std::from_chars(named.data(), named.data() + named.size(), user);
    if (!named.empty() && error == std::errc{} && end == named.data() + named.size()) {
      json::Value context = object_at(container, "securityContext");
      context.set("runAsUser", user);
      container.set("securityContext", std::move(context));
    }
  });
}

Status Manifest::add_environment(const std::map<std::string, std::string>& all) {
  json::Array variables;
  for (const auto& [name, value] : all) {
    const bool is_of_run = name.starts_with("AIFLOW_CTX_") || name.starts_with("AIRFLOW_CTX_");
    if (is_of_run) variables.push_back(json::object({{"name", name}, {"value", value}}));
  }
  with_base(manifest_, base_, [&](json::Value& container, json::Value&) {
    // The pod's own come last: of two of one name the last one counts.
    const json::Array own = array_at(container, "env");
    variables.insert(variables.end(), own.begin(), own.end());
    container.set("env", std::move(variables));
  });
  return {};
}

void Manifest::set_message_path(const std::string& path) {
  with_base(manifest_, base_, [&](json::Value& container, json::Value&) {
    container.set("terminationMessagePath", path);
    container.set("terminationMessagePolicy", "File");
  });
}

/// It is an init container that goes on, so the cluster ends it when the base container has ended
/// (Kubernetes 1.29). Nothing has to be run in it from outside.
void Manifest::add_xcom_reader(const std::string& image) {
  const auto mount = json::object({{"name", kXComContainer}, {"mountPath", kXComFolder}});
  const auto least = json::object({{"cpu", "1m"}, {"memory", "10Mi"}});
  with_base(manifest_, base_, [&](json::Value& container, json::Value& spec) {
    append(spec, "volumes",
           {json::object({{"name", kXComContainer}, {"emptyDir", json::object({})}})});
    append(container, "volumeMounts", {mount});
    append(spec, "initContainers",
           {json::object({{"name", kXComContainer},
                          {"image", image},
                          {"restartPolicy", "Always"},
                          {"command", json::Array{"sh", "-c", kReadXCom}},
                          {"resources", json::object({{"requests", least}})},
                          {"volumeMounts", json::Array{mount}}})});
  });
}

void Manifest::mount_files(const std::string& secret, const std::string& sdk_config_map,
                           const std::string& dag_config_map) {
  with_base(manifest_, base_, [&](json::Value& container, json::Value& spec) {
    const auto mount = [&](const char* name, const char* path, json::Value source) {
      json::Value volume = json::object({{"name", name}});
      for (auto& [key, value] : source.as_object()) volume.set(key, value);
      append(spec, "volumes", {std::move(volume)});
      append(container, "volumeMounts",
             {json::object({{"name", name}, {"mountPath", path}, {"readOnly", true}})});
    };
    mount("aiflow-task", kTaskFolder,
          json::object({{"secret", json::object({{"secretName", secret}})}}));
    mount("aiflow-sdk", kSdkFolder,
          json::object({{"configMap", json::object({{"name", sdk_config_map}})}}));
    mount("aiflow-dags", kDagFolder,
          json::object({{"configMap", json::object({{"name", dag_config_map}})}}));
  });
}

void Manifest::finish(const PodName& pod, const json::Value& labels,
                      const json::Value& annotations) {
  json::Value metadata = object_at(manifest_, "metadata");
  metadata.set("name", pod.name);
  metadata.set("namespace", pod.space);
  merge(metadata, "labels", labels);
  merge(metadata, "annotations", annotations);
  json::Value spec = object_at(manifest_, "spec");
  // A try is one run of its containers: whether there is another one is the scheduler's decision.
  spec.set("restartPolicy", "Never");
  manifest_ = json::object({{"apiVersion", "v1"},
                            {"kind", "Pod"},
                            {"metadata", std::move(metadata)},
                            {"spec", std::move(spec)}});
}

}  // namespace aiflow::executor::detail

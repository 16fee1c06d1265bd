// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/pod.h"

namespace aiflow::kubernetes {
namespace {

const json::Value kNothing = json::object({});

/// The object member, or an empty object when it is missing. Errors: when it is something else.
Result<const json::Value*> part(const json::Value& of, std::string_view key) {
  const json::Value* found = of.find(key);
  if (found == nullptr || found->is_null()) return &kNothing;
  if (!found->is_object()) {
    return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' is no object");
  }
  return found;
}

/// The items of a list, or none when it is missing.
Result<const json::Array*> items(const json::Value& of, std::string_view key) {
  static const json::Array kNone;
  const json::Value* found = of.find(key);
  if (found == nullptr || found->is_null()) return &kNone;
  return json::get_array(of, key);
}

Result<std::map<std::string, std::string>> texts(const json::Value& of, std::string_view key) {
  AIFLOW_ASSIGN(const json::Value* object, part(of, key));
  std::map<std::string, std::string> all;
  for (const auto& [name, value] : object->as_object()) {
    if (!value.is_string()) {
      return fail(ErrorCode::invalid_argument,
                  "'" + std::string(key) + "." + name + "' is no text");
    }
    all[name] = value.as_string();
  }
  return all;
}

Result<std::optional<WallTime>> moment(const json::Value& of, std::string_view key) {
  AIFLOW_ASSIGN(const std::string text, json::get_string_or(of, key, ""));
  if (text.empty()) return std::optional<WallTime>{};
  AIFLOW_ASSIGN(const WallTime time, parse_time(text));
  // Of a container that could not be started the node says 1970.
  if (time == WallTime{}) return std::optional<WallTime>{};
  return std::optional<WallTime>{time};
}

Result<ContainerStatus> container_status(const json::Value& object) {
  ContainerStatus made;
  AIFLOW_ASSIGN(made.name, json::get_string(object, "name"));
  AIFLOW_ASSIGN(made.restart_count, json::get_int_or(object, "restartCount", 0));
  AIFLOW_ASSIGN(const json::Value* state, part(object, "state"));
  using State = ContainerStatus::State;
  const json::Value* detail = state->find("waiting");
  if (state->find("running") != nullptr) {
    made.state = State::running;
    detail = state->find("running");
  }
  if (state->find("terminated") != nullptr) {
    made.state = State::terminated;
    detail = state->find("terminated");
  }
  if (detail == nullptr || !detail->is_object()) return made;
  AIFLOW_ASSIGN(made.reason, json::get_string_or(*detail, "reason", ""));
  AIFLOW_ASSIGN(made.message, json::get_string_or(*detail, "message", ""));
  AIFLOW_ASSIGN(made.exit_code, json::get_int_or(*detail, "exitCode", 0));
  AIFLOW_ASSIGN(made.signal, json::get_int_or(*detail, "signal", 0));
  AIFLOW_ASSIGN(made.started_at, moment(*detail, "startedAt"));
  AIFLOW_ASSIGN(made.finished_at, moment(*detail, "finishedAt"));
  return made;
}

Result<std::vector<ContainerStatus>> container_statuses(const json::Value& status,
                                                        std::string_view key) {
  AIFLOW_ASSIGN(const json::Array* list, items(status, key));
  std::vector<ContainerStatus> all;
  for (const json::Value& one : *list) {
    AIFLOW_ASSIGN(ContainerStatus made, container_status(one));
    all.push_back(std::move(made));
  }
  return all;
}

Status read_metadata(Pod& pod, const json::Value& metadata) {
  AIFLOW_ASSIGN(pod.name, json::get_string(metadata, "name"));
  AIFLOW_ASSIGN(pod.space, json::get_string_or(metadata, "namespace", "default"));
  AIFLOW_ASSIGN(pod.uid, json::get_string_or(metadata, "uid", ""));
  AIFLOW_ASSIGN(pod.resource_version, json::get_string_or(metadata, "resourceVersion", ""));
  AIFLOW_ASSIGN(pod.labels, texts(metadata, "labels"));
  AIFLOW_ASSIGN(pod.annotations, texts(metadata, "annotations"));
  AIFLOW_ASSIGN(const std::string deleted, json::get_string_or(metadata, "deletionTimestamp", ""));
  pod.is_deleting = !deleted.empty();
  return {};
}

Status read_status(Pod& pod, const json::Value& status) {
  AIFLOW_ASSIGN(pod.phase, json::get_string_or(status, "phase", ""));
  AIFLOW_ASSIGN(pod.reason, json::get_string_or(status, "reason", ""));
  AIFLOW_ASSIGN(pod.message, json::get_string_or(status, "message", ""));
  AIFLOW_ASSIGN(pod.host_ip, json::get_string_or(status, "hostIP", ""));
  AIFLOW_ASSIGN(pod.init_containers, container_statuses(status, "initContainerStatuses"));
  AIFLOW_ASSIGN(pod.containers, container_statuses(status, "containerStatuses"));
  AIFLOW_ASSIGN(const json::Array* conditions, items(status, "conditions"));
  for (const json::Value& one : *conditions) {
    PodCondition made;
    AIFLOW_ASSIGN(made.type, json::get_string(one, "type"));
    AIFLOW_ASSIGN(made.status, json::get_string(one, "status"));
    AIFLOW_ASSIGN(made.reason, json::get_string_or(one, "reason", ""));
    AIFLOW_ASSIGN(made.message, json::get_string_or(one, "message", ""));
    pod.conditions.push_back(std::move(made));
  }
  return {};
}

}  // namespace

const ContainerStatus* Pod::container(std::string_view wanted) const {
  for (const ContainerStatus& one : containers) {
    if (one.name == wanted) return &one;
  }
  return nullptr;
}

const PodCondition* Pod::condition(std::string_view type) const {
  for (const PodCondition& one : conditions) {
    if (one.type == type) return &one;
  }
  return nullptr;
}

Result<Pod> parse_pod(const json::Value& object) {
  Pod pod;
  AIFLOW_ASSIGN(const json::Value* metadata, json::get_object(object, "metadata"));
  AIFLOW_TRY(read_metadata(pod, *metadata));
  AIFLOW_ASSIGN(const json::Value* spec, part(object, "spec"));
  AIFLOW_ASSIGN(pod.node, json::get_string_or(*spec, "nodeName", ""));
  AIFLOW_ASSIGN(const json::Array* containers, items(*spec, "containers"));
  for (const json::Value& one : *containers) {
    AIFLOW_ASSIGN(std::string name, json::get_string(one, "name"));
    pod.container_names.push_back(std::move(name));
  }
  AIFLOW_ASSIGN(const json::Value* status, part(object, "status"));
  AIFLOW_TRY(read_status(pod, *status));
  return pod;
}

}  // namespace aiflow::kubernetes

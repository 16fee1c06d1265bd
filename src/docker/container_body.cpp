// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "docker/container_run.h"

namespace aiflow::docker {
namespace {

using json::Array;
using json::Value;

/// Of a container's output on the daemon's disk, until the container is removed. What the worker
/// keeps of a log is less.
constexpr const char* kLogFileBytes = "256m";

template <class T>
Value array_of(const std::vector<T>& list) {
  Value out{Array{}};
  for (const T& one : list) out.push_back(Value(one));
  return out;
}

template <class T>
void set_list(Value& object, std::string_view key, const std::optional<std::vector<T>>& list) {
  if (list && !list->empty()) object.set(key, array_of(*list));
}

Status refuse(const std::string& words) { return fail(ErrorCode::invalid_argument, words); }

Status check(const RunOptions& options) {
  const wire::ContainerSpec& spec = options.spec;
  if (spec.image.empty()) return refuse("the container has no image");
  if (spec.pull != "missing" && spec.pull != "always" && spec.pull != "never") {
    return refuse("pull is missing, always or never, not '" + spec.pull + "'");
  }
  if (spec.remove != "always" && spec.remove != "never") {
    return refuse("remove is always or never, not '" + spec.remove + "'");
  }
  if (spec.privileged.value_or(false) && !options.allow_privileged) {
    return refuse("this worker runs no privileged containers (aiflow worker --docker-privileged)");
  }
  if (spec.cpus && !(*spec.cpus > 0 && *spec.cpus <= 4096)) {
    return refuse("cpus is a number over 0");
  }
  const bool no_nul = std::ranges::all_of(spec.env, [](const auto& entry) {
    return !entry.first.empty() &&
           entry.first.find_first_of(std::string_view("=\0", 2)) == std::string::npos &&
           entry.second.find('\0') == std::string::npos;
  });
  return no_nul ? Status{} : refuse("a variable of the container's environment has a bad name");
}

Result<Value> mounts_of(const wire::ContainerSpec& spec) {
  Value mounts{Array{}};
  for (const auto& mount : spec.mounts) {
    if (mount.type != "bind" && mount.type != "volume" && mount.type != "tmpfs") {
      return fail(ErrorCode::invalid_argument,
                  "a mount is of type bind, volume or tmpfs, not '" + mount.type + "'");
    }
    Value one = json::object({{"Type", mount.type}, {"Target", mount.target}});
    if (mount.type != "tmpfs") one.set("Source", mount.source);
    if (mount.read_only) one.set("ReadOnly", true);
    mounts.push_back(std::move(one));
  }
  return mounts;
}

/// "8080", "127.0.0.1:8080"
Value binding_of(const std::string& text) {
  const auto colon = text.rfind(':');
  const bool has_host = colon != std::string::npos;
  Value one = json::object({{"HostPort", has_host ? text.substr(colon + 1) : text}});
  if (has_host) one.set("HostIp", text.substr(0, colon));
  return Value(Array{std::move(one)});
}

void add_ports(const wire::ContainerSpec& spec, Value& body, Value& host) {
  if (!spec.ports || spec.ports->empty()) return;
  Value exposed = json::object({});
  Value bindings = json::object({});
  for (const auto& [port, where] : *spec.ports) {
    const std::string name = port.find('/') == std::string::npos ? port + "/tcp" : port;
    exposed.set(name, json::object({}));
    bindings.set(name, binding_of(where));
  }
  body.set("ExposedPorts", std::move(exposed));
  host.set("PortBindings", std::move(bindings));
}

void add_limits(const wire::ContainerSpec& spec, Value& host) {
  if (spec.cpus) host.set("NanoCpus", static_cast<std::int64_t>(std::llround(*spec.cpus * 1e9)));
  if (spec.memory_bytes) {
    host.set("Memory", *spec.memory_bytes);
    host.set("MemorySwap", *spec.memory_bytes);  // memory and swap together: no swap
  }
  if (spec.pids) host.set("PidsLimit", *spec.pids);
  if (spec.shm_bytes) host.set("ShmSize", *spec.shm_bytes);
  if (!spec.ulimits || spec.ulimits->empty()) return;
  Value ulimits{Array{}};
  for (const auto& one : *spec.ulimits) {
    ulimits.push_back(json::object({{"Name", one.name}, {"Soft", one.soft}, {"Hard", one.hard}}));
  }
  host.set("Ulimits", std::move(ulimits));
}

Result<Value> host_of(const wire::ContainerSpec& spec) {
  Value host = json::object({});
  AIFLOW_ASSIGN(auto mounts, mounts_of(spec));
  host.set("Mounts", std::move(mounts));
  if (spec.network_mode) host.set("NetworkMode", *spec.network_mode);
  if (spec.ipc_mode) host.set("IpcMode", *spec.ipc_mode);
  if (spec.privileged.value_or(false)) host.set("Privileged", true);
  set_list(host, "CapAdd", spec.cap_add);
  set_list(host, "Dns", spec.dns);
  set_list(host, "DnsSearch", spec.dns_search);
  set_list(host, "ExtraHosts", spec.extra_hosts);
  add_limits(spec, host);
  // Set, whatever the daemon's own way is: the log is read back by way of this file.
  host.set(
      "LogConfig",
      json::object({{"Type", "json-file"},
                    {"Config", json::object({{"max-size", kLogFileBytes}, {"max-file", "2"}})}}));
  return host;
}

Value env_of(const RunOptions& options) {
  auto all = options.env;
  for (const auto& [name, value] : options.spec.env) all[name] = value;
  Value list{Array{}};
  for (const auto& [name, value] : all) list.push_back(Value(name + "=" + value));
  return list;
}

Value labels_of(const RunOptions& options) {
  Value labels = json::object({});
  if (options.spec.labels) {
    for (const auto& [name, value] : *options.spec.labels) labels.set(name, value);
  }
  labels.set(kLabelWorker, options.owner.worker);
  labels.set(kLabelStart, options.owner.start);
  if (!options.owner.server.empty()) labels.set(kLabelServer, options.owner.server);
  labels.set(kLabelAttempt, options.owner.attempt);
  labels.set(kLabelTask, options.owner.task);
  labels.set(kLabelEpoch, options.owner.epoch);
  if (options.spec.remove == "never") labels.set(kLabelKeep, "1");
  return labels;
}

}  // namespace

Result<json::Value> container_body(const RunOptions& options) {
  AIFLOW_TRY(check(options));
  const wire::ContainerSpec& spec = options.spec;
  Value body = json::object({{"Image", spec.image}});
  if (spec.command) body.set("Cmd", array_of(*spec.command));
  if (spec.entrypoint) body.set("Entrypoint", array_of(*spec.entrypoint));
  if (spec.user) body.set("User", *spec.user);
  if (spec.working_dir) body.set("WorkingDir", *spec.working_dir);
  if (spec.hostname) body.set("Hostname", *spec.hostname);
  body.set("Env", env_of(options));
  body.set("Labels", labels_of(options));
  AIFLOW_ASSIGN(auto host, host_of(spec));
  add_ports(spec, body, host);
  body.set("HostConfig", std::move(host));
  return body;
}

}  // namespace aiflow::docker

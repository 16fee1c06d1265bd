// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/task_container.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>
#include <set>

#include "os/user.h"
#include "supervise/detail/held_packs.h"

namespace aiflow::supervise::detail {
namespace {

constexpr const char* kFolder = "/aiflow";
constexpr const char* kToken = "/run/aiflow.token";
constexpr const char* kPack = "/pack";
/// The container's first process: a signal that ends it ends all of the task's, which the kernel
/// would not do by itself; then it waits for the command's own end. Light images have no bash.
constexpr const char* kShell =
    "trap 'kill -TERM -1' TERM; \"$(command -v bash || echo sh)\" -c \"$0\" & "
    "while :; do wait $!; code=$?; kill -0 $! 2>/dev/null || exit $code; done";
constexpr const char* kPython =
    "import sys; sys.path.insert(0, sys.argv.pop()); from aiflow.containers.inside import main; "
    "sys.exit(main())";

wire::ContainerMount read_only(const os::Path& path, const os::Path& target) {
  return {.type = "bind", .source = path.string(), .target = target.string(), .read_only = true};
}

const json::Value* member(const json::Value& object, std::string_view key) {
  const json::Value* found = object.find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

/// AIflow's variables and those of the task; the rest of the worker's means nothing in the image.
std::map<std::string, std::string> env_of(const TaskContainer& task) {
  const json::Value* own = task.job.operator_ == "bash" ? member(task.job.payload, "env") : nullptr;
  const auto goes_along = [&](const std::string& name) {
    if (name.starts_with("AIFLOW_DOCKER_") || name == "AIFLOW_ATTEMPT") return false;
    return name.starts_with("AIFLOW_") || name.starts_with("AIRFLOW_") ||
           task.job.env.contains(name) || (own != nullptr && own->find(name) != nullptr);
  };
  std::map<std::string, std::string> env;
  for (const auto& [name, value] : task.env) {
    if (goes_along(name)) env[name] = value;
  }
  env["AIFLOW_WORK_DIR"] = os::Path(kFolder) / "work";
  env["AIFLOW_API_SOCKET"] = os::Path(kFolder) / "api.sock";
  if (task.python) env["AIFLOW_TASK_SOCKET"] = os::Path(kFolder) / "task.sock";
  if (!task.token_file.empty()) env["AIFLOW_TOKEN_FILE"] = kToken;
  env["PYTHONDONTWRITEBYTECODE"] = "1";  // its folders are read-only
  return env;
}

/// The DAG's folder and those that its imports come from, without those inside of others.
std::set<os::Path> dag_folders(const TaskContainer& task) {
  std::set<os::Path> all;
  if (!task.job.dag_file.empty()) all.insert(os::Path(task.job.dag_file).parent_path());
  const auto roots = task.env.find("AIFLOW_DAG_FOLDERS");
  if (roots != task.env.end()) {
    for (const auto part : std::views::split(roots->second, ':')) {
      if (!part.empty()) all.insert(os::Path(std::string_view(part)));
    }
  }
  std::set<os::Path> kept;
  for (const auto& one : all) {
    const bool inside = std::ranges::any_of(all, [&](const os::Path& other) {
      return other != one && one.string().starts_with(other.string() + "/");
    });
    std::error_code ignored;
    if (!inside && std::filesystem::is_directory(one, ignored)) kept.insert(one);
  }
  return kept;
}

void add_mounts(const TaskContainer& task, wire::ContainerSpec& spec) {
  spec.mounts.push_back(
      {.type = "bind", .source = task.directory.string(), .target = kFolder, .read_only = false});
  if (!task.token_file.empty()) spec.mounts.push_back(read_only(task.token_file, kToken));
  if (task.python) spec.mounts.push_back(read_only(task.sdk, task.sdk));
  for (const auto& folder : dag_folders(task)) spec.mounts.push_back(read_only(folder, folder));
}

Status add_pack(const TaskContainer& task, const std::string& wanted, wire::ContainerSpec& spec) {
  const auto home = task.env.find("AIFLOW_HOME");
  if (home == task.env.end()) return fail(ErrorCode::not_found, "there is no data directory");
  AIFLOW_ASSIGN(const auto folder, find_pack(home->second, wanted));
  spec.mounts.push_back(read_only(folder, kPack));
  spec.env["AIFLOW_PACK"] = kPack;
  return {};
}

/// "uid:gid": the worker's own, or run_as_user's.
Result<std::string> user_of(const wire::Job& job) {
  const auto pair = [](unsigned uid, unsigned gid) {
    return std::to_string(uid) + ":" + std::to_string(gid);
  };
  if (!job.run_as_user) return pair(::geteuid(), ::getegid());
  const std::string& wanted = *job.run_as_user;
  if (wanted.find_first_not_of("0123456789") == std::string::npos) return wanted + ":" + wanted;
  AIFLOW_ASSIGN(const os::User found, os::find_user(wanted));
  return pair(found.uid, found.gid);
}

void add_limits(const wire::Job& job, wire::ContainerSpec& spec) {
  if (!job.resources) return;
  spec.cpus = job.resources->cpus;
  spec.memory_bytes = job.resources->memory_bytes;
  spec.pids = job.resources->pids;
}

/// BashOperator's skip_on_exit_code, as without a container: 99 when nothing is said.
std::vector<std::int64_t> skip_codes(const json::Value& payload) {
  const json::Value* codes = payload.find("skip_on_exit_code");
  if (codes == nullptr) return {99};
  if (codes->is_int()) return {codes->as_int()};
  std::vector<std::int64_t> out;
  if (!codes->is_array()) return out;
  for (const auto& one : codes->as_array()) {
    if (one.is_int()) out.push_back(one.as_int());
  }
  return out;
}

}  // namespace

Status give_to(const os::Path& path, const std::string& user) {
  unsigned uid = 0;
  unsigned gid = 0;
  const char* end = user.data() + user.size();
  const auto first = std::from_chars(user.data(), end, uid);
  const bool has_both = first.ec == std::errc{} && first.ptr != end && *first.ptr == ':' &&
                        std::from_chars(first.ptr + 1, end, gid).ec == std::errc{};
  if (!has_both) return fail(ErrorCode::invalid_argument, "run_as_user is no user's number");
  if (uid == ::geteuid() || ::lchown(path.c_str(), uid, gid) == 0) return {};
  return fail(ErrorCode::denied, "only a worker that runs as root has tasks of other users");
}

Result<wire::ContainerSpec> task_container(const TaskContainer& task) {
  const wire::Job& job = task.job;
  if (!job.executor_config || member(*job.executor_config, "image") == nullptr) {
    return fail(ErrorCode::invalid_argument, "executor 'docker' needs an image in executor_config");
  }
  AIFLOW_ASSIGN(auto spec, wire::parse_container_spec(*job.executor_config));
  AIFLOW_ASSIGN(const auto python, json::get_string_or(*job.executor_config, "python", "python3"));
  const std::string pack = wanted_pack(job);
  const json::Value* command = member(job.payload, "bash_command");
  if (!task.python && (command == nullptr || !command->is_string())) {
    return fail(ErrorCode::invalid_argument, "the task has no bash_command");
  }
  if (task.python) {
    spec.entrypoint = {python, "-c", kPython, task.sdk.string()};
  } else {
    spec.entrypoint = {"/bin/sh", "-c", kShell, command->as_string()};
    spec.skip_exit_codes = skip_codes(job.payload);
  }
  spec.command.reset();
  for (auto& [name, value] : env_of(task)) spec.env.emplace(name, value);
  const json::Value* cwd = member(job.payload, "cwd");
  spec.working_dir =
      cwd != nullptr && cwd->is_string() ? cwd->as_string() : std::string(kFolder) + "/work";
  add_mounts(task, spec);
  if (!pack.empty()) AIFLOW_TRY(add_pack(task, pack, spec));
  AIFLOW_ASSIGN(spec.user, user_of(job));
  add_limits(job, spec);
  return spec;
}

}  // namespace aiflow::supervise::detail

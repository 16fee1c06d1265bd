// SPDX-License-Identifier: Apache-2.0
#include "supervise/containers/containers.h"

#include "log/log.h"
#include "os/environment.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::size_t kNameBytesMax = 64;

/// Random, 32 hex digits.
Result<std::string> new_name() {
  AIFLOW_ASSIGN(std::string text, os::read_file("/proc/sys/kernel/random/uuid", kNameBytesMax));
  std::erase_if(text, [](char c) { return c == '-' || c == '\n'; });
  return text;
}

/// One for each data directory: several workers may share a daemon.
Result<std::string> name_of(const os::Path& home) {
  const os::Path file = home / "spool/docker_worker";
  if (auto known = os::read_file(file, kNameBytesMax); known && !known->empty()) return known;
  AIFLOW_ASSIGN(const auto name, new_name());
  AIFLOW_TRY(os::make_dirs(file.parent_path()));
  AIFLOW_TRY(os::write_atomic(file, name));
  return name;
}

}  // namespace

bool uses_containers(const wire::Job& job) {
  return job.operator_ == "docker" || job.executor == "docker";
}

std::map<std::string, std::string> container_env(const wire::Job& job) {
  return {{"AIFLOW_DOCKER_TASK", job.key.dag_id + "/" + job.key.run_id + "/" + job.key.task_id +
                                     "/" + std::to_string(job.key.map_index)},
          {"AIFLOW_DOCKER_EPOCH", std::to_string(job.epoch)}};
}

Result<Containers> Containers::create(os::EventLoop& loop, const WorkerDocker& docker,
                                      const os::Path& home) {
  AIFLOW_ASSIGN(const auto name, name_of(home));
  AIFLOW_ASSIGN(const auto start, new_name());
  Containers made(loop, docker.program.empty() ? os::program_path().parent_path() / "aiflow-docker"
                                               : docker.program);
  made.env_ = {{"AIFLOW_DOCKER_PROGRAM", made.program_.string()},
               {"AIFLOW_DOCKER_SOCKET", docker.socket.string()},
               {"AIFLOW_DOCKER_WORKER", name},
               {"AIFLOW_DOCKER_START", start},
               {"AIFLOW_DOCKER_SERVER", docker.server},
               {"AIFLOW_DOCKER_PRIVILEGED", docker.allow_privileged ? "1" : "0"}};
  return made;
}

void Containers::clean(const std::string& mark) { run({"clean", mark}); }

void Containers::clean_earlier(const std::vector<std::string>& kept) {
  std::vector<std::string> words{"clean", "--keep"};
  words.insert(words.end(), kept.begin(), kept.end());
  run(words);
}

void Containers::run(const std::vector<std::string>& words) {
  os::ProcessOptions options;
  options.argv = {program_.string()};
  options.argv.insert(options.argv.end(), words.begin(), words.end());
  options.env = os::environment();
  for (const auto& [key, value] : env_) (*options.env)[key] = value;
  options.fds = {{2, 2}};
  options.die_with_parent = true;
  auto process = os::Process::start(options);
  if (!process) {
    log::warn("containers are not cleaned up", {{"reason", process.error()}});
    return;
  }
  const auto one = cleaners_.insert(cleaners_.end(), *std::move(process));
  loop_.watch(one->pidfd(), {}, [this, one] {
    loop_.unwatch(one->pidfd());
    static_cast<void>(one->poll());
    cleaners_.erase(one);
  });
}

std::vector<int> Containers::pids() const {
  std::vector<int> out;
  for (const auto& one : cleaners_) out.push_back(one.pid());
  return out;
}

}  // namespace aiflow::supervise::detail

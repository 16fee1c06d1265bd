// SPDX-License-Identifier: Apache-2.0
// The part of an attempt whose root process is aiflow-docker: it runs a container, which is the
// task (DockerOperator), or in which the task runs as it would in a process (executor "docker").
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "log/log.h"
#include "os/socket.h"
#include "supervise/detail/attempt.h"
#include "supervise/detail/task_container.h"

namespace aiflow::supervise::detail {
namespace {

constexpr int kResultFd = 3;

/// Bytes to be read from the start, in memory: they hold secrets and may be longer than a pipe.
Result<os::Fd> file_of(std::string_view bytes) {
  os::Fd fd(::memfd_create("container", MFD_CLOEXEC));
  if (!fd.valid()) return fail(os::error_from_errno(errno, "memfd_create"));
  AIFLOW_TRY(os::write_all(fd.get(), bytes));
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

}  // namespace

void Attempt::start_container(Pipes pipes) {
  const json::Value* spec = job_.payload.find("container");
  if (spec == nullptr || !spec->is_object()) {
    return finish(std::nullopt, "could not start: the task has no container");
  }
  run_container(std::move(pipes), json::write(*spec), {});
}

void Attempt::start_in_container(Pipes pipes) {
  is_python_ = !runs_directly(job_);
  const os::Path token = job_.token.empty() ? os::Path() : settings_.token_file;
  auto spec = task_container({.job = job_,
                              .env = task_env(),
                              .directory = settings_.directory,
                              .token_file = token,
                              .sdk = settings_.sdk,
                              .python = is_python_});
  if (!spec) return finish(std::nullopt, "could not start: " + spec.error().message);
  for (const auto& path : {settings_.directory, settings_.directory / "work", token}) {
    if (path.empty()) continue;
    auto given = give_to(path, *spec->user);
    if (!given) return finish(std::nullopt, "could not start: " + given.error().message);
  }
  std::vector<std::string> words{"--serve", settings_.directory.string()};
  if (is_python_) words.emplace_back("--frames");
  run_container(std::move(pipes), json::write(to_json(*spec)), words);
}

/// True: the next worker can go on with it. A Python task cannot: it talks with this one.
bool Attempt::note_container() {
  if (settings_.kept == nullptr || is_python_) return false;
  auto noted = settings_.kept->keep({.job = job_,
                                     .mark = settings_.mark,
                                     .directory = settings_.directory,
                                     .started_at = started_at_,
                                     .lines = output_.lines()});
  if (!noted) {
    log::warn("a container would not outlive this worker", {{"reason", noted.error()}});
    return false;
  }
  lines_ = *std::move(noted);
  return true;
}

void Attempt::flush_log() {
  log_.flush();
  if (lines_.valid()) write_lines(lines_, output_.lines());
}

void Attempt::run_container(Pipes pipes, const std::string& spec, std::vector<std::string> words) {
  auto pair = os::socket_pair();
  auto input = file_of(spec);
  if (!pair || !input) {
    return finish(std::nullopt, "could not start: no file descriptors are left");
  }
  if (note_container()) words.insert(words.begin(), "--stays");
  if (settings_.adopted) words.insert(words.begin(), "--adopt");
  os::ProcessOptions options;
  options.argv = {settings_.container_program.string(), "run", "--tells-use", "--result-fd",
                  std::to_string(kResultFd)};
  options.argv.insert(options.argv.end(), words.begin(), words.end());
  options.env = task_env();
  options.cwd = settings_.directory / "work";
  options.fds = {{input->get(), 0},
                 {pipes.out.write_end.get(), 1},
                 {pipes.error.write_end.get(), 2},
                 {pair->second.get(), kResultFd}};
  task_ = std::move(pair->first);
  start_process(std::move(options), std::move(pipes));
}

}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
// The part of an attempt that finds the task's pack, and talks with its Python process.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

#include "log/log.h"
#include "os/socket.h"
#include "supervise/detail/attempt.h"
#include "supervise/detail/held_packs.h"
#include "supervise/sdk.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::size_t kXComCountMax = 1000;
constexpr std::size_t kXComKeyBytesMax = 512;
constexpr std::size_t kXComBytesSumMax = 4U << 20;

}  // namespace

/// The SDK, and $AIFLOW_PACK. A container has the pack at a place of its own (task_container.h).
Status Attempt::find_own_files() {
  if (!runs_directly(job_)) AIFLOW_TRY(check_sdk(settings_.python, settings_.sdk));
  const std::string wanted = wanted_pack(job_);
  if (wanted.empty() || job_.executor == "docker") return {};
  const auto env = task_env();
  const auto home = env.find("AIFLOW_HOME");
  if (home == env.end()) return fail(ErrorCode::not_found, "there is no data directory");
  AIFLOW_ASSIGN(const auto folder, find_pack(home->second, wanted));
  job_.env["AIFLOW_PACK"] = folder.string();
  job_.env["PYTHONDONTWRITEBYTECODE"] = "1";  // a pack stays as it is
  return {};
}

void Attempt::on_task_readable() {
  read_task_frames();
  if (!task_.valid()) return;
  char byte = 0;
  if (::recv(task_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0) return;
  loop_.unwatch(task_.get());  // end of stream: the exit follows
  task_.reset();
}

void Attempt::read_task_frames() {
  std::array<char, 64U << 10> buffer;
  while (task_.valid()) {
    const ssize_t got = ::recv(task_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    task_reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
    auto frame = task_reader_.next();
    for (; frame && *frame; frame = task_reader_.next()) on_task_frame(**frame);
    if (!frame) return refuse_task("sent a bad message: " + frame.error().message);
  }
}

void Attempt::on_task_frame(const std::string& payload) {
  const auto value = json::parse(payload, {.depth_max = kTaskJsonDepthMax + 2});
  if (!value) return refuse_task("sent a bad message: " + value.error().message);
  const std::string_view type = type_of(*value);
  if (type == "TaskXComPush") {
    if (auto push = wire::parse_task_xcom_push(*value)) return on_xcom_push(*std::move(push));
  } else if (type == "TaskXComGet") {
    if (auto get = wire::parse_task_xcom_get(*value)) return events_.xcom_asked(*std::move(get));
  } else if (type == "TaskRendered") {
    if (auto said = wire::parse_task_rendered(*value)) return on_task_rendered(*std::move(said));
  } else if (type == "TaskUsage") {
    if (auto usage = wire::parse_task_usage(*value)) return on_container_usage(*usage);
  } else if (type == "TaskDone") {
    if (auto done = wire::parse_task_done(*value)) {
      done_ = *std::move(done);
      return;
    }
  }
  refuse_task("sent a message of type '" + std::string(type) + "' that cannot be understood");
}

void Attempt::on_xcom_push(wire::TaskXComPush push) {
  if (push.key.size() > kXComKeyBytesMax) {
    return refuse_task("published an XCom with a name of " + std::to_string(push.key.size()) +
                       " bytes; the limit is " + std::to_string(kXComKeyBytesMax));
  }
  const std::size_t bytes = json::write(push.value).size();
  if (bytes > kXComBytesMax) {
    return refuse_task("published XCom '" + push.key + "' of " + std::to_string(bytes) +
                       " bytes; the limit is " + std::to_string(kXComBytesMax));
  }
  xcom_bytes_ += bytes;
  if (xcoms_.size() >= kXComCountMax || xcom_bytes_ > kXComBytesSumMax) {
    return refuse_task("published more XComs than the limit of " + std::to_string(kXComCountMax) +
                       " values or " + std::to_string(kXComBytesSumMax) + " bytes");
  }
  std::erase_if(xcoms_, [&](const wire::XComEntry& entry) { return entry.key == push.key; });
  xcoms_.push_back({.key = std::move(push.key), .value = std::move(push.value)});
}

void Attempt::refuse_task(const std::string& reason) {
  if (refusal_.empty()) refusal_ = "the task " + reason;
}

void Attempt::answer_xcom(const wire::TaskXComValue& value) {
  if (!task_.valid()) return;
  auto sent = os::send_all(task_.get(), encode("TaskXComValue", value),
                           Deadline::after(clock_, std::chrono::seconds(1)));
  if (!sent) log::warn("a task does not take its XCom", {{"reason", sent.error()}});
}

void Attempt::adopt() {
  auto process = os::Process::adopt(pid_);
  if (!process) return finish(os::ExitStatus{.exit_code = 255}, "");
  process_ = *std::move(process);
  loop_.watch(process_->pidfd(), {}, [this] { on_root_exit(); });
}

std::uint64_t oom_kill_count() {
  // Also counts kills by a cgroup's limit. Cheap: the kernel writes the file in about 20 µs.
  const auto text = os::read_file("/proc/vmstat", 64U << 10);
  constexpr std::string_view kName = "\noom_kill ";
  const std::size_t at = text ? text->find(kName) : std::string::npos;
  std::uint64_t count = 0;
  if (at != std::string::npos) {
    const char* from = text->data() + at + kName.size();
    std::from_chars(from, text->data() + text->size(), count);
  }
  return count;
}

}  // namespace aiflow::supervise::detail

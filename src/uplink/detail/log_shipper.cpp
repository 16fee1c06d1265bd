// SPDX-License-Identifier: Apache-2.0
#include "uplink/detail/log_shipper.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "log/log.h"

namespace aiflow::uplink::detail {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10;
constexpr std::size_t kNoteBytesMax = 64U << 10;

std::int64_t size_of(const os::Path& file) {
  struct stat info{};
  return ::stat(file.c_str(), &info) == 0 ? info.st_size : 0;
}

os::Path note_of(const os::Path& log) { return log.string() + ".json"; }

}  // namespace

Status LogShipper::load() {
  AIFLOW_TRY(os::make_dirs(options_.folder));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, error)) {
    if (entry.path().extension() == ".json") load_one(entry.path());
  }
  bound_backlog();
  return {};
}

void LogShipper::load_one(const os::Path& note) {
  Log log;
  log.path = note.parent_path() / note.stem();
  const std::string number = log.path.stem().string();
  std::int64_t used = 0;
  std::from_chars(number.data(), number.data() + number.size(), used);
  next_number_ = std::max(next_number_, used + 1);
  const auto text = os::read_file(note, kNoteBytesMax);
  const auto json = text ? json::parse(*text) : Result<json::Value>(fail(text.error()));
  const auto begun = json ? wire::parse_log_taken(*json) : fail(json.error());
  if (!begun) {
    log::warn("a log that an earlier worker left is given up", {{"reason", begun.error()}});
    static_cast<void>(os::remove_file(note));
    static_cast<void>(os::remove_file(log.path));
    return;
  }
  log.attempt = begun->attempt;
  log.base = log.taken = begun->offset;
  log.has_ended = true;
  logs_.insert_or_assign(key_of(log.attempt), std::move(log));
}

os::Path LogShipper::add(const wire::AttemptRef& attempt, std::int64_t offset) {
  const auto [at, is_new] = logs_.try_emplace(key_of(attempt));
  Log& log = at->second;
  if (!is_new) return log.path;  // delivered twice
  log.attempt = attempt;
  log.base = log.taken = offset;
  log.path = options_.folder / (std::to_string(next_number_++) + ".log");
  // Not synced, which would be most of a short task's cost: the log itself is empty yet.
  note(log, os::write_whole);
  bound_backlog();
  return log.path;
}

/// Whose it is, for the next worker.
void LogShipper::note(const Log& log, Write write) {
  const wire::LogTaken begun{.attempt = log.attempt, .offset = log.base, .error = {}};
  if (auto noted = write(note_of(log.path), json::write(wire::to_json(begun)), 0600); !noted) {
    log::warn("a log would not outlive this worker", {{"reason", noted.error()}});
  }
}

void LogShipper::hold(const wire::AttemptRef& attempt) {
  const auto log = logs_.find(key_of(attempt));
  if (log != logs_.end()) log->second.is_held = true;
}

void LogShipper::release(const wire::AttemptRef& attempt, std::int64_t offset) {
  const auto found = logs_.find(key_of(attempt));
  if (found == logs_.end()) return;
  Log& log = found->second;
  log.is_held = false;
  log.base = log.taken = offset;
  note(log, os::write_atomic);  // the log of a time without the server may be long
}

void LogShipper::forget(const wire::AttemptRef& attempt) {
  if (const auto log = logs_.find(key_of(attempt)); log != logs_.end()) drop(log);
}

void LogShipper::finish(const wire::AttemptRef& attempt, std::function<void()> then) {
  const auto log = logs_.find(key_of(attempt));
  if (log == logs_.end()) return then();
  log->second.has_ended = true;
  log->second.then = std::move(then);
  if (!log->second.on_its_way) advance(log);
}

void LogShipper::look() {
  if (!is_connected_) return;
  for (auto log = logs_.begin(); log != logs_.end();) {
    const auto here = log++;
    if (!here->second.on_its_way) advance(here);
  }
}

void LogShipper::taken(const wire::LogTaken& answer) {
  const auto found = logs_.find(key_of(answer.attempt));
  if (found == logs_.end() || !found->second.on_its_way) return;
  Log& log = found->second;
  log.on_its_way = false;
  if (answer.error || answer.offset < log.base) {
    log::warn("the server takes no more of a log",
              {{"task", log.attempt.key.task_id},
               {"reason", answer.error.value_or("its beginning is gone there")}});
    log.is_refused = true;
  }
  const bool is_more = answer.offset > log.taken;
  log.taken = std::max(answer.offset, log.base);
  // What the server cannot take yet is asked for at the next look.
  if (is_more || log.is_refused) advance(found);
}

void LogShipper::lost() {
  is_connected_ = false;
  for (auto& [key, log] : logs_) {
    log.on_its_way = false;
    log.then = nullptr;
  }
}

void LogShipper::connected() {
  is_connected_ = true;
  look();
}

void LogShipper::advance(Logs::iterator at) {
  Log& log = at->second;
  if (!is_connected_ || log.is_held) return;
  if (log.is_refused) {
    if (log.has_ended) drop(at);
    return;
  }
  if (!log.fd.valid()) log.fd.reset(::open(log.path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string bytes(kPieceBytes, '\0');
  const ssize_t got =
      log.fd.valid() ? ::pread(log.fd.get(), bytes.data(), bytes.size(), log.taken - log.base) : 0;
  if (got <= 0) {
    if (log.has_ended) drop(at);
    return;
  }
  bytes.resize(static_cast<std::size_t>(got));
  log.on_its_way = true;
  send_({.attempt = log.attempt, .offset = log.taken, .data = to_base64(bytes)});
}

void LogShipper::drop(Logs::iterator at) {
  const auto then = std::move(at->second.then);
  static_cast<void>(os::remove_file(at->second.path));
  static_cast<void>(os::remove_file(note_of(at->second.path)));
  logs_.erase(at);
  if (then) then();
}

void LogShipper::bound_backlog() {
  std::int64_t sum = 0;
  std::map<std::int64_t, Logs::iterator> ended;  // by number: oldest first
  for (auto log = logs_.begin(); log != logs_.end(); ++log) {
    if (!log->second.has_ended) continue;
    const std::string number = log->second.path.stem().string();
    std::int64_t age = 0;
    std::from_chars(number.data(), number.data() + number.size(), age);
    ended.emplace(age, log);
    sum += size_of(log->second.path);
  }
  for (const auto& [age, log] : ended) {
    if (sum <= options_.backlog_bytes_max) return;
    log::warn("a log that could not be sent is given up: too many wait",
              {{"task", log->second.attempt.key.task_id}});
    sum -= size_of(log->second.path);
    drop(log);
  }
}

}  // namespace aiflow::uplink::detail

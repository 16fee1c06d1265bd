// SPDX-License-Identifier: Apache-2.0
#include "service/task_log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "conductor/log_path.h"
#include "os/limits/inotify.h"

namespace aiflow::service {
namespace {

/// What a worker keeps of one try's log (WorkerOptions::log_bytes_max).
constexpr std::int64_t kKeptBytesMax = 64 << 20;
constexpr std::int64_t kStreamPieceBytes = 128 << 10;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_component(const std::string& id) {
  return !id.empty() && id.size() <= 250 && id != "." && id != ".." &&
         id.find('/') == std::string::npos && id.find('\0') == std::string::npos;
}

/// Bytes the sequence that starts with `first` should have; 0 = cannot start one.
std::size_t wanted_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// Second byte's range, which rules out overlong forms, surrogates and numbers beyond Unicode.
bool fits_second(unsigned char first, unsigned char second) {
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

/// How many bytes at the start of `text` belong to one sequence, whole or begun.
std::size_t good_prefix(std::string_view text, std::size_t wanted) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t n = 1;
  while (n < wanted && n < text.size() &&
         (n == 1 ? fits_second(at(0), at(1)) : (at(n) & 0xC0U) == 0x80U)) {
    ++n;
  }
  return n;
}

}  // namespace

Result<std::filesystem::path> log_path(const std::filesystem::path& logs, const TryKey& key) {
  for (const auto* id : {&key.task.dag_id.value, &key.task.run_id.value, &key.task.task_id.value}) {
    if (!is_component(*id)) {
      return fail(ErrorCode::invalid_argument, "'" + *id + "' is not a valid id");
    }
  }
  return conductor::log_path(logs, key.task, key.try_number);
}

std::string to_utf8(std::string_view bytes, bool is_end, std::size_t& used) {
  std::string out;
  out.reserve(bytes.size());
  used = 0;
  while (used < bytes.size()) {
    const auto rest = bytes.substr(used);
    const auto wanted = wanted_length(static_cast<unsigned char>(rest[0]));
    const auto got = wanted == 0 ? 1 : good_prefix(rest, wanted);
    if (got == wanted) {
      out.append(rest.substr(0, got));
    } else if (wanted != 0 && got == rest.size() && !is_end) {
      return out;  // the rest of this character has not been written yet
    } else {
      out.append(kReplacement);
    }
    used += got;
  }
  return out;
}

Result<wire::LogChunk> read_log(const std::filesystem::path& file, const LogSlice& slice) {
  if (slice.offset < 0) return fail(ErrorCode::invalid_argument, "offset must not be negative");
  wire::LogChunk chunk;
  chunk.next_offset = slice.offset;
  const os::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) {
    if (errno == ENOENT) return chunk;
    return fail(os::error_from_errno(errno, "the log cannot be read"));
  }
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::corrupt, "the log is not a plain file");
  }
  chunk.size = info.st_size;
  chunk.truncated = info.st_size >= kKeptBytesMax;
  const auto wanted = std::clamp<std::int64_t>(info.st_size - slice.offset, 0, slice.bytes_max);
  std::string bytes(static_cast<std::size_t>(wanted), '\0');
  const auto got = ::pread(fd.get(), bytes.data(), bytes.size(), slice.offset);
  if (got < 0) return fail(os::error_from_errno(errno, "the log cannot be read"));
  bytes.resize(static_cast<std::size_t>(got));
  std::size_t used = 0;
  const bool is_end = slice.is_final && slice.offset + got >= info.st_size;
  chunk.content = to_utf8(bytes, is_end, used);
  chunk.next_offset = slice.offset + static_cast<std::int64_t>(used);
  return chunk;
}

Status LogFollower::start() {
  AIFLOW_ASSIGN(inotify_, os::make_inotify());
  wake_ = os::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.valid()) return fail(os::error_from_errno(errno, "logs cannot be followed"));
  thread_ = std::thread([this] { run(); });
  return {};
}

void LogFollower::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

void LogFollower::follow(Watch watch) {
  {
    const std::scoped_lock lock(mutex_);
    joining_.push_back(std::move(watch));
  }
  wake();
}

void LogFollower::wake() {
  const std::uint64_t one = 1;
  if (wake_.valid()) (void)!::write(wake_.get(), &one, sizeof one);
}

void LogFollower::run() {
  for (;;) {
    {
      const std::scoped_lock lock(mutex_);
      if (stop_) return;
      for (auto& watch : joining_) active_.push_back({.watch = std::move(watch)});
      joining_.clear();
    }
    for (auto it = active_.begin(); it != active_.end();) {
      if (advance(*it)) {
        ++it;
        continue;
      }
      if (it->descriptor >= 0 && --users_[it->descriptor] == 0) {
        ::inotify_rm_watch(inotify_.get(), it->descriptor);
        users_.erase(it->descriptor);
      }
      it = active_.erase(it);
    }
    const bool has_backlog = std::ranges::any_of(active_, &Active::was_full);
    wait(has_backlog, active_.empty());
  }
}

void LogFollower::wait(bool has_backlog, bool is_idle) {
  std::array<pollfd, 2> fds = {pollfd{.fd = inotify_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
  (void)::poll(fds.data(), fds.size(), is_idle ? -1 : has_backlog ? 10 : 500);
  std::array<char, 4096> drained{};
  while (::read(inotify_.get(), drained.data(), drained.size()) > 0) {
  }
  std::uint64_t count = 0;
  (void)!::read(wake_.get(), &count, sizeof count);
}

void LogFollower::watch_file(Active& active) {
  if (active.descriptor >= 0) return;
  active.descriptor =
      ::inotify_add_watch(inotify_.get(), active.watch.file.c_str(), IN_MODIFY | IN_CLOSE_WRITE);
  if (active.descriptor >= 0) ++users_[active.descriptor];
}

bool LogFollower::advance(Active& active) {
  watch_file(active);  // before reading, so that no change falls between
  // Before reading too: what was written before the end is then read.
  const bool has_ended = active.watch.has_ended();
  for (;;) {
    active.was_full = active.watch.is_full();
    if (active.was_full) return true;
    auto chunk = read_log(
        active.watch.file,
        {.offset = active.watch.offset, .bytes_max = kStreamPieceBytes, .is_final = has_ended});
    if (!chunk) return false;
    const bool is_all = chunk->next_offset >= chunk->size;
    chunk->complete = has_ended && is_all;
    const bool is_news = !chunk->content.empty() || chunk->complete;
    active.watch.offset = chunk->next_offset;
    if (is_news && !active.watch.send(*chunk)) return false;
    if (chunk->complete) return false;
    if (is_all || !is_news) return true;
  }
}

}  // namespace aiflow::service

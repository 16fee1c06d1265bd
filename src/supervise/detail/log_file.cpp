// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/log_file.h"

#include <fcntl.h>

#include <cerrno>

namespace aiflow::supervise::detail {
namespace {

constexpr std::size_t kBatchBytes = 256U << 10;

int open_append(const os::Path& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
}

/// "[2026-11-23T18:10:21.123Z] "
std::string stamp(WallTime now) { return "[" + format_time(now).substr(0, 23) + "Z] "; }

}  // namespace

void LogFile::begin(os::Path path, std::string_view text) {
  path_ = std::move(path);
  append_stamped("aiflow: " + std::string(text));
  stamp_.clear();
}

void LogFile::open() {
  is_open_ = true;
  fd_.reset(open_append(path_));
  if (!fd_.valid() && errno == ENOENT) {
    if (auto made = os::make_dirs(path_.parent_path()); !made) {
      truncation_ = made.error().message;
      return;
    }
    fd_.reset(open_append(path_));
  }
  if (!fd_.valid()) truncation_ = os::error_from_errno(errno, "open the log").message;
}

void LogFile::add_line(std::string_view line) {
  if (stamp_.empty()) stamp_ = stamp(clock_.now());
  const std::uint64_t bytes = line.size() + 1;
  // The time counts too: it is most of the file when lines are short.
  if (!truncation_.empty() || bytes_ + stamp_.size() + bytes > bytes_max_) {
    if (truncation_.empty()) {
      truncation_ = "over the limit of " + std::to_string(bytes_max_) + " bytes";
      append_stamped("aiflow: log truncated: " + truncation_);
    }
    bytes_left_out_ += bytes;
    return;
  }
  bytes_ += stamp_.size() + bytes;
  append_stamped(line);
  if (pending_.size() >= kBatchBytes) write_out();
}

void LogFile::note(std::string_view text) {
  append_stamped("aiflow: " + std::string(text));
  flush();
}

void LogFile::flush() {
  write_out();
  stamp_.clear();
}

void LogFile::end(std::string_view text, bool is_plain) {
  if (is_plain && !is_open_ && bytes_ == 0) {
    pending_.clear();
    return;
  }
  append_stamped("aiflow: " + std::string(text));
  if (bytes_left_out_ > 0) {
    note("log truncated: " + std::to_string(bytes_left_out_) + " bytes left out (" + truncation_ +
         ")");
  }
  flush();
  fd_.reset();
}

void LogFile::append_stamped(std::string_view line) {
  if (stamp_.empty()) stamp_ = stamp(clock_.now());
  pending_.append(stamp_).append(line).push_back('\n');
}

void LogFile::write_out() {
  if (pending_.empty()) return;
  if (!is_open_) open();
  if (fd_.valid()) {
    auto written = os::write_all(fd_.get(), pending_);
    if (!written) {
      if (truncation_.empty()) truncation_ = written.error().message;
      bytes_left_out_ += pending_.size();
    }
  }
  pending_.clear();
}

}  // namespace aiflow::supervise::detail

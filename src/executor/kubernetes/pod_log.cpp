// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/pod_log.h"

#include <fcntl.h>

#include <algorithm>
#include <fstream>

#include "log/log.h"
#include "os/file.h"

namespace aiflow::executor {
namespace {

constexpr std::size_t kPieceBytesMax = 64U << 10;
constexpr std::size_t kLastLineBytesMax = 48U << 10;
constexpr std::uint64_t kLogBytesMax = 64ULL << 20;
/// Begins the lines of sdk/python/aiflow/pod_task.py; their rests together are a JSON text.
constexpr std::string_view kResult = "::aiflow:result ";
constexpr std::size_t kResultBytesMax = 8U << 20;
constexpr std::size_t kTimeBytes = 23;                ///< "2026-11-23T18:10:21.123"
constexpr std::size_t kAroundBytes = kTimeBytes + 5;  ///< of a line: "[", the time, "Z] ", "\n"

std::string stamp(WallTime now) { return format_time(now).substr(0, kTimeBytes); }

std::string mark_of(const std::string& pod) { return "aiflow: log of pod " + pod; }

}  // namespace

PodLog::PodLog(const Clock& clock, std::filesystem::path file, LogMask mask)
    : clock_(clock), file_(std::move(file)), mask_(std::move(mask)) {}

bool PodLog::open() {
  if (fd_.valid()) return true;
  if (auto made = os::make_dirs(file_.parent_path()); !made) {
    log::warn("a log has no folder", {{"log", file_}, {"reason", made.error()}});
    return false;
  }
  fd_.reset(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600));
  if (!fd_.valid()) {
    log::warn("a log cannot be opened", {{"log", file_}});
  }
  return fd_.valid();
}

void PodLog::note(std::string_view text) {
  write(stamp(clock_.now()), "aiflow: " + std::string(text));
  flush();
}

/// Lines of the task that stand in the file after the mark.
std::uint64_t PodLog::lines_after(const std::string& mark) const {
  std::ifstream file(file_);
  std::uint64_t count = 0;
  bool is_behind = false;
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find("] ");
    const std::string_view text =
        at == line.npos ? std::string_view(line) : std::string_view(line).substr(at + 2);
    if (text == mark) {
      is_behind = true;
      count = 0;
    } else if (is_behind && !text.starts_with("aiflow: ")) {
      ++count;
    }
  }
  return is_behind ? count : UINT64_MAX;
}

void PodLog::begin(const std::string& pod) {
  rest_.clear();
  is_piece_ = false;
  result_.clear();
  come_ = {};
  again_.reset();
  lines_ = 0;
  last_ = {};
  count_what_is_there();
  have_lines_ = lines_after(mark_of(pod));
  if (have_lines_ != UINT64_MAX) return;
  have_lines_ = 0;
  note(mark_of(pod).substr(std::string_view("aiflow: ").size()));
}

/// Its last line of the task that stands after the mark, and how many lines have its time.
std::optional<PodLog::Last> PodLog::last_after(const std::string& mark) const {
  std::ifstream file(file_);
  std::optional<Last> last;
  bool is_behind = false;
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find("] ");
    if (at != kTimeBytes + 2 || line.front() != '[') continue;
    const std::string_view text = std::string_view(line).substr(at + 2);
    if (text == mark) {
      is_behind = true;
      last.reset();
    } else if (is_behind && !text.starts_with("aiflow: ")) {
      const std::string time = line.substr(1, kTimeBytes);
      if (!last || last->time != time) last = Last{.time = time, .count = 0};
      ++last->count;
    }
  }
  return is_behind ? std::optional(last.value_or(Last{})) : std::nullopt;
}

std::optional<WallTime> PodLog::go_on(const std::string& pod) {
  count_what_is_there();
  rest_.clear();
  is_piece_ = false;
  lines_ = have_lines_ = 0;
  last_ = {};
  const auto last = last_after(mark_of(pod));
  if (!last) {
    note(mark_of(pod).substr(std::string_view("aiflow: ").size()));
    return std::nullopt;
  }
  last_ = *last;
  const auto since = parse_time(last_.time + "Z");
  return since ? std::optional(*since) : std::nullopt;
}

void PodLog::begin_rest() {
  rest_.clear();
  // A long line of which pieces are written comes again as a whole: twice is better than cut.
  if (is_piece_ && come_.count > 0) --come_.count;
  is_piece_ = is_passing_line_ = false;
  passed_ = 0;
  again_ = come_;
  if (come_.second) return;
  have_lines_ = std::max(have_lines_, lines_);
  lines_ = 0;
}

/// By their number: times of lines need be neither unique nor in order. When the node has begun a
/// new file meanwhile, the number means nothing, and times have to do.
bool PodLog::has_come(WallTime time) {
  if (!again_ || !again_->second) return false;
  const bool is_same_file = passed_ > 0 || time == again_->first;
  if (is_same_file && passed_ < again_->count) {
    ++passed_;
    return true;
  }
  if (!is_same_file && time <= again_->latest) return true;
  again_.reset();
  return false;
}

void PodLog::keep_in_mind(WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (!come_.second || second > *come_.second) {
    come_ = {.second = second, .count = 0, .first = time, .latest = time};
  }
  come_.latest = std::max(come_.latest, time);
  if (time >= *come_.second) ++come_.count;
  ++come_lines_;
}

/// The limit is of the file, whoever wrote it.
void PodLog::count_what_is_there() {
  std::error_code error;
  const auto size = std::filesystem::file_size(file_, error);
  if (!error) bytes_ = size;
}

/// The file has it, from before the stream broke.
bool PodLog::is_known(const std::string& time) {
  if (last_.time.empty() || time > last_.time) {
    last_ = {};
    return false;
  }
  if (time < last_.time) return true;
  if (last_.count == 0) return false;
  --last_.count;
  return true;
}

void PodLog::feed(std::string_view bytes) {
  rest_ += bytes;
  std::size_t from = 0;
  while (from < rest_.size()) {
    const std::size_t end = rest_.find('\n', from);
    // A piece ends where no secret can begin that the next one ends.
    const std::size_t most = kPieceBytesMax + mask_.longest();
    const bool is_long = std::min(end, rest_.size()) - from > most;
    if (end == rest_.npos && !is_long) break;
    if (is_long && mask_.longest() > 0) {
      mask_long_line(from);
      if (std::min(rest_.find('\n', from), rest_.size()) - from <= most) continue;
    }
    const std::size_t length = is_long ? kPieceBytesMax : end - from;
    take_line(std::string_view(rest_).substr(from, length));
    is_piece_ = is_long;
    from += length + (is_long ? 0 : 1);
  }
  rest_.erase(0, from);
  flush();
}

/// What is whole in it; its last bytes may be the beginning of a secret.
void PodLog::mask_long_line(std::size_t from) {
  const std::size_t end = std::min(rest_.find('\n', from), rest_.size());
  rest_.replace(from, end - from, mask_.masked(std::string_view(rest_).substr(from, end - from)));
}

void PodLog::end() {
  if (!rest_.empty()) take_line(rest_);
  rest_.clear();
  if (left_out_ > 0) {
    note("log truncated: " + std::to_string(left_out_) + " bytes over the limit of " +
         std::to_string(kLogBytesMax) + " are left out");
  }
  left_out_ = 0;
  flush();
  fd_.reset();
}

void PodLog::take_line(std::string_view line) {
  const std::size_t space = line.find(' ');
  const auto said = parse_time(line.substr(0, space));
  if (!is_piece_) is_passing_line_ = said && has_come(*said);
  if (is_passing_line_) return;
  if (said && !is_piece_) keep_in_mind(*said);
  if (said) time_ = stamp(*said);
  // A piece of a long line has the time of its beginning.
  const std::string time = said || is_piece_ ? time_ : stamp(clock_.now());
  if (said) line.remove_prefix(space == line.npos ? line.size() : space + 1);
  if (line.starts_with(kResult)) {
    line.remove_prefix(kResult.size());
    if (result_.size() + line.size() <= kResultBytesMax) result_ += line;
    return;
  }
  if (line.find_first_not_of(" \t\r") != line.npos) {
    is_cut_ = line.size() > kLastLineBytesMax;
    last_line_ = std::string(line.substr(0, kLastLineBytesMax));
  }
  if (lines_++ < have_lines_ || is_known(time)) return;
  if (bytes_ + line.size() > kLogBytesMax) {
    left_out_ += line.size() + 1;
    return;
  }
  bytes_ += line.size() + kAroundBytes;
  write(time, line);
}

void PodLog::write(std::string_view time, std::string_view line) {
  pending_.append("[").append(time).append("Z] ").append(mask_.masked(line)).push_back('\n');
}

void PodLog::flush() {
  if (pending_.empty()) return;
  if (open()) {
    if (auto written = os::write_all(fd_.get(), pending_); !written) {
      log::warn("a log cannot be written", {{"log", file_}, {"reason", written.error()}});
    }
  }
  pending_.clear();
}

}  // namespace aiflow::executor

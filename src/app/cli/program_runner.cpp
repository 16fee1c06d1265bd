// SPDX-License-Identifier: Apache-2.0
#include "app/cli/program_runner.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "app/cli/terminal.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/process.h"

namespace aiflow::app {
namespace {

constexpr std::string_view kProgressMark = "::aiflow:progress ";
constexpr std::size_t kLineBytesMax = 1U << 20;

/// Cuts a stream into lines; remembers the last one with text.
class LineReader {
 public:
  template <class OnLine>
  void feed(std::string_view bytes, OnLine on_line) {
    for (const char c : bytes) {
      if (c != '\n') {
        if (line_.size() < kLineBytesMax) line_ += c;
        continue;
      }
      if (!line_.empty() && on_line(line_)) last_ = line_;
      line_.clear();
    }
  }
  /// An unfinished line counts too.
  [[nodiscard]] std::string last() const { return line_.empty() ? last_ : line_; }

 private:
  std::string line_;
  std::string last_;
};

/// Reads what is there; false at the end of the stream.
template <class OnLine>
bool pump(int fd, LineReader& reader, OnLine on_line) {
  std::array<char, 8192> buffer{};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got <= 0) return false;
  reader.feed({buffer.data(), static_cast<std::size_t>(got)}, on_line);
  return true;
}

/// Shows a progress line; other lines are kept as candidates for the answer.
bool keep_or_report(const std::string& line, ProgressReporter& progress) {
  if (!line.starts_with(kProgressMark)) return true;
  const auto value = json::parse(std::string_view(line).substr(kProgressMark.size()));
  if (!value) return false;
  if (const auto info = wire::parse_progress_info(*value)) progress.report(*info);
  return false;
}

}  // namespace

Result<std::string> run_program(const Clock& clock, const ProgramCall& call) {
  AIFLOW_ASSIGN(os::Pipe out, os::make_pipe());
  AIFLOW_ASSIGN(os::Pipe err, os::make_pipe());
  const Deadline deadline = Deadline::after(clock, call.timeout);
  AIFLOW_ASSIGN(os::Process process,
                os::Process::start({.argv = call.argv,
                                    .cwd = call.cwd,
                                    .fds = {{out.write_end.get(), 1}, {err.write_end.get(), 2}},
                                    .grouping = os::Grouping::inherit,
                                    .die_with_parent = true}));
  out.write_end.reset();
  err.write_end.reset();
  ProgressReporter progress;
  LineReader answers, errors;
  std::array<pollfd, 2> fds = {pollfd{out.read_end.get(), POLLIN, 0},
                               pollfd{err.read_end.get(), POLLIN, 0}};
  while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !deadline.passed(clock.steady_now())) {
    ::poll(fds.data(), fds.size(), 1000);
    if (fds[0].revents != 0 && !pump(fds[0].fd, answers, [&](const std::string& line) {
          return keep_or_report(line, progress);
        })) {
      fds[0].fd = -1;
    }
    if (fds[1].revents != 0 && !pump(fds[1].fd, errors, [](const std::string&) { return true; })) {
      fds[1].fd = -1;
    }
  }
  const auto status = process.wait(deadline);
  if (!status) {
    process.send_signal(9);
    return fail(ErrorCode::timeout,
                call.argv.front() + " did not end within " + format_duration(call.timeout));
  }
  if (status->success()) return answers.last();
  std::string reason = errors.last();
  if (reason.starts_with("error: ")) reason.erase(0, 7);
  return fail(ErrorCode::internal,
              reason.empty() ? call.argv.front() + ": " + os::describe(*status) : reason);
}

std::string sibling_program(const std::string& name) {
  return (os::program_path().parent_path() / name).string();
}

Result<json::Value> run_optimizer(const Clock& clock, std::vector<std::string> words) {
  words.insert(words.begin(), sibling_program("aiflow-optimize"));
  AIFLOW_ASSIGN(const std::string answer, run_program(clock, {.argv = std::move(words)}));
  return json::parse(answer);
}

}  // namespace aiflow::app

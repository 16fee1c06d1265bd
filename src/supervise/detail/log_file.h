// SPDX-License-Identifier: Apache-2.0
// The log of one try: each line with its time, bounded, and never a reason for a task to fail: a
// full disk ends the log with a note, not the attempt. The file is made when there is something to
// keep: of a task that printed nothing and succeeded the database says all that its log could, and
// making a file is a third of what a short task costs the worker. Private to supervise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "os/fd.h"
#include "os/file.h"

namespace aiflow::supervise::detail {

class LogFile {
 public:
  /// `bytes_max` bounds the task's lines with their times; our own lines come on top.
  LogFile(const Clock& clock, std::uint64_t bytes_max) : clock_(clock), bytes_max_(bytes_max) {}

  /// Where it will be, and its first line, which waits for the next one. Folders are made then.
  /// What cannot be opened is remembered and reported by truncation().
  void begin(os::Path path, std::string_view text);
  /// A line of the task's output; written at the next flush().
  void add_line(std::string_view line);
  /// A line of ours, "aiflow: …"; written at once.
  void note(std::string_view text);
  void flush();
  /// The last line, and before it what was left out, and why. `is_plain`: it says nothing that the
  /// database does not, and is no reason for a file.
  void end(std::string_view text, bool is_plain);
  /// Why lines are missing; empty when none are.
  [[nodiscard]] const std::string& truncation() const { return truncation_; }

 private:
  void open();
  void append_stamped(std::string_view line);
  void write_out();

  const Clock& clock_;
  std::uint64_t bytes_max_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_left_out_ = 0;
  os::Path path_;
  bool is_open_ = false;  ///< or could not be opened
  os::Fd fd_;
  std::string pending_;
  std::string stamp_;  ///< of this batch; renewed by flush
  std::string truncation_;
};

}  // namespace aiflow::supervise::detail

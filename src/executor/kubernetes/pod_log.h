// SPDX-License-Identifier: Apache-2.0
// A pod's log, line by line with the cluster's times, into the log file of the try. What the file
// holds already, from before a stream broke or this server started, is not written twice.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "executor/kubernetes/log_mask.h"
#include "json/value.h"
#include "os/fd.h"

namespace aiflow::executor {

/// What a log says besides its lines.
struct PodOutput {
  std::optional<Result<json::Value>> last_line{};  ///< as a value, when it is wanted
  std::string result{};                            ///< PodLog::result
  /// What the container beside the base one read of the XCom's file; nullopt: it was not heard.
  std::optional<std::string> xcom{};
};

class PodLog {
 public:
  /// `clock` gives the time of lines of ours, and of those that come without one. What is written
  /// is masked first.
  PodLog(const Clock& clock, std::filesystem::path file, LogMask mask = {});

  /// A line of ours: "aiflow: …".
  void note(std::string_view text);
  /// The log of this pod begins, again from its first line. Lines that the file has are left out.
  void begin(const std::string& pod);
  /// As begin, for a log that is long and goes on: where the file ends. Returns the time of its
  /// last line, from which on lines may come again (and are left out); nullopt: from the first on.
  [[nodiscard]] std::optional<WallTime> go_on(const std::string& pod);
  /// From when on another stream brings what is missing of this one, by the second; nullopt: from
  /// its first line on.
  [[nodiscard]] std::optional<WallTime> rest_since() const { return come_.second; }
  /// That stream is fed from now on: lines of it that came already are left out.
  void begin_rest();
  /// Two that are equal: nothing has come between them.
  struct Reach {
    std::uint64_t lines = 0;
    std::size_t rest_bytes = 0;  ///< of a line that has not ended
    bool operator==(const Reach&) const = default;
  };
  [[nodiscard]] Reach reach() const { return {.lines = come_lines_, .rest_bytes = rest_.size()}; }
  /// Of a long line pieces are written, and its end has not come.
  [[nodiscard]] bool is_inside_line() const { return is_piece_; }
  /// Bytes of the API's answer (with timestamps=true), in any pieces.
  void feed(std::string_view bytes);
  /// The stream has ended: a last line without its end is one.
  void end();

  /// The last line that is not empty, cut at 48 KiB; of all that was fed since begin.
  [[nodiscard]] const std::string& last_line() const { return last_line_; }
  [[nodiscard]] bool is_last_line_cut() const { return is_cut_; }
  /// What the task says of its end, in lines that are not written; at most 8 MiB.
  [[nodiscard]] const std::string& result() const { return result_; }

 private:
  struct Last {
    std::string time{};       ///< of the last line, as the file has it
    std::uint64_t count = 0;  ///< lines at the end that have it
  };

  /// What came of this stream, for the rest.
  struct Come {
    std::optional<WallTime> second{};  ///< of the latest line
    std::uint64_t count = 0;           ///< lines from then on, as the log has them in order
    WallTime first{};                  ///< of these
    WallTime latest{};
  };

  void take_line(std::string_view line);
  [[nodiscard]] bool has_come(WallTime time);
  void keep_in_mind(WallTime time);
  void mask_long_line(std::size_t from);
  void write(std::string_view stamp, std::string_view line);
  void flush();
  bool open();
  [[nodiscard]] std::uint64_t lines_after(const std::string& mark) const;
  [[nodiscard]] std::optional<Last> last_after(const std::string& mark) const;
  [[nodiscard]] bool is_known(const std::string& time);
  void count_what_is_there();

  const Clock& clock_;
  std::filesystem::path file_;
  LogMask mask_;
  os::Fd fd_;
  std::string rest_;
  std::string pending_;
  std::string last_line_;
  std::string result_;
  bool is_cut_ = false;
  std::uint64_t lines_ = 0;       ///< of this stream so far
  std::uint64_t have_lines_ = 0;  ///< so many of them are in the file
  Last last_{};                   ///< after go_on, until a later line comes
  std::string time_;              ///< of the line before
  bool is_piece_ = false;         ///< the line before goes on
  Come come_{};
  std::uint64_t come_lines_ = 0;
  std::optional<Come> again_{};   ///< of the rest, until what has come already is over
  std::uint64_t passed_ = 0;      ///< lines of it
  bool is_passing_line_ = false;  ///< its pieces are left out
  std::uint64_t bytes_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace aiflow::executor

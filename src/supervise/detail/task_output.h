// SPDX-License-Identifier: Apache-2.0
// What a task prints: lines go to the log, progress lines are taken out, and the last line of
// standard output is kept as the return value. Private to supervise.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"
#include "supervise/containers/kept_containers.h"
#include "supervise/detail/line_splitter.h"
#include "supervise/detail/log_file.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

inline constexpr std::size_t kXComBytesMax = 48U << 10;

class TaskOutput {
 public:
  enum class Stream { standard_out, standard_error };

  /// `progress` gets messages without the attempt filled in.
  TaskOutput(LogFile& log, std::function<void(wire::Progress)> progress)
      : log_(log), progress_(std::move(progress)) {}

  /// Its log has these lines already: they come again, and are passed over.
  void resume(const OutputLines& lines) { kept_ = lines; }
  void feed(Stream stream, std::string_view bytes);
  /// Both streams have ended.
  void finish();

  /// Lines that its log has, without aiflow-docker's own.
  [[nodiscard]] OutputLines lines() const {
    return {.out = std::max(lines_.out, kept_.out), .error = std::max(lines_.error, kept_.error)};
  }

  /// The last non-empty line of standard output: JSON if it parses, else text. nullopt when there
  /// was none; the reason when it is longer than kXComBytesMax.
  [[nodiscard]] std::optional<Result<json::Value>> return_value() const;

 private:
  void take_line(Stream stream, std::string_view line, bool whole);

  LogFile& log_;
  std::function<void(wire::Progress)> progress_;
  LineSplitter out_;
  LineSplitter error_;
  OutputLines lines_;
  OutputLines kept_;
  std::string last_line_;
  bool last_line_cut_ = false;
};

/// Bytes that are no UTF-8 become U+FFFD, so that any text can go into JSON.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

}  // namespace aiflow::supervise::detail

// SPDX-License-Identifier: Apache-2.0
// What the terminal shows: tables, durations, progress. Widths count Korean letters as two columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "wire/engine.h"

namespace aiflow::app {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};
/// Columns aligned, header underlined; "" for a table without rows.
[[nodiscard]] std::string render(const Table& table);

/// Columns that the text takes on a terminal; escape sequences take none.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// "1m 23s", "4.2s", "310ms".
[[nodiscard]] std::string format_duration(Duration d);
/// "2 min ago"; the date when older than a day.
[[nodiscard]] std::string format_ago(WallTime then, WallTime now);
/// "4.6 MB" (decimal).
[[nodiscard]] std::string format_bytes(double bytes);
/// "[######----] 61 % 240/395 frames", `width` columns for the bar.
[[nodiscard]] std::string progress_bar(const wire::ProgressInfo& progress, int width);

/// Whether standard output is a terminal (colours, redrawing).
[[nodiscard]] bool is_terminal();
/// The state's word with its sign, coloured on a terminal: "✔ success".
[[nodiscard]] std::string state_label(TaskState state, bool colour);

/// Reports progress of a long step: inside a task as a line that the supervisor takes out of the
/// log, on a terminal as a bar in place, elsewhere as one line per step.
class ProgressReporter {
 public:
  void report(const wire::ProgressInfo& progress);

 private:
  std::string last_what_;
};

}  // namespace aiflow::app

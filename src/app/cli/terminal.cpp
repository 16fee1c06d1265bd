// SPDX-License-Identifier: Apache-2.0
#include "app/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "json/value.h"
#include "os/environment.h"

namespace aiflow::app {
namespace {

/// One code point at `pos`, which moves on; bad bytes count as one each.
char32_t next_code_point(std::string_view text, std::size_t& pos) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(pos);
  std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (pos + more >= text.size()) more = 0;
  char32_t value = more == 3   ? lead & 0x07
                   : more == 2 ? lead & 0x0F
                   : more == 1 ? lead & 0x1F
                               : lead;
  for (std::size_t i = 1; i <= more; ++i) value = (value << 6) | (byte(pos + i) & 0x3F);
  pos += more + 1;
  return value;
}

/// East Asian wide letters that the product's texts hold (Hangul, CJK, full width forms).
bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60);
}

std::string fixed(double value, int digits) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return buffer.data();
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t has = display_width(text);
  return text + std::string(width > has ? width - has : 0, ' ');
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t pos = 0; pos < text.size();) {
    if (text[pos] == '\x1b') {
      const auto end = text.find('m', pos);
      pos = end == std::string_view::npos ? text.size() : end + 1;
      continue;
    }
    width += is_wide(next_code_point(text, pos)) ? 2 : 1;
  }
  return width;
}

std::string render(const Table& table) {
  if (table.rows.empty()) return "";
  std::vector<std::size_t> widths;
  for (const auto& title : table.header) widths.push_back(display_width(title));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += padded(cells[i], widths[i]) + (i + 1 < cells.size() ? "  " : "");
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line(table.header);
  std::vector<std::string> rule;
  for (const std::size_t width : widths) {
    std::string dashes;
    for (std::size_t i = 0; i < width; ++i) dashes += "─";
    rule.push_back(dashes);
  }
  line(rule);
  for (const auto& row : table.rows) line(row);
  return out;
}

std::string format_duration(Duration d) {
  const double seconds = std::chrono::duration<double>(d).count();
  if (seconds < 1) return fixed(seconds * 1000, 0) + "ms";
  if (seconds < 60) return fixed(seconds, 1) + "s";
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole < 3600) return std::to_string(whole / 60) + "m " + std::to_string(whole % 60) + "s";
  return std::to_string(whole / 3600) + "h " + std::to_string(whole % 3600 / 60) + "m";
}

std::string format_ago(WallTime then, WallTime now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
  if (seconds < 0 || seconds > 86'400) return format_time(then).substr(0, 16) + "Z";
  if (seconds < 60) return std::to_string(seconds) + " s ago";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min ago";
  return std::to_string(seconds / 3600) + " h ago";
}

std::string format_bytes(double bytes) {
  static constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < kUnits.size()) bytes /= 1000, ++unit;
  return fixed(bytes, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

std::string progress_bar(const wire::ProgressInfo& progress, int width) {
  const double part =
      progress.total > 0 ? std::clamp(progress.done / progress.total, 0.0, 1.0) : 0.0;
  const int full = static_cast<int>(std::lround(part * width));
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  const auto amount = [&](double n) {
    return progress.unit == "bytes" ? format_bytes(n) : fixed(n, 0);
  };
  return bar + " " + fixed(part * 100, 0) + " % " + amount(progress.done) + "/" +
         amount(progress.total) + (progress.unit == "bytes" ? "" : " " + progress.unit);
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string state_label(TaskState state, bool colour) {
  struct Look {
    TaskState state;
    const char* sign;
    int colour;  // of the 256-colour table, light and dark grounds alike
  };
  static constexpr std::array kLooks = {
      Look{TaskState::no_status, "·", 245},       Look{TaskState::scheduled, "◔", 179},
      Look{TaskState::queued, "⧗", 103},          Look{TaskState::running, "▶", 33},
      Look{TaskState::success, "✔", 35},          Look{TaskState::failed, "✘", 160},
      Look{TaskState::up_for_retry, "↻", 178},    Look{TaskState::up_for_reschedule, "↻", 37},
      Look{TaskState::upstream_failed, "⇥", 208}, Look{TaskState::skipped, "»", 175},
      Look{TaskState::deferred, "‖", 98},         Look{TaskState::removed, "−", 250},
      Look{TaskState::restarting, "⚡", 98},      Look{TaskState::awaiting_input, "✋", 178},
  };
  const auto look = std::ranges::find(kLooks, state, &Look::state);
  const std::string text = std::string(look->sign) + " " + std::string(to_string(state));
  if (!colour) return text;
  return "\x1b[38;5;" + std::to_string(look->colour) + "m" + text + "\x1b[0m";
}

void ProgressReporter::report(const wire::ProgressInfo& progress) {
  if (os::get_env("AIFLOW_TOKEN_FILE")) {
    std::cout << "::aiflow:progress " << json::write(wire::to_json(progress)) << std::endl;
  } else if (is_terminal()) {
    std::cout << "\r\x1b[K" << progress.what << "  " << progress_bar(progress, 24)
              << (progress.done >= progress.total ? "\n" : "") << std::flush;
  } else if (progress.what != last_what_) {
    std::cout << progress.what << std::endl;
  }
  last_what_ = progress.what;
}

}  // namespace aiflow::app

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/demo_screen.h"

#include <algorithm>
#include <iostream>

#include "app/cli/terminal.h"

namespace aiflow::app {
namespace {

constexpr Duration kRedrawEvery = std::chrono::milliseconds(80);
constexpr std::size_t kNameColumns = 16;
constexpr int kBarColumns = 20;

std::string pad(const std::string& text, std::size_t width) {
  const std::size_t has = display_width(text);
  return text + std::string(width > has ? width - has : 1, ' ');
}

}  // namespace

DemoScreen::DemoScreen(const Clock& clock, std::vector<wire::TaskInstance> tasks, bool terminal)
    : clock_(clock), terminal_(terminal) {
  for (auto& task : tasks) rows_.push_back({.task = std::move(task), .last_line = {}});
  draw(true);
}

void DemoScreen::changed(const wire::TaskInstance& task) {
  const auto row = std::ranges::find(
      rows_, task.task_id, [](const Row& r) -> const std::string& { return r.task.task_id; });
  if (row == rows_.end()) return;
  const bool is_new = row->task.state != task.state;
  auto progress = std::move(row->task.progress);
  row->task = task;
  if (task.state == TaskState::running) row->task.progress = std::move(progress);
  if (terminal_) return draw(is_new);
  if (is_new && task.state != TaskState::scheduled && task.state != TaskState::queued) {
    std::cout << line_of(*row) << std::endl;
  }
}

void DemoScreen::progress(const std::string& task_id, const wire::ProgressInfo& progress) {
  const auto row = std::ranges::find(
      rows_, task_id, [](const Row& r) -> const std::string& { return r.task.task_id; });
  if (row == rows_.end()) return;
  row->task.progress = progress;
  if (terminal_) return draw(false);
  const int tenths = progress.total > 0 ? static_cast<int>(10 * progress.done / progress.total) : 0;
  const auto [printed, first] = tenths_.try_emplace(task_id + progress.what, -1);
  if (tenths <= printed->second) return;
  printed->second = tenths;
  std::cout << line_of(*row) << std::endl;
}

void DemoScreen::finish() {
  if (terminal_) draw(true);
}

std::string DemoScreen::amount_of(const wire::TaskInstance& task) const {
  if (task.state == TaskState::running && task.progress) {
    return progress_bar(*task.progress, kBarColumns) + "  " + task.progress->what;
  }
  if (task.start_date && task.end_date && task.state != TaskState::skipped) {
    const std::string took = format_duration(*task.end_date - *task.start_date);
    return task.state == TaskState::success ? took : took + "  " + task.cause;
  }
  if (task.start_date && task.state == TaskState::running) {
    return format_duration(clock_.now() - *task.start_date);
  }
  return task.state == TaskState::no_status ? "" : task.cause;
}

std::string DemoScreen::line_of(const Row& row) const {
  return "  " + pad(row.task.task_id, kNameColumns) +
         pad(state_label(row.task.state, terminal_), kNameColumns + 2) + amount_of(row.task);
}

void DemoScreen::draw(bool always) {
  if (!terminal_) return;
  const SteadyTime now = clock_.steady_now();
  if (!always && drawn_ && now - drawn_at_ < kRedrawEvery) return;
  std::string out;
  if (drawn_) out += "\x1b[" + std::to_string(rows_.size()) + "A";
  for (const auto& row : rows_) out += "\x1b[2K" + line_of(row) + "\n";
  std::cout << out << std::flush;
  drawn_ = true;
  drawn_at_ = now;
}

}  // namespace aiflow::app

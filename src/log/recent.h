// SPDX-License-Identifier: Apache-2.0
// The newest lines of the log in memory, for who looks at them in the dashboard. Bounded by lines
// and by bytes: the oldest go first. Thread-safe. Ids rise, and a line read back from the file
// after a restart has the id that it had before.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "log/log.h"

namespace aiflow::log {

/// "debug", "info", "warning", "error", as the file has them.
[[nodiscard]] std::string_view level_word(Level level);

struct Line {
  std::int64_t id = 0;  ///< of its milliseconds since 1970, with three digits more
  WallTime at{};
  Level level = Level::info;
  std::string text;
};

struct RecentLimits {
  std::size_t lines = 20'000;
  std::size_t bytes = 4U << 20;      ///< of all texts
  std::size_t line_bytes = 8 << 10;  ///< a longer line is cut
};

class Recent {
 public:
  explicit Recent(RecentLimits limits = {}) : limits_(limits) {}

  void add(WallTime at, Level level, std::string text);
  /// What the log's file holds at its end, as far as it fits. A file that cannot be read has none.
  void load(const std::filesystem::path& file);

  struct Wanted {
    Level level = Level::debug;  ///< and above
    std::string text{};          ///< part of the line; capitals do not matter (ASCII)
    std::optional<WallTime> since{};
  };
  struct Page {
    std::vector<Line> lines;  ///< oldest first
    bool has_more = false;    ///< further ones fit, on the side the page was cut
    std::int64_t last = 0;    ///< id up to which the log was looked at
    bool missed = false;      ///< after(): lines after the id are kept no longer
  };
  /// The newest that fit, before an id when one is given.
  [[nodiscard]] Page before(std::optional<std::int64_t> id, const Wanted& wanted,
                            std::size_t limit) const;
  /// The oldest that fit and come after the id.
  [[nodiscard]] Page after(std::int64_t id, const Wanted& wanted, std::size_t limit) const;

  /// Returns when there are lines after the id, the time has passed or `stop` is requested.
  void wait_after(std::int64_t id, Duration longest, std::stop_token stop) const;

 private:
  void add_locked(WallTime at, Level level, std::string text);

  const RecentLimits limits_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any added_;
  std::deque<Line> lines_;    ///< guarded by mutex_
  std::size_t bytes_ = 0;     ///< guarded by mutex_
  std::int64_t last_id_ = 0;  ///< guarded by mutex_
  std::int64_t dropped_ = 0;  ///< id of the newest one that was dropped; guarded by mutex_
};

/// From now on the log goes to `recent` too; first come the lines that `file` holds already. After
/// log::set_up, which ends it.
void keep_recent(std::shared_ptr<Recent> recent, const std::filesystem::path& file);

}  // namespace aiflow::log

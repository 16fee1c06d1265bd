// SPDX-License-Identifier: Apache-2.0
// What a backfill goes over: the runs that a DAG's schedule has between two dates. Pure. Whose runs
// they are and how many go at once is the scheduler's (sched/row.h); a dry run asks here alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/states.h"
#include "dag/schedule.h"

namespace aiflow::dag {

using BackfillId = RowId<struct BackfillIdTag>;

/// Whether a date that has a finished run already is run again: never, if it failed, always.
enum class Reprocess : std::uint8_t { none, failed, completed };
[[nodiscard]] std::string_view to_string(Reprocess reprocess);
[[nodiscard]] std::optional<Reprocess> parse_reprocess(std::string_view text);

/// Why a run that a date has already is left alone, as Airflow names it; empty: it runs again.
[[nodiscard]] std::string_view why_left_alone(RunState state, Reprocess reprocess);

/// More runs than this are several backfills: 11 years of hours.
inline constexpr std::int32_t kBackfillDatesMax = 100'000;
inline constexpr std::int32_t kBackfillActiveRunsMax = 1'000;

/// What is asked for.
struct BackfillRange {
  WallTime from{};
  WallTime to{};              ///< inclusive, of logical dates
  WallTime asked_at{};        ///< intervals that were not over by then are left out
  bool newest_first = false;  ///< Airflow's run_backwards
  Reprocess reprocess = Reprocess::none;
  std::int32_t max_active_runs = 10;  ///< its own: the DAG's does not count for it
  bool operator==(const BackfillRange&) const = default;
};

/// Errors: invalid_argument, in words for people, when this DAG has no such backfill.
[[nodiscard]] Status check_backfill(const Dag& dag, const BackfillRange& range);

/// The runs of a backfill by number, from 1, in the order in which they are made. Keeps one tick of
/// 256 in memory, so that the newest first costs no more than the oldest first.
class BackfillDates {
 public:
  /// Goes once over all dates. `dag`: whose schedule it is; not kept.
  BackfillDates(const Dag& dag, const BackfillRange& range, UtcOffset offset);

  /// kBackfillDatesMax + 1 when there are more.
  [[nodiscard]] std::int32_t total() const { return total_; }
  /// `ordinal` from 1 to total().
  [[nodiscard]] Tick at(std::int32_t ordinal);

 private:
  [[nodiscard]] std::optional<Tick> after(const std::optional<Tick>& last) const;

  Dag schedule_;  ///< the DAG without its tasks, from the range's first date to its last
  WallTime asked_at_;
  bool newest_first_;
  UtcOffset offset_;
  std::int32_t total_ = 0;
  std::vector<Tick> marks_;  ///< the first tick of each block
  std::size_t block_at_ = 0;
  std::vector<Tick> block_;  ///< the ticks of block number block_at_
};

}  // namespace aiflow::dag

// SPDX-License-Identifier: Apache-2.0
// The backfill part of Workflows.
#include <algorithm>
#include <map>
#include <utility>

#include "conductor/dag_from_spec.h"
#include "service/detail/principal_name.h"
#include "service/time_zone.h"
#include "service/workflows.h"
#include "store/backfill_store.h"
#include "store/dag_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

Result<dag::BackfillRange> range_of(const wire::BackfillCreate& request) {
  dag::BackfillRange range{.from = request.from_date, .to = request.to_date};
  range.newest_first = request.run_backwards.value_or(false);
  const auto reprocess = dag::parse_reprocess(request.reprocess_behavior.value_or("none"));
  if (!reprocess) {
    return fail(ErrorCode::invalid_argument,
                "'reprocess_behavior' must be none, failed or completed");
  }
  range.reprocess = *reprocess;
  const std::int64_t limit = request.max_active_runs.value_or(range.max_active_runs);
  // The range's own check says which numbers are allowed; here it only has to fit.
  range.max_active_runs = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(limit, 0, dag::kBackfillActiveRunsMax + 1));
  return range;
}

}  // namespace

Result<store::Listed<wire::Backfill>> Workflows::backfills(const store::BackfillQuery& query,
                                                           store::Page page,
                                                           std::optional<std::int64_t> before) {
  return parts_.store.read([&](db::Connection& db) -> Result<store::Listed<wire::Backfill>> {
    // Who does not see all must not learn by this which DAGs there are.
    if (query.dag_id && !query.sight) AIFLOW_TRY(store::DagStore(db).get(*query.dag_id));
    auto counted = page;
    if (before) counted.limit = 0;
    AIFLOW_ASSIGN(auto listed, store::BackfillStore(db).list(query, counted));
    if (before) {
      AIFLOW_ASSIGN(listed.items, store::backfills_before(db, query, *before, page.limit));
    }
    store::Listed<wire::Backfill> out;
    out.total = listed.total;
    for (const auto& row : listed.items) out.items.push_back(store::to_wire(row));
    return out;
  });
}

Result<wire::Backfill> Workflows::backfill(dag::BackfillId id) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::BackfillStore(db).get(id);
  }));
  return store::to_wire(row);
}

Result<wire::Backfill> Workflows::create_backfill(const wire::BackfillCreate& request,
                                                  const Principal& who) {
  AIFLOW_ASSIGN(const dag::BackfillRange range, range_of(request));
  const conductor::AskBackfill ask{.dag_id = DagId{request.dag_id},
                                   .range = range,
                                   .conf = request.dag_run_conf.value_or(json::Value()),
                                   .user = detail::name_of(who)};
  AIFLOW_ASSIGN(const auto row, conductor::wait_for<store::BackfillRow>(
                                    [&](auto answer) { parts_.conductor.backfill(ask, answer); }));
  return store::to_wire(row);
}

Result<store::Listed<wire::BackfillDate>> Workflows::dry_run(const wire::BackfillCreate& request,
                                                             store::Page page) {
  AIFLOW_ASSIGN(dag::BackfillRange range, range_of(request));
  range.asked_at = parts_.clock.now();
  const DagId dag_id{request.dag_id};
  return parts_.store.read([&](db::Connection& db) -> Result<store::Listed<wire::BackfillDate>> {
    AIFLOW_ASSIGN(const auto version, store::DagStore(db).version(dag_id));
    AIFLOW_ASSIGN(const dag::Dag dag, conductor::dag_from_spec(version.spec));
    AIFLOW_TRY(dag::check_backfill(dag, range));
    dag::BackfillDates dates(dag, range, utc_offset_of(dag::schedule_zone(dag)));
    if (dates.total() > dag::kBackfillDatesMax) {
      return fail(ErrorCode::invalid_argument, "these are more than " +
                                                   std::to_string(dag::kBackfillDatesMax) +
                                                   " runs; ask for a shorter time");
    }
    AIFLOW_ASSIGN(auto runs, store::RunStore(db).runs_between(dag_id, range.from, range.to));
    std::map<WallTime, store::RunAt> there;
    for (store::RunAt& run : runs) there.emplace(run.logical_date, std::move(run));
    store::Listed<wire::BackfillDate> out;
    for (std::int32_t i = 1; i <= dates.total(); ++i) {
      const dag::Tick tick = dates.at(i);
      const auto run = there.find(tick.logical_date);
      const bool is_there = run != there.end();
      if (is_there && !dag::why_left_alone(run->second.state, range.reprocess).empty()) continue;
      const std::int64_t place = out.total++;
      if (place < page.offset || std::ssize(out.items) >= page.limit) continue;
      out.items.push_back(
          {.logical_date = tick.logical_date,
           .data_interval_start = tick.interval_start,
           .data_interval_end = tick.interval_end,
           .dag_run_id = is_there ? std::optional(run->second.run_id.value) : std::nullopt});
    }
    return out;
  });
}

Result<wire::Backfill> Workflows::steer_backfill(dag::BackfillId id,
                                                 conductor::SteerBackfill::Action action,
                                                 const Principal& who) {
  AIFLOW_ASSIGN(const auto row, conductor::wait_for<store::BackfillRow>([&](auto answer) {
                  parts_.conductor.steer_backfill(
                      {.id = id, .action = action, .user = detail::name_of(who)}, answer);
                }));
  return store::to_wire(row);
}

}  // namespace aiflow::service

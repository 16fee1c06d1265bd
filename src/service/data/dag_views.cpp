// SPDX-License-Identifier: Apache-2.0
#include "service/data/dag_views.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "conductor/dag_from_spec.h"
#include "service/time_zone.h"
#include "service/workflows.h"
#include "store/dag_store.h"
#include "store/data/history_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

using std::chrono::days;

constexpr std::size_t kNamesMax = 100;

/// Settings of a task that a DAG's default arguments usually give.
constexpr std::array kShared = {"owner",
                                "retries",
                                "retry_delay_ms",
                                "retry_exponential_backoff",
                                "trigger_rule",
                                "pool",
                                "priority_weight",
                                "weight_rule",
                                "depends_on_past",
                                "wait_for_downstream",
                                "execution_timeout_ms",
                                "max_retry_delay_ms",
                                "executor",
                                "queue",
                                "run_as_user",
                                "start_date",
                                "end_date"};

/// What every task has with the same value; empty for a DAG without tasks.
json::Value shared_by_all(const wire::DagSpec& spec) {
  json::Object shared;
  if (spec.tasks.empty()) return shared;
  std::vector<json::Value> tasks;
  for (const auto& task : spec.tasks) tasks.push_back(to_json(task));
  for (const char* name : kShared) {
    const json::Value* value = tasks.front().find(name);
    const bool is_shared =
        value != nullptr && !value->is_null() && std::ranges::all_of(tasks, [&](const auto& task) {
          const json::Value* other = task.find(name);
          return other != nullptr && *other == *value;
        });
    if (is_shared) shared.emplace_back(name, *value);
  }
  return shared;
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (names.size() < kNamesMax) names.push_back(name);
}

std::map<std::string, json::Value> tasks_by_id(const wire::DagSpec& spec) {
  std::map<std::string, json::Value> tasks;
  for (const auto& task : spec.tasks) tasks.emplace(task.task_id, to_json(task));
  return tasks;
}

void name_changed_tasks(const wire::DagSpec& before, const wire::DagSpec& after,
                        wire::DagVersionInfo& version) {
  const auto old_tasks = tasks_by_id(before);
  const auto new_tasks = tasks_by_id(after);
  for (const auto& [id, task] : new_tasks) {
    const auto old = old_tasks.find(id);
    if (old == old_tasks.end()) {
      add_name(version.tasks_added, id);
    } else if (!(old->second == task)) {
      add_name(version.tasks_changed, id);
    }
  }
  for (const auto& [id, task] : old_tasks) {
    if (!new_tasks.contains(id)) add_name(version.tasks_removed, id);
  }
}

/// Members of the two that differ, but the tasks and the print of the file.
void name_changed_settings(const wire::DagSpec& before, const wire::DagSpec& after,
                           wire::DagVersionInfo& version) {
  const json::Value old_spec = to_json(before);
  const json::Value new_spec = to_json(after);
  std::set<std::string> names;
  for (const auto& [name, value] : old_spec.as_object()) names.insert(name);
  for (const auto& [name, value] : new_spec.as_object()) names.insert(name);
  for (const auto& name : names) {
    if (name == "tasks" || name == "source_hash") continue;
    const json::Value* old = old_spec.find(name);
    const json::Value* now = new_spec.find(name);
    const bool is_same = (old == nullptr) == (now == nullptr) && (old == nullptr || *old == *now);
    if (!is_same) add_name(version.settings_changed, name);
  }
}

/// The instances of a task in a run as one; nullopt: it has none there.
std::optional<wire::DurationPoint> fold(wire::DurationPoint point,
                                        const std::vector<store::TaskSpan>& spans) {
  if (spans.empty()) return std::nullopt;
  TaskState state = spans.front().state;
  bool is_open = false;
  point.start_date = point.end_date = std::nullopt;
  for (const auto& span : spans) {
    state = most_telling(state, span.state);
    is_open = is_open || span.open > 0;
    point.instances += span.instances;
    if (span.first_start && (!point.start_date || *span.first_start < *point.start_date)) {
      point.start_date = span.first_start;
    }
    if (span.last_end && (!point.end_date || *span.last_end > *point.end_date)) {
      point.end_date = span.last_end;
    }
  }
  if (is_open) point.end_date = std::nullopt;
  point.state = std::string(to_string(state));
  return point;
}

/// Days of a zone, made as they are asked for.
class Days {
 public:
  explicit Days(dag::UtcOffset offset) : offset_(std::move(offset)) {}

  wire::CalendarDay& of(WallTime time) {
    const auto date = std::chrono::floor<days>(dag::to_local(time, offset_));
    auto [at, is_new] = days_.try_emplace(date);
    if (is_new) {
      at->second = {.date = format_time(WallTime(date)).substr(0, 10),
                    .start = dag::to_utc(date, offset_),
                    .end = dag::to_utc(date + days(1), offset_)};
    }
    return at->second;
  }
  std::vector<wire::CalendarDay> take() {
    std::vector<wire::CalendarDay> out;
    for (auto& [date, day] : days_) out.push_back(std::move(day));
    return out;
  }

 private:
  dag::UtcOffset offset_;
  std::map<std::chrono::time_point<std::chrono::system_clock, days>, wire::CalendarDay> days_;
};

void count(wire::CalendarDay& day, RunState state, std::int64_t runs) {
  const auto there = std::ranges::find(day.runs, state, &wire::RunCount::state);
  if (there == day.runs.end()) {
    day.runs.push_back({state, runs});
  } else {
    there->count += runs;
  }
}

/// Counts what the schedule will make from its next run on. Returns where the plan was cut.
std::optional<WallTime> plan(const dag::Dag& dag, std::optional<dag::Tick> tick,
                             const CalendarQuery& query, Days& calendar) {
  const auto offset = utc_offset_of(dag::schedule_zone(dag));
  for (int planned = 0; tick && tick->run_after < query.to; ++planned) {
    if (planned == kPlannedMax) return tick->run_after;
    if (tick->run_after >= query.from) ++calendar.of(tick->run_after).planned;
    const auto next = dag::next_tick(dag, tick, query.now, offset);
    // A continuous schedule has no second date: it runs again when the run has ended.
    if (!next || next->run_after <= tick->run_after) return std::nullopt;
    tick = next;
  }
  return std::nullopt;
}

}  // namespace

Result<wire::DagDetails> read_details(db::Connection& db, const DagId& id, int version) {
  AIFLOW_ASSIGN(const auto row, store::DagStore(db).version(id, version));
  const wire::DagSpec& spec = row.spec;
  wire::DagDetails details{.dag_id = id.value,
                           .version = row.version,
                           .created_at = row.created_at,
                           .description = spec.description,
                           .doc_md = spec.doc_md,
                           .owner = spec.owner,
                           .tags = spec.tags,
                           .schedule_kind = spec.schedule.kind,
                           .timezone = spec.timezone,
                           .start_date = spec.start_date,
                           .end_date = spec.end_date,
                           .catchup = spec.catchup,
                           .max_active_tasks = spec.max_active_tasks,
                           .max_active_runs = spec.max_active_runs,
                           .max_consecutive_failed_dag_runs = spec.max_consecutive_failed_dag_runs,
                           .dagrun_timeout_ms = spec.dagrun_timeout_ms,
                           .is_paused_upon_creation = spec.is_paused_upon_creation,
                           .fail_fast = spec.fail_fast,
                           .compat = spec.compat,
                           .params = spec.params,
                           .has_success_callback = spec.has_success_callback.value_or(false),
                           .has_failure_callback = spec.has_failure_callback.value_or(false),
                           .task_count = std::ssize(spec.tasks),
                           .group_count = std::ssize(spec.task_groups),
                           .shared = shared_by_all(spec)};
  if (spec.deadlines) {
    for (const auto& one : *spec.deadlines) {
      details.deadlines.push_back({one.name, one.reference, one.interval_ms});
    }
  }
  if (spec.watchers) {
    for (const auto& one : *spec.watchers) details.watchers.push_back(one.name);
  }
  if (spec.assets) {
    for (const auto& one : *spec.assets) details.assets.push_back(one.name);
  }
  return details;
}

Result<store::Listed<wire::DagVersionInfo>> read_versions(db::Connection& db, const DagId& id,
                                                          store::Page page) {
  store::DagStore dags(db);
  AIFLOW_TRY(dags.get(id));
  // One more than shown: the last one shown is compared with it.
  AIFLOW_ASSIGN(const auto numbers, store::HistoryStore(db).versions(
                                        id, {.limit = page.limit + 1, .offset = page.offset}));
  store::Listed<wire::DagVersionInfo> out{.items = {}, .total = numbers.total};
  std::optional<store::DagVersionRow> newer;
  for (const int number : numbers.items) {
    AIFLOW_ASSIGN(auto row, dags.version(id, number));
    if (newer) {
      name_changed_tasks(row.spec, newer->spec, out.items.back());
      name_changed_settings(row.spec, newer->spec, out.items.back());
      out.items.back().is_first = false;
    }
    if (std::ssize(out.items) == page.limit) break;
    out.items.push_back({.dag_id = id.value,
                         .version_number = number,
                         .created_at = row.created_at,
                         .is_first = true});
    newer = std::move(row);
  }
  return out;
}

Result<store::Listed<wire::DurationPoint>> read_durations(db::Connection& db,
                                                          const DurationQuery& query) {
  AIFLOW_TRY(store::DagStore(db).get(query.dag_id));
  AIFLOW_ASSIGN(auto runs, store::RunStore(db).list_runs(
                               {.dag_id = query.dag_id, .states = {}, .page = query.page}));
  std::ranges::reverse(runs.items);
  store::Listed<wire::DurationPoint> out{.items = {}, .total = runs.total};
  for (const auto& run : runs.items) {
    wire::DurationPoint point{.dag_run_id = run.key.run_id.value,
                              .run_type = run.run_type,
                              .run_after = run.run_after,
                              .state = std::string(to_string(run.state)),
                              .start_date = run.start_date,
                              .end_date = run.end_date};
    if (!query.task_id) {
      out.items.push_back(std::move(point));
      continue;
    }
    AIFLOW_ASSIGN(const auto spans,
                  store::HistoryStore(db).spans(
                      {run.key.dag_id, run.key.run_id, *query.task_id, store::kNotMapped}));
    if (auto folded = fold(std::move(point), spans)) out.items.push_back(*std::move(folded));
  }
  return out;
}

Result<wire::Calendar> read_calendar(db::Connection& db, const CalendarQuery& query) {
  if (query.to <= query.from || query.to - query.from > kCalendarMax) {
    return fail(ErrorCode::invalid_argument, "'end' must be after 'start', at most " +
                                                 std::to_string(kCalendarMax.count()) + " days");
  }
  store::DagStore dags(db);
  AIFLOW_ASSIGN(const auto row, dags.get(query.dag_id));
  AIFLOW_ASSIGN(const auto version, dags.version(query.dag_id));
  AIFLOW_ASSIGN(const dag::Dag dag, conductor::dag_from_spec(version.spec));
  const std::string& zone = dag::schedule_zone(dag);
  Days calendar(utc_offset_of(zone));
  AIFLOW_ASSIGN(const auto due, store::HistoryStore(db).due(query.dag_id, query.from, query.to));
  for (const auto& one : due) count(calendar.of(one.quarter), one.state, one.count);
  const auto cut = plan(dag, row.next_tick, query, calendar);
  return wire::Calendar{.dag_id = query.dag_id.value,
                        .timezone = zone,
                        .days = calendar.take(),
                        .planned_until = cut};
}

}  // namespace aiflow::service

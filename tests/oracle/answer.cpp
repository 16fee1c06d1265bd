// SPDX-License-Identifier: Apache-2.0
#include "answer.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/states.h"
#include "dag/schedule.h"
#include "dag/topology.h"
#include "dag/trigger_rule.h"
#include "run_answer.h"
#include "sched/detail/backoff.h"

namespace aiflow::oracle {
namespace {

using json::Value;

WallTime wall(std::int64_t us) { return WallTime(Duration(us)); }
std::int64_t micros(WallTime time) { return time.time_since_epoch().count(); }

Result<std::optional<WallTime>> optional_time(const Value& object, std::string_view key) {
  const Value* found = object.find(key);
  if (found == nullptr || found->is_null()) return std::optional<WallTime>{};
  AIFLOW_ASSIGN(const std::int64_t us, json::get_int(object, key));
  return std::optional(wall(us));
}

Result<std::vector<std::int64_t>> integers(const Value& object, std::string_view key) {
  AIFLOW_ASSIGN(const json::Array* items, json::get_array(object, key));
  std::vector<std::int64_t> made;
  for (const Value& item : *items) {
    if (!item.is_int()) return fail(ErrorCode::invalid_argument, std::string(key));
    made.push_back(item.as_int());
  }
  return made;
}

Value refused(const Error& error) { return json::object({{"refused", error.message}}); }

/// All ticks inside each window: after its first time, not after its second; in seconds.
Result<Value> next_ticks(const Value& question, const Zones& zones) {
  AIFLOW_ASSIGN(const std::string text, json::get_string(question, "cron"));
  AIFLOW_ASSIGN(const std::string zone, json::get_string(question, "zone"));
  AIFLOW_ASSIGN(const json::Array* windows, json::get_array(question, "windows"));
  AIFLOW_ASSIGN(const dag::UtcOffset offset, zones(zone));
  const auto cron = dag::Cron::parse(text);
  if (!cron) return refused(cron.error());
  json::Array ticks;
  for (const Value& window : *windows) {
    const WallTime until = wall(window.as_array()[1].as_int());
    WallTime last = wall(window.as_array()[0].as_int());
    for (auto at = cron->next(last, offset); at && *at <= until; at = cron->next(last, offset)) {
      if (*at <= last) return fail(ErrorCode::corrupt, "cron '" + text + "' stands still");
      last = *at;
      ticks.emplace_back(micros(*at) / 1'000'000);
    }
  }
  return Value(std::move(ticks));
}

/// The tick before each time.
Result<Value> previous_ticks(const Value& question, const Zones& zones) {
  AIFLOW_ASSIGN(const std::string text, json::get_string(question, "cron"));
  AIFLOW_ASSIGN(const std::string zone, json::get_string(question, "zone"));
  AIFLOW_ASSIGN(const auto times, integers(question, "at"));
  AIFLOW_ASSIGN(const dag::UtcOffset offset, zones(zone));
  const auto cron = dag::Cron::parse(text);
  if (!cron) return refused(cron.error());
  json::Array ticks;
  for (const std::int64_t time : times) {
    const auto at = cron->previous(wall(time), offset);
    ticks.emplace_back(at ? Value(micros(*at) / 1'000'000) : Value());
  }
  return Value(std::move(ticks));
}

Result<std::optional<Duration>> optional_duration(const Value& object, std::string_view key) {
  AIFLOW_ASSIGN(const auto time, optional_time(object, key));
  return time ? std::optional(time->time_since_epoch()) : std::optional<Duration>{};
}

Result<dag::Dag> dag_of(const Value& question) {
  dag::Dag made;
  AIFLOW_ASSIGN(const std::string kind, json::get_string(question, "kind"));
  using enum dag::ScheduleKind;
  made.schedule.kind = kind == "cron"         ? cron
                       : kind == "interval"   ? interval
                       : kind == "events"     ? events
                       : kind == "continuous" ? continuous
                       : kind == "once"       ? once
                                              : none;
  AIFLOW_ASSIGN(made.schedule.cron, json::get_string_or(question, "cron", ""));
  if (question.find("more_crons") != nullptr) {
    AIFLOW_ASSIGN(const json::Array* crons, json::get_array(question, "more_crons"));
    for (const Value& text : *crons) made.schedule.more_crons.push_back(text.as_string());
  }
  AIFLOW_ASSIGN(const std::int64_t us, json::get_int_or(question, "interval", 0));
  made.schedule.interval = Duration(us);
  AIFLOW_ASSIGN(const std::int64_t months, json::get_int_or(question, "months", 0));
  made.schedule.interval_months = static_cast<int>(months);
  AIFLOW_ASSIGN(const std::int64_t span, json::get_int_or(question, "span", 0));
  made.schedule.span = Duration(span);
  AIFLOW_ASSIGN(made.schedule.run_immediately, optional_duration(question, "run_immediately"));
  AIFLOW_ASSIGN(made.schedule.restrict_to_events,
                json::get_bool_or(question, "restrict_to_events", false));
  if (question.find("events") != nullptr) {
    AIFLOW_ASSIGN(const auto times, integers(question, "events"));
    for (const std::int64_t time : times) made.schedule.events.push_back(wall(time));
  }
  AIFLOW_ASSIGN(const std::int64_t compat, json::get_int_or(question, "compat", 3));
  made.compat = static_cast<int>(compat);
  AIFLOW_ASSIGN(made.catchup, json::get_bool_or(question, "catchup", false));
  AIFLOW_ASSIGN(made.start_date, optional_time(question, "start"));
  AIFLOW_ASSIGN(made.end_date, optional_time(question, "end"));
  return made;
}

Value tick_value(const dag::Tick& tick) {
  return Value(json::Array{micros(tick.logical_date), micros(tick.interval_start),
                           micros(tick.interval_end), micros(tick.run_after)});
}

/// A DAG's life: at each of the times `now` the next run is asked for, and made.
Result<Value> life(const Value& question, const Zones& zones) {
  AIFLOW_ASSIGN(const dag::Dag made, dag_of(question));
  AIFLOW_ASSIGN(const std::string zone, json::get_string_or(question, "zone", "UTC"));
  AIFLOW_ASSIGN(const dag::UtcOffset offset, zones(zone));
  AIFLOW_ASSIGN(const auto times, integers(question, "now"));
  std::optional<dag::Tick> last;
  json::Array ticks;
  for (const std::int64_t now : times) {
    const auto tick = dag::next_tick(made, last, wall(now), offset);
    ticks.push_back(tick ? tick_value(*tick) : Value());
    if (tick) last = tick;
  }
  return Value(std::move(ticks));
}

Result<Value> by_hand(const Value& question, const Zones& zones) {
  AIFLOW_ASSIGN(const dag::Dag made, dag_of(question));
  AIFLOW_ASSIGN(const std::string zone, json::get_string_or(question, "zone", "UTC"));
  AIFLOW_ASSIGN(const dag::UtcOffset offset, zones(zone));
  AIFLOW_ASSIGN(const auto times, integers(question, "now"));
  json::Array intervals;
  for (const std::int64_t now : times) {
    const dag::Tick tick = dag::manual_tick(made, wall(now), offset);
    intervals.emplace_back(json::Array{micros(tick.interval_start), micros(tick.interval_end)});
  }
  return Value(std::move(intervals));
}

/// Effective weights; `up` lists each task's upstream positions.
Result<Value> weights(const Value& question) {
  AIFLOW_ASSIGN(const json::Array* up, json::get_array(question, "up"));
  AIFLOW_ASSIGN(const auto own, integers(question, "own"));
  AIFLOW_ASSIGN(const std::string rule, json::get_string(question, "rule"));
  dag::Dag made;
  for (std::size_t i = 0; i < own.size(); ++i) {
    dag::Task task;
    task.task_id = TaskId{"t" + std::to_string(i)};
    task.priority_weight = static_cast<int>(own[i]);
    task.weight_rule = rule == "upstream"   ? dag::WeightRule::upstream
                       : rule == "absolute" ? dag::WeightRule::absolute
                                            : dag::WeightRule::downstream;
    for (const Value& parent : (*up)[i].as_array()) {
      task.upstream.push_back(TaskId{"t" + std::to_string(parent.as_int())});
    }
    made.tasks.push_back(std::move(task));
  }
  const dag::Topology topology(made);
  json::Array sums;
  for (dag::TaskIndex i = 0; i < own.size(); ++i) sums.emplace_back(topology.weight(i));
  return Value(std::move(sums));
}

/// The delay after each of the tries 1 to `tries`.
Result<Value> backoff(const Value& question) {
  AIFLOW_ASSIGN(const std::string dag_id, json::get_string(question, "dag_id"));
  AIFLOW_ASSIGN(const std::string task_id, json::get_string(question, "task_id"));
  AIFLOW_ASSIGN(const auto date, optional_time(question, "logical_date"));
  AIFLOW_ASSIGN(const std::int64_t delay, json::get_int(question, "delay"));
  AIFLOW_ASSIGN(const std::int64_t tries, json::get_int(question, "tries"));
  dag::Task task;
  task.retry_delay = Duration(delay);
  AIFLOW_ASSIGN(task.retry_exponential_backoff, json::get_double(question, "factor"));
  AIFLOW_ASSIGN(task.max_retry_delay, optional_duration(question, "max_delay"));
  json::Array delays;
  for (std::int32_t number = 1; number <= tries; ++number) {
    const Duration wait = sched::detail::retry_delay(task, {dag_id, task_id, date, number});
    delays.emplace_back(std::int64_t{wait.count()});
  }
  return Value(std::move(delays));
}

/// For each list of counts: "runs", a new state, or "waits".
Result<Value> rules(const Value& question) {
  AIFLOW_ASSIGN(const std::string name, json::get_string(question, "rule"));
  AIFLOW_ASSIGN(const json::Array* cases, json::get_array(question, "cases"));
  const auto rule = parse_trigger_rule(name);
  if (!rule) return fail(ErrorCode::invalid_argument, "trigger rule " + name);
  json::Array verdicts;
  for (const Value& one : *cases) {
    std::vector<std::int32_t> n;
    for (const Value& number : one.as_array()) n.push_back(static_cast<int>(number.as_int()));
    const dag::UpstreamCounts counts{n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8]};
    const auto verdict = dag::evaluate_rule(*rule, counts, n[9]);
    const auto state = verdict.new_state ? static_cast<int>(*verdict.new_state) + 2 : 0;
    verdicts.emplace_back(state > 0 ? state : verdict.runs ? 1 : 0);
  }
  return Value(std::move(verdicts));
}

}  // namespace

Result<Value> answer(const Value& question, const Zones& zones) {
  AIFLOW_ASSIGN(const std::string what, json::get_string(question, "ask"));
  if (what == "next") return next_ticks(question, zones);
  if (what == "previous") return previous_ticks(question, zones);
  if (what == "life") return life(question, zones);
  if (what == "by_hand") return by_hand(question, zones);
  if (what == "weights") return weights(question);
  if (what == "backoff") return backoff(question);
  if (what == "rules") return rules(question);
  if (what == "run") return in_run(question);
  return fail(ErrorCode::invalid_argument, "question '" + what + "' is not known");
}

}  // namespace aiflow::oracle

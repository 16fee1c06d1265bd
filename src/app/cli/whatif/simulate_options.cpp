// SPDX-License-Identifier: Apache-2.0
#include "app/cli/whatif/simulate_options.h"

#include <charconv>
#include <map>
#include <optional>
#include <string>

namespace aiflow::app {
namespace {

constexpr Duration kSpanMax = std::chrono::hours(24 * 366);

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "NAME=N" -> both.
Result<std::pair<std::string, int>> setting(const std::string& option, const std::string& text) {
  const auto mark = text.rfind('=');
  const auto value = mark == std::string::npos
                         ? std::nullopt
                         : number_of<int>(std::string_view(text).substr(mark + 1));
  if (mark == 0 || !value) {
    return fail(ErrorCode::invalid_argument, option + " wants NAME=NUMBER, not '" + text + "'");
  }
  return std::pair{text.substr(0, mark), *value};
}

/// "DAG.TASK", or "DAG:TASK" for a DAG whose id holds a dot.
Result<std::pair<DagId, TaskId>> dag_and_task(const std::string& name) {
  const auto colon = name.find(':');
  const auto mark = colon != std::string::npos ? colon : name.find('.');
  if (mark == std::string::npos || mark == 0 || mark + 1 == name.size()) {
    return fail(ErrorCode::invalid_argument,
                "--priority wants DAG.TASK=NUMBER (or DAG:TASK=NUMBER), not '" + name + "'");
  }
  return std::pair{DagId{name.substr(0, mark)}, TaskId{name.substr(mark + 1)}};
}

Status read_period(const Invocation& in, WallTime now, SimulateOptions& out) {
  const int ways = (in.given("--next") ? 1 : 0) + (in.given("--last") ? 1 : 0) +
                   (in.given("--from") || in.given("--to") ? 1 : 0);
  if (ways > 1) {
    return fail(ErrorCode::invalid_argument, "choose one of --last, --next, and --from with --to");
  }
  out.by_schedule = in.given("--next");
  if (out.by_schedule) {
    AIFLOW_ASSIGN(const Duration span, parse_span(in.text("--next")));
    out.from = now;
    out.to = now + span;
  } else if (in.given("--from") || in.given("--to")) {
    AIFLOW_ASSIGN(out.from, parse_time(in.text("--from")));
    out.to = now;
    if (in.given("--to")) {
      AIFLOW_ASSIGN(out.to, parse_time(in.text("--to")));
    }
  } else {
    AIFLOW_ASSIGN(const Duration span, parse_span(in.given("--last") ? in.text("--last") : "24h"));
    out.from = now - span;
    out.to = now;
  }
  if (out.from < out.to) return {};
  return fail(ErrorCode::invalid_argument, "the period ends before it begins");
}

Status read_limits(const Invocation& in, whatif::Changes& out) {
  for (const auto& text : in.list("--pool")) {
    AIFLOW_ASSIGN(const auto pool, setting("--pool", text));
    out.pools[{pool.first}] = pool.second;
  }
  for (const auto& text : in.list("--max-active-runs")) {
    AIFLOW_ASSIGN(const auto limit, setting("--max-active-runs", text));
    out.max_active_runs[{limit.first}] = limit.second;
  }
  for (const auto& text : in.list("--max-active-tasks")) {
    AIFLOW_ASSIGN(const auto limit, setting("--max-active-tasks", text));
    out.max_active_tasks[{limit.first}] = limit.second;
  }
  return {};
}

Result<whatif::Changes> read_changes(const Invocation& in) {
  whatif::Changes out;
  if (in.given("--slots")) {
    AIFLOW_ASSIGN(const auto slots, in.number("--slots"));
    if (slots < 1 || slots > 1'000'000) {
      return fail(ErrorCode::invalid_argument, "--slots must be 1 to 1000000");
    }
    out.slots = static_cast<std::int32_t>(slots);
  }
  AIFLOW_TRY(read_limits(in, out));
  for (const auto& text : in.list("--priority")) {
    AIFLOW_ASSIGN(const auto weight, setting("--priority", text));
    AIFLOW_ASSIGN(const auto task, dag_and_task(weight.first));
    out.weights[task] = weight.second;
  }
  for (const auto& dag_id : in.list("--pause")) out.paused[{dag_id}] = true;
  for (const auto& dag_id : in.list("--unpause")) out.paused[{dag_id}] = false;
  return out;
}

}  // namespace

Result<Duration> parse_span(std::string_view text) {
  static const std::map<char, Duration> kUnits = {{'s', std::chrono::seconds(1)},
                                                  {'m', std::chrono::minutes(1)},
                                                  {'h', std::chrono::hours(1)},
                                                  {'d', std::chrono::hours(24)}};
  const auto unit = text.empty() ? kUnits.end() : kUnits.find(text.back());
  const auto number = unit == kUnits.end()
                          ? std::nullopt
                          : number_of<std::int32_t>(text.substr(0, text.size() - 1));
  if (!number || *number < 1 || *number > kSpanMax / unit->second) {
    return fail(
        ErrorCode::invalid_argument,
        "'" + std::string(text) + "' is no span such as 90s, 30m, 24h or 7d (366d at most)");
  }
  return unit->second * *number;
}

Result<SimulateOptions> simulate_options(const Invocation& in, WallTime now) {
  SimulateOptions out;
  AIFLOW_TRY(read_period(in, now, out));
  AIFLOW_ASSIGN(out.unknown, parse_span(in.text("--unknown")));
  AIFLOW_ASSIGN(out.changes, read_changes(in));
  return out;
}

}  // namespace aiflow::app

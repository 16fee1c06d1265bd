// SPDX-License-Identifier: Apache-2.0
// aiflow dags simulate: the scheduler on a virtual clock, in this process.
#include <algorithm>
#include <cmath>
#include <iostream>

#include "app/cli/commands.h"
#include "app/cli/whatif/simulate_options.h"
#include "app/cli/whatif/workload_from_wire.h"
#include "service/time_zone.h"
#include "whatif/changes.h"
#include "whatif/simulate.h"
#include "whatif/summary.h"

namespace aiflow::app {
namespace {

constexpr int kColumns = 60;
constexpr double kLowest = 0.01;  ///< of a column that is not quite empty

/// One way things could be: its figures and its timeline.
struct Played {
  std::int32_t slots = 1;
  whatif::Summary summary;
  std::vector<whatif::Moment> timeline;
};

Result<std::int32_t> slots_now(ApiClient& client) {
  AIFLOW_ASSIGN(const auto workers, client.list("/api/v2/workers"));
  std::int64_t slots = 0;
  for (const auto& value : workers) {
    AIFLOW_ASSIGN(const auto worker, wire::parse_worker(value));
    if (worker.state == "connected" && !worker.cordoned) slots += worker.slots;
  }
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(slots, 0, 1'000'000));
}

Result<whatif::Workload> fetch(ApiClient& client, const SimulateOptions& options) {
  std::string path = "/api/v2/workload";
  if (!options.by_schedule) {
    path += "?start=" + format_time(options.from) + "&end=" + format_time(options.to);
  }
  AIFLOW_ASSIGN(const auto answer, client.get(path));
  AIFLOW_ASSIGN(const auto wire, wire::parse_workload(answer));
  AIFLOW_ASSIGN(auto workload, workload_from_wire(wire));
  workload.from = options.from;
  workload.to = options.to;
  workload.by_schedule = options.by_schedule;
  workload.unknown = options.unknown;
  workload.zone = [](const std::string& name) { return service::utc_offset_of(name); };
  AIFLOW_ASSIGN(workload.slots, slots_now(client));
  return workload;
}

/// The window of both pictures: to the end of the period, or of what began in it.
whatif::Window window_of(const whatif::Workload& workload, const whatif::Simulated& a,
                         const whatif::Simulated* b) {
  WallTime from = workload.to, to = workload.from;
  for (const auto& run : a.runs) from = std::min(from, run.arrived);
  to = std::max(a.ended, b != nullptr ? b->ended : a.ended);
  return {.from = from, .to = std::max(to, from + std::chrono::seconds(1)), .columns = kColumns};
}

std::string spread_text(const whatif::Spread& spread) {
  if (spread.count == 0) return "-";
  return format_duration(spread.median) + " / " + format_duration(spread.p95);
}

/// A value a column as eight heights; `full` is the top.
std::string sparkline(const std::vector<double>& values, double full) {
  static const std::vector<std::string> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  for (const double value : values) {
    const double share = full > 0 ? std::clamp(value / full, 0.0, 1.0) : 0;
    const auto step = static_cast<std::size_t>(std::lround(share * 7));
    line += share < kLowest ? " " : kBars[step];
  }
  return line;
}

json::Value seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

json::Value to_json(const whatif::Spread& spread) {
  return json::object({{"count", static_cast<std::int64_t>(spread.count)},
                       {"median_s", seconds(spread.median)},
                       {"p95_s", seconds(spread.p95)},
                       {"longest_s", seconds(spread.longest)}});
}

json::Value to_json(const whatif::Group& group) {
  return json::object({{"name", group.name},
                       {"waiting", to_json(group.waiting)},
                       {"runs", to_json(group.runs)},
                       {"stuck", static_cast<std::int64_t>(group.stuck)}});
}

json::Value to_json(const std::vector<whatif::Group>& groups) {
  json::Array out;
  for (const auto& group : groups) out.push_back(to_json(group));
  return out;
}

json::Value to_json(const Played& played) {
  json::Array moments;
  for (const auto& moment : played.timeline) {
    moments.push_back(json::object(
        {{"at", format_time(moment.at)}, {"busy", moment.busy}, {"waiting", moment.waiting}}));
  }
  return json::object({{"slots", played.slots},
                       {"all", to_json(played.summary.all)},
                       {"dags", to_json(played.summary.dags)},
                       {"pools", to_json(played.summary.pools)},
                       {"span_s", seconds(played.summary.span)},
                       {"busy_share", played.summary.busy},
                       {"never_started", static_cast<std::int64_t>(played.summary.never_started)},
                       {"timeline", std::move(moments)}});
}

const whatif::Group* find(const std::vector<whatif::Group>& groups, const std::string& name) {
  const auto found = std::ranges::find(groups, name, &whatif::Group::name);
  return found == groups.end() ? nullptr : &*found;
}

/// "before -> after" in columns of their own; only the first without `after`.
void add_cells(std::vector<std::string>& row, const whatif::Group* before,
               const whatif::Group* after, bool both) {
  static const whatif::Group kNone;
  const whatif::Group& a = before != nullptr ? *before : kNone;
  const whatif::Group& b = after != nullptr ? *after : kNone;
  row.push_back(spread_text(a.waiting));
  if (both) row.push_back(spread_text(b.waiting));
  row.push_back(spread_text(a.runs));
  if (both) row.push_back(spread_text(b.runs));
}

Table table_of(const Played& before, const Played* after) {
  Table table{.header = {"", "TASKS", "WAIT (MEDIAN / P95)"}, .rows = {}};
  if (after != nullptr) table.header.emplace_back("CHANGED");
  table.header.emplace_back("A RUN TAKES");
  if (after != nullptr) table.header.emplace_back("CHANGED");
  const auto add = [&](const std::string& title, const whatif::Group* a, const whatif::Group* b) {
    const std::size_t count = a != nullptr ? a->waiting.count : b->waiting.count;
    table.rows.push_back({title, std::to_string(count)});
    add_cells(table.rows.back(), a, b, after != nullptr);
  };
  add("all", &before.summary.all, after != nullptr ? &after->summary.all : nullptr);
  for (const auto& group : before.summary.dags) {
    add("dag " + group.name, &group,
        after != nullptr ? find(after->summary.dags, group.name) : nullptr);
  }
  if (before.summary.pools.size() < 2) return table;
  for (const auto& group : before.summary.pools) {
    add("pool " + group.name, &group,
        after != nullptr ? find(after->summary.pools, group.name) : nullptr);
  }
  return table;
}

std::vector<double> column(const Played& played, double whatif::Moment::* member) {
  std::vector<double> out;
  for (const auto& moment : played.timeline) out.push_back(moment.*member);
  return out;
}

/// What a picture shows, and the value at its full height.
struct Picture {
  std::string title;
  double whatif::Moment::* member;
  double full = 1;
};

void print_picture(const Picture& picture, const Played& before, const Played* after) {
  const auto line = [&](const Played& played) {
    return sparkline(column(played, picture.member), picture.full);
  };
  std::cout << picture.title
            << " (full height: " << static_cast<std::int64_t>(std::ceil(picture.full)) << ")\n";
  std::cout << "  as it is  |" << line(before) << "|\n";
  if (after != nullptr) std::cout << "  changed   |" << line(*after) << "|\n";
}

void print_timeline(const Played& before, const Played* after, const whatif::Window& window) {
  double most = 1;
  for (const Played* played : {&before, after}) {
    if (played == nullptr) continue;
    for (const auto& moment : played->timeline) most = std::max(most, moment.waiting);
  }
  const double slots = std::max(before.slots, after != nullptr ? after->slots : 0);
  std::cout << "\n"
            << format_time(window.from).substr(0, 16) << "Z to "
            << format_time(window.to).substr(0, 16) << "Z, each column "
            << format_duration((window.to - window.from) / window.columns) << "\n";
  print_picture({"slots in use", &whatif::Moment::busy, slots}, before, after);
  print_picture({"tasks that wait", &whatif::Moment::waiting, most}, before, after);
}

void print_stuck(const std::string& which, const Played& played) {
  if (played.summary.never_started == 0) return;
  std::cout << which << ": " << played.summary.never_started
            << " tasks could never start (look at their pools and limits)\n";
}

Result<Played> play(const whatif::Simulated& simulated, const whatif::Window& window,
                    std::int32_t slots) {
  return Played{.slots = slots,
                .summary = whatif::summarise(simulated, slots),
                .timeline = whatif::timeline(simulated, window)};
}

void print_title(const whatif::Workload& workload, const std::string& words) {
  std::cout << (workload.by_schedule ? "The schedules' runs from " : "The runs recorded from ")
            << format_time(workload.from).substr(0, 16) << "Z to "
            << format_time(workload.to).substr(0, 16) << "Z, simulated as things are"
            << (words.empty() ? "" : " and with " + words) << "\n\n";
}

void print_text(const Played& before, const Played* after, const whatif::Window& window) {
  std::cout << render(table_of(before, after));
  const auto busy = [](const Played& played) {
    return std::to_string(std::lround(played.summary.busy * 100)) + " % of " +
           std::to_string(played.slots) + " slots in use over " +
           format_duration(played.summary.span);
  };
  std::cout << "\n" << busy(before);
  if (after != nullptr) std::cout << "; changed: " << busy(*after);
  std::cout << "\n";
  print_stuck("as it is", before);
  if (after != nullptr) print_stuck("changed", *after);
  print_timeline(before, after, window);
}

Status simulate(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(const auto options, simulate_options(in, clock.now()));
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(auto workload, fetch(client, options));
  const std::string words = options.changes.in_words(workload);
  const bool compare = !words.empty();
  if (workload.slots == 0) workload.slots = options.changes.slots.value_or(1);
  AIFLOW_ASSIGN(const auto changed, whatif::changed(workload, options.changes));
  AIFLOW_ASSIGN(const auto as_is, whatif::simulate(workload));
  AIFLOW_ASSIGN(const auto other, whatif::simulate(changed));
  if (as_is.runs.empty() && other.runs.empty()) {
    return fail(
        ErrorCode::not_found,
        options.by_schedule
            ? "no active DAG has a run in that time: aiflow dags list shows next runs"
            : "no run arrived in that time: choose another with --last, or --from and --to");
  }
  const auto window = window_of(workload, as_is.runs.empty() ? other : as_is, &other);
  AIFLOW_ASSIGN(const Played before, play(as_is, window, workload.slots));
  AIFLOW_ASSIGN(const Played after, play(other, window, changed.slots));
  if (!in.flag("--json")) {
    print_title(workload, words);
    print_text(before, compare ? &after : nullptr, window);
    return {};
  }
  auto out = json::object({{"from", format_time(workload.from)},
                           {"to", format_time(workload.to)},
                           {"changes", words},
                           {"before", to_json(before)}});
  if (compare) out.set("after", to_json(after));
  std::cout << json::write_pretty(out) << "\n";
  return {};
}

}  // namespace

std::vector<Command> simulate_commands(const Clock& clock) {
  const auto repeated = [](const std::string& name, const std::string& help) {
    return Parameter{.name = name, .help = help, .repeat = true};
  };
  return {{.words = {"dags", "simulate"},
           .summary = "what if: a recorded or a coming period with other limits",
           .parameters = with_common(
               {{.name = "--last", .help = "replay the runs of the last 90s, 30m, 24h, 7d; 24h"},
                {.name = "--from", .help = "replay the runs that came from this time on, RFC 3339"},
                {.name = "--to", .help = "and before this one; now when left out"},
                {.name = "--next", .help = "play what the schedules make in the next 24h, 7d"},
                {.name = "--slots", .help = "slots of all workers together"},
                repeated("--pool", "NAME=SLOTS; -1: no limit"),
                repeated("--priority", "DAG.TASK=WEIGHT"),
                repeated("--max-active-runs", "DAG=NUMBER"),
                repeated("--max-active-tasks", "DAG=NUMBER"),
                repeated("--pause", "DAG, with --next"),
                repeated("--unpause", "DAG, with --next"),
                {.name = "--unknown",
                 .help = "how long a task takes that never ran",
                 .otherwise = "1s"}}),
           .examples = {"aiflow dags simulate --last 24h --slots 8",
                        "aiflow dags simulate --next 7d --pool gpu=2 --priority etl.load=10",
                        "aiflow dags simulate --from 2026-11-27T00:00:00Z --json"},
           .run = [&clock](const Invocation& in) { return simulate(clock, in); }}};
}

}  // namespace aiflow::app

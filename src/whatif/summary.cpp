// SPDX-License-Identifier: Apache-2.0
#include "whatif/summary.h"

#include <algorithm>
#include <functional>
#include <map>

namespace aiflow::whatif {
namespace {

struct Collected {
  std::vector<Duration> waiting;
  std::vector<Duration> runs;
  std::size_t stuck = 0;
};

Group group_of(std::string name, Collected collected) {
  return {.name = std::move(name),
          .waiting = spread_of(std::move(collected.waiting)),
          .runs = spread_of(std::move(collected.runs)),
          .stuck = collected.stuck};
}

std::vector<Group> groups_of(std::map<std::string, Collected> collected) {
  std::vector<Group> groups;
  for (auto& [name, one] : collected) groups.push_back(group_of(name, std::move(one)));
  return groups;
}

/// Adds the part of [from, to) that lies in each column, in columns.
void spread_over(const Window& window, std::pair<WallTime, WallTime> part,
                 const std::function<void(std::size_t, double)>& add) {
  const double width = static_cast<double>((window.to - window.from).count()) / window.columns;
  const auto column_of = [&](WallTime at) {
    return static_cast<double>((at - window.from).count()) / width;
  };
  const double from = std::max(column_of(part.first), 0.0);
  const double to = std::min(column_of(part.second), static_cast<double>(window.columns));
  for (auto column = static_cast<std::size_t>(from); static_cast<double>(column) < to; ++column) {
    const double begin = std::max(from, static_cast<double>(column));
    const double end = std::min(to, static_cast<double>(column) + 1);
    if (end > begin) add(column, end - begin);
  }
}

}  // namespace

Spread spread_of(std::vector<Duration> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto rank = [&](std::size_t percent) {
    return values[std::max<std::size_t>((values.size() * percent + 99) / 100, 1) - 1];
  };
  return {.count = values.size(), .median = rank(50), .p95 = rank(95), .longest = values.back()};
}

Summary summarise(const Simulated& simulated, std::int32_t slots) {
  Summary out;
  Collected all;
  std::map<std::string, Collected> dags, pools;
  Duration used{0};
  for (const Served& served : simulated.tries) {
    const Duration waited = served.started - served.ready;
    for (auto* one : {&all, &dags[served.key.dag_id.value], &pools[served.pool.value]}) {
      one->waiting.push_back(waited);
    }
    used += served.ended - served.started;
  }
  WallTime first = WallTime::max();
  for (const RunServed& run : simulated.runs) {
    first = std::min(first, run.arrived);
    for (auto* one : {&all, &dags[run.key.dag_id.value]}) {
      if (run.ended) one->runs.push_back(*run.ended - run.arrived);
      if (!run.ended) ++one->stuck;
    }
  }
  out.all = group_of("all", std::move(all));
  out.dags = groups_of(std::move(dags));
  out.pools = groups_of(std::move(pools));
  out.never_started = simulated.never_started;
  if (simulated.tries.empty()) return out;
  out.span = simulated.ended - first;
  out.busy = static_cast<double>(used.count()) /
             (static_cast<double>(out.span.count()) * std::max(slots, 1));
  return out;
}

std::vector<Moment> timeline(const Simulated& simulated, const Window& window) {
  if (window.to <= window.from || window.columns < 1) return {};
  std::vector<Moment> out(static_cast<std::size_t>(window.columns));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].at = window.from + (window.to - window.from) * static_cast<int>(i) / window.columns;
  }
  for (const Served& served : simulated.tries) {
    spread_over(window, {served.started, served.ended},
                [&](std::size_t column, double part) { out[column].busy += part; });
    spread_over(window, {served.ready, served.started},
                [&](std::size_t column, double part) { out[column].waiting += part; });
  }
  return out;
}

}  // namespace aiflow::whatif

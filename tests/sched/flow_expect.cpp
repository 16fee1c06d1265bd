// SPDX-License-Identifier: Apache-2.0
// The lines of a flow that say what is to be so.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "flow.h"

namespace aiflow::flow {

/// `expect_backfill N made=2 running=1 ... [open|paused|over]`
std::string Flow::expect_backfill(const Line& line) {
  const auto found = tables_.backfills.find({std::atoi(line.words.at(0).c_str())});
  if (found == tables_.backfills.end()) return "there is no such backfill";
  const sched::BackfillRow& row = found->second;
  const std::map<std::string, std::int32_t> counts = {
      {"total", row.total},   {"made", row.made},       {"skipped", row.skipped},
      {"queued", row.queued}, {"running", row.running}, {"success", row.success},
      {"failed", row.failed}};
  for (const auto& [name, wanted] : line.options) {
    const auto count = counts.find(name);
    if (count == counts.end() || std::to_string(count->second) == wanted) continue;
    fail(name + " is " + std::to_string(count->second));
  }
  const std::string state = row.completed_at ? "over" : row.paused ? "paused" : "open";
  for (std::size_t i = 1; i < line.words.size(); ++i) {
    if (line.words[i] != state) fail("it is " + state + ": " + row.cause);
  }
  return error_;
}

/// `expect_dates N DATE=reason …`: in the order in which they were dealt with; `made`: a run.
std::string Flow::expect_dates(const Line& line) {
  std::string found = line.words.at(0);
  for (const auto& [key, row] : tables_.backfill_dates) {
    if (std::to_string(key.first.value) != line.words[0]) continue;
    std::string reason = row.reason.empty() ? "made" : row.reason;
    std::ranges::replace(reason, ' ', '_');
    found += " " + format_time(row.logical_date).substr(0, 10) + "=" + reason;
  }
  return found == line.rest ? error_ : "dates: " + found;
}

/// `expect_queue DAG a=2 b=1`: the events that wait, all of them.
std::string Flow::expect_queue(const Line& line) {
  std::string found = line.words.at(0);
  for (const auto& [key, row] : tables_.asset_queue) {
    if (key.first.value != line.words[0]) continue;
    found += " " + row.asset.value + "=" + std::to_string(row.count);
  }
  return found == line.rest ? error_ : "waiting: " + found;
}

/// `expect_consumed RUN a=1-3 b=2-2`: the first and the last event of each.
std::string Flow::expect_consumed(const Line& line) {
  std::string found = line.words.at(0);
  for (const sched::RunAssetsRow& row : tables_.run_assets) {
    if (row.run.run_id.value != line.words[0]) continue;
    found +=
        " " + row.asset.value + "=" + std::to_string(row.first) + "-" + std::to_string(row.last);
  }
  return found == line.rest ? error_ : "consumed: " + found;
}

std::string Flow::expect(const Line& line) {
  if (line.verb == "expect_backfill") return expect_backfill(line);
  if (line.verb == "expect_dates") return expect_dates(line);
  if (line.verb == "expect_queue") return expect_queue(line);
  if (line.verb == "expect_consumed") return expect_consumed(line);
  if (line.verb == "expect_events") {
    const std::string count = std::to_string(tables_.asset_events.size());
    return count == line.words.at(0) ? error_ : "asset events: " + count;
  }
  if (line.verb == "expect") return expect_states(line);
  if (line.verb == "expect_order") return expect_order(line);
  if (line.verb == "expect_why") {
    const std::string why = sched::explain(state_, key_of(line));
    const auto at = line.rest.find('"');
    const std::string wanted = line.rest.substr(at + 1, line.rest.rfind('"') - at - 1);
    return why.find(wanted) == std::string::npos ? "it says: " + why : error_;
  }
  if (line.verb == "expect_dag") {
    const auto row = state_.dag_row({line.words.at(0)});
    const bool paused = row && row->paused;
    const std::string now = paused ? "paused" : "unpaused";
    return now == line.words.at(1) ? error_ : "it is " + now;
  }
  if (line.verb == "expect_runs") {
    const auto rows = state_.rows();
    const auto count = std::ranges::count_if(rows.runs, [&](const sched::RunRow& row) {
      return row.key.dag_id.value == line.words.at(0);
    });
    return std::to_string(count) == line.words.at(1) ? error_ : "runs: " + std::to_string(count);
  }
  return "unknown word '" + line.verb + "'";
}

/// What was submitted since the last expect_order, in this order.
std::string Flow::expect_order(const Line& line) {
  std::string found;
  for (const std::string& task : std::exchange(submitted_, {})) {
    found += (found.empty() ? "" : " ") + task;
  }
  return found == line.rest ? error_ : "submitted: " + found;
}

}  // namespace aiflow::flow

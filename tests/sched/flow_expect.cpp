// SPDX-License-Identifier: Apache-2.0
// What a flow expects of the state.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "flow.h"
#include "flow_words.h"

namespace aiflow::flow {
namespace {

/// What a try that was deferred goes on with.
std::string resumed_by(const sched::TaskInstanceRow& row) {
  const auto& deferral = row.deferral.value;
  if (!deferral || !deferral->fired) return "";
  return deferral->error.empty() ? "+event" : "+error";
}

}  // namespace

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

/// An explanation holds the line's text in quotes, and has a code.
std::string Flow::says(const sched::Explanation& why, const Line& line) const {
  const auto at = line.rest.find('"');
  const std::string wanted = line.rest.substr(at + 1, line.rest.rfind('"') - at - 1);
  if (why.code.empty()) return "it has no code: " + why.text;
  return why.text.find(wanted) == std::string::npos ? "it says: " + why.text : error_;
}

/// Who was told what since the last expect_notices, as RUN.NAME.
std::string Flow::expect_notices(const Line& line) {
  std::string found;
  for (const std::string& notice : std::exchange(notices_, {})) {
    found += (found.empty() ? "" : " ") + notice;
  }
  return found == line.rest ? error_ : "notices: " + found;
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
    return says(sched::explain(state_, key_of(line)), line);
  }
  if (line.verb == "expect_why_run") {
    const auto key = key_of(line);
    return says(sched::explain(state_, sched::RunKey{key.dag_id, key.run_id}), line);
  }
  if (line.verb == "expect_why_dag") {
    return says(sched::explain(state_, DagId{line.words.at(0)}), line);
  }
  if (line.verb == "expect_notices") return expect_notices(line);
  if (line.verb == "expect_affected") return expect_affected(line);
  if (line.verb == "expect_pool") return expect_pool(line);
  if (line.verb == "expect_dag") {
    const auto row = state_.dag_row({line.words.at(0)});
    const bool paused = row && row->paused;
    const std::string now = paused ? "paused" : "unpaused";
    return now == line.words.at(1) ? error_ : "it is " + now;
  }
  if (line.verb == "expect_runs") {
    const auto of_dag = [&](const auto& row) { return row.key.dag_id.value == line.words.at(0); };
    const auto count = std::ranges::count_if(state_.rows().runs, of_dag);
    return std::to_string(count) == line.words.at(1) ? error_ : "runs: " + std::to_string(count);
  }
  return "unknown word '" + line.verb + "'";
}

/// The instances that the last clear or mark means, as "RUN.TASK".
std::string Flow::expect_affected(const Line& line) {
  std::string found;
  for (const sched::TaskKey& key : last_reply_.affected) {
    found += (found.empty() ? "" : " ") + key.run_id.value + "." + name_of(key);
  }
  return found == line.rest ? error_ : "affected: " + found;
}

/// `expect_pool NAME running=N queued=N scheduled=N`
std::string Flow::expect_pool(const Line& line) {
  const auto pools = state_.pools();
  const auto found = std::ranges::find_if(
      pools, [&](const sched::PoolUsage& one) { return one.pool.name.value == line.words.at(0); });
  if (found == pools.end()) return "there is no such pool";
  const std::map<std::string, std::int64_t> slots{{"running", found->running},
                                                  {"queued", found->queued},
                                                  {"scheduled", found->scheduled},
                                                  {"deferred", found->deferred}};
  for (const auto& [name, count] : slots) {
    if (!has(line, name) || option(line, name) == std::to_string(count)) continue;
    fail(name + " is " + std::to_string(count));
  }
  return error_;
}

/// `expect RUN run=STATE TASK=STATE[/TRY] …`
std::string Flow::expect_states(const Line& line) {
  const std::string run = line.words.at(0);
  for (const auto& [name, wanted] : line.options) {
    if (name == run) continue;
    std::string found = "unknown";
    const auto dag_id = dag_of_run_.find(run);
    const DagId dag = dag_id == dag_of_run_.end() ? dag_.dag_id : dag_id->second;
    if (name == "run") {
      const auto row = state_.run_row({dag, {run}});
      if (row) found = to_string(row->state);
    } else if (const auto row = state_.instance_row(
                   {dag, {run}, InstanceName(name).task_id, InstanceName(name).map_index})) {
      found = to_string(row->state);
      if (wanted.contains('/')) found += "/" + std::to_string(row->try_number);
      if (wanted.contains('+')) found += resumed_by(*row);
      if (wanted.contains(':') && row->service)
        found += ":" + std::string(to_string(*row->service));
    }
    if (found != wanted) fail(name + " is " + found + ", expected " + wanted);
  }
  return error_;
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

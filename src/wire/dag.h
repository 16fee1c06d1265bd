// SPDX-License-Identifier: Apache-2.0
// Generated from api/dag.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

/// A part of an asset condition. In a list of nodes every node stands after its parts, and the last one is the whole. An alias has "alias:" in front of its name.

struct AssetNode {
  std::string kind{};
  std::optional<std::string> name{};
  std::vector<std::int64_t> parts{};
  friend bool operator==(const AssetNode&, const AssetNode&) = default;
};
[[nodiscard]] json::Value to_json(const AssetNode& value);
[[nodiscard]] Result<AssetNode> parse_asset_node(const json::Value& value);

struct ScheduleSpec {
  std::string kind{};
  std::optional<std::string> cron{};
  std::optional<std::int64_t> interval_ms{};
  std::string text{};
  std::optional<std::vector<std::string>> more_crons{};
  std::optional<std::int64_t> interval_months{};
  std::optional<bool> data_interval{};
  std::optional<std::int64_t> span_ms{};
  std::optional<std::string> timezone{};
  std::optional<std::int64_t> run_immediately_ms{};
  std::optional<std::vector<WallTime>> events{};
  std::optional<bool> restrict_to_events{};
  std::optional<std::vector<AssetNode>> assets{};
  friend bool operator==(const ScheduleSpec&, const ScheduleSpec&) = default;
};
[[nodiscard]] json::Value to_json(const ScheduleSpec& value);
[[nodiscard]] Result<ScheduleSpec> parse_schedule_spec(const json::Value& value);

/// A moment by which a run should have ended; its callback is called when the run has not.
struct DeadlineSpec {
  std::string reference{};
  std::optional<WallTime> at{};
  std::int64_t interval_ms{};
  std::string name{};
  std::optional<std::int64_t> max_runs{};
  std::optional<std::int64_t> min_runs{};
  friend bool operator==(const DeadlineSpec&, const DeadlineSpec&) = default;
};
[[nodiscard]] json::Value to_json(const DeadlineSpec& value);
[[nodiscard]] Result<DeadlineSpec> parse_deadline_spec(const json::Value& value);

/// A part of what a mapped task or group expands over. In a list of nodes every node stands after its parts, and the last one is the whole.

struct MapNode {
  std::string kind{};
  std::optional<std::int64_t> length{};
  std::optional<std::string> task_id{};
  std::vector<std::int64_t> parts{};
  friend bool operator==(const MapNode&, const MapNode&) = default;
};
[[nodiscard]] json::Value to_json(const MapNode& value);
[[nodiscard]] Result<MapNode> parse_map_node(const json::Value& value);

/// Limits of one attempt; what is missing is not limited. cpus - processors' worth of time.
struct Resources {
  std::optional<double> cpus{};
  std::optional<std::int64_t> memory_bytes{};
  std::optional<std::int64_t> pids{};
  friend bool operator==(const Resources&, const Resources&) = default;
};
[[nodiscard]] json::Value to_json(const Resources& value);
[[nodiscard]] Result<Resources> parse_resources(const json::Value& value);

struct TaskSpec {
  std::string task_id{};
  std::string label{};
  std::string operator_{};
  std::string operator_name{};
  std::optional<std::string> group{};
  std::vector<std::string> upstream{};
  std::optional<std::map<std::string, std::string>> upstream_labels{};
  TriggerRule trigger_rule{};
  json::Value payload{};
  std::int64_t retries{};
  std::int64_t retry_delay_ms{};
  double retry_exponential_backoff{};
  std::optional<std::int64_t> max_retry_delay_ms{};
  std::optional<std::int64_t> execution_timeout_ms{};
  std::string pool{};
  std::int64_t pool_slots{};
  std::int64_t priority_weight{};
  std::string weight_rule{};
  std::optional<std::int64_t> max_active_tis_per_dag{};
  std::optional<std::int64_t> max_active_tis_per_dagrun{};
  bool depends_on_past{};
  bool wait_for_downstream{};
  std::optional<bool> ignore_first_depends_on_past{};
  bool is_setup{};
  bool is_teardown{};
  bool on_failure_fail_dagrun{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::string doc_md{};
  std::string owner{};
  bool is_branch{};
  bool is_short_circuit{};
  bool ignore_downstream_trigger_rules{};
  std::optional<bool> is_service{};
  std::optional<std::int64_t> stop_grace_ms{};
  std::optional<std::vector<MapNode>> expand{};
  std::optional<json::Value> params{};
  std::optional<std::string> executor{};
  std::optional<std::string> queue{};
  std::optional<std::map<std::string, std::string>> placement{};
  std::optional<Resources> resources{};
  std::optional<std::string> run_as_user{};
  std::optional<json::Value> executor_config{};
  std::optional<std::vector<std::string>> outlets{};
  std::optional<std::vector<std::string>> inlets{};
  friend bool operator==(const TaskSpec&, const TaskSpec&) = default;
};
[[nodiscard]] json::Value to_json(const TaskSpec& value);
[[nodiscard]] Result<TaskSpec> parse_task_spec(const json::Value& value);

struct TaskGroupSpec {
  std::string group_id{};
  std::string label{};
  std::optional<std::string> parent{};
  std::string tooltip{};
  std::optional<std::vector<MapNode>> expand{};
  friend bool operator==(const TaskGroupSpec&, const TaskGroupSpec&) = default;
};
[[nodiscard]] json::Value to_json(const TaskGroupSpec& value);
[[nodiscard]] Result<TaskGroupSpec> parse_task_group_spec(const json::Value& value);

/// Each message of the trigger (as src/trigger reads it; redis, mqtt or webhook) starts a run.
struct WatcherSpec {
  std::string name{};
  json::Value trigger{};
  friend bool operator==(const WatcherSpec&, const WatcherSpec&) = default;
};
[[nodiscard]] json::Value to_json(const WatcherSpec& value);
[[nodiscard]] Result<WatcherSpec> parse_watcher_spec(const json::Value& value);

/// Each message of a watcher makes the asset new.
struct AssetSpec {
  std::string name{};
  std::string uri{};
  std::string group{};
  json::Value extra{};
  std::optional<std::vector<WatcherSpec>> watchers{};
  friend bool operator==(const AssetSpec&, const AssetSpec&) = default;
};
[[nodiscard]] json::Value to_json(const AssetSpec& value);
[[nodiscard]] Result<AssetSpec> parse_asset_spec(const json::Value& value);

struct DagSpec {
  std::string dag_id{};
  std::string description{};
  std::string doc_md{};
  std::vector<std::string> tags{};
  std::string owner{};
  ScheduleSpec schedule{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::string timezone{};
  bool catchup{};
  std::int64_t max_active_tasks{};
  std::int64_t max_active_runs{};
  std::int64_t max_consecutive_failed_dag_runs{};
  std::optional<std::int64_t> dagrun_timeout_ms{};
  bool is_paused_upon_creation{};
  bool fail_fast{};
  std::int64_t compat{};
  json::Value params{};
  std::optional<bool> has_success_callback{};
  std::optional<bool> has_failure_callback{};
  std::optional<std::vector<DeadlineSpec>> deadlines{};
  std::vector<TaskSpec> tasks{};
  std::vector<TaskGroupSpec> task_groups{};
  std::optional<std::vector<AssetSpec>> assets{};
  std::optional<std::vector<WatcherSpec>> watchers{};
  std::string source_hash{};
  friend bool operator==(const DagSpec&, const DagSpec&) = default;
};
[[nodiscard]] json::Value to_json(const DagSpec& value);
[[nodiscard]] Result<DagSpec> parse_dag_spec(const json::Value& value);

/// Line and column from 1; `path` from the top of the document, as tasks 2 pool
struct ParseProblem {
  std::string message{};
  std::int64_t line{};
  std::int64_t column{};
  std::vector<std::string> path{};
  friend bool operator==(const ParseProblem&, const ParseProblem&) = default;
};
[[nodiscard]] json::Value to_json(const ParseProblem& value);
[[nodiscard]] Result<ParseProblem> parse_parse_problem(const json::Value& value);

/// Why a file gives no DAGs; `problems` are all that a YAML file has, in order.
struct ParseError {
  std::string file{};
  std::optional<std::int64_t> line{};
  std::string kind{};
  std::string message{};
  std::string traceback{};
  std::optional<std::vector<ParseProblem>> problems{};
  friend bool operator==(const ParseError&, const ParseError&) = default;
};
[[nodiscard]] json::Value to_json(const ParseError& value);
[[nodiscard]] Result<ParseError> parse_parse_error(const json::Value& value);

/// `reads`: files and folders that it read at import, by absolute path. `source`: what people are shown of a file that is no text.
struct DagFile {
  std::string file{};
  std::vector<DagSpec> dags{};
  std::optional<ParseError> error{};
  std::optional<std::vector<std::string>> reads{};
  std::optional<std::string> source{};
  friend bool operator==(const DagFile&, const DagFile&) = default;
};
[[nodiscard]] json::Value to_json(const DagFile& value);
[[nodiscard]] Result<DagFile> parse_dag_file(const json::Value& value);

}  // namespace aiflow::wire

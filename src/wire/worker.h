// SPDX-License-Identifier: Apache-2.0
// Generated from api/worker.yaml by tools/codegen; do not edit.
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

/// Names a task instance.
struct TaskKey {
  std::string dag_id{};
  std::string run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  friend bool operator==(const TaskKey&, const TaskKey&) = default;
};
[[nodiscard]] json::Value to_json(const TaskKey& value);
[[nodiscard]] Result<TaskKey> parse_task_key(const json::Value& value);

/// An asset event that a run has consumed. The source is empty when somebody outside said so.
struct TriggeringEvent {
  std::string name{};
  std::string uri{};
  json::Value extra{};
  WallTime timestamp{};
  std::string source_dag_id{};
  std::string source_run_id{};
  std::string source_task_id{};
  std::int64_t source_map_index{};
  friend bool operator==(const TriggeringEvent&, const TriggeringEvent&) = default;
};
[[nodiscard]] json::Value to_json(const TriggeringEvent& value);
[[nodiscard]] Result<TriggeringEvent> parse_triggering_event(const json::Value& value);

/// Limits of one attempt; what is missing is not limited. cpus - processors' worth of time.
struct JobResources {
  std::optional<double> cpus{};
  std::optional<std::int64_t> memory_bytes{};
  std::optional<std::int64_t> pids{};
  friend bool operator==(const JobResources&, const JobResources&) = default;
};
[[nodiscard]] json::Value to_json(const JobResources& value);
[[nodiscard]] Result<JobResources> parse_job_resources(const json::Value& value);

/// How a deferred task goes on. error - its trigger failed, or timed out; then there is no event.
struct Resume {
  std::string next_method{};
  json::Value next_kwargs{};
  json::Value event{};
  std::optional<std::string> error{};
  bool timed_out{};
  friend bool operator==(const Resume&, const Resume&) = default;
};
[[nodiscard]] json::Value to_json(const Resume& value);
[[nodiscard]] Result<Resume> parse_resume(const json::Value& value);

/// A task instance of the run, whether it is the island's or not. epoch_floor - the epoch of its next attempt is not below it.
struct IslandTask {
  std::string task_id{};
  std::int64_t map_index{};
  TaskState state{};
  std::int64_t try_number{};
  std::int64_t max_tries{};
  std::int64_t epoch{};
  std::int64_t weight{};
  std::optional<WallTime> next_try_at{};
  std::optional<std::int64_t> epoch_floor{};
  std::optional<std::vector<std::string>> branch_followed{};
  bool skip_all_downstream{};
  std::optional<std::int64_t> return_length{};
  friend bool operator==(const IslandTask&, const IslandTask&) = default;
};
[[nodiscard]] json::Value to_json(const IslandTask& value);
[[nodiscard]] Result<IslandTask> parse_island_task(const json::Value& value);

struct IslandXCom {
  std::string task_id{};
  std::int64_t map_index{};
  std::string key{};
  json::Value value{};
  friend bool operator==(const IslandXCom&, const IslandXCom&) = default;
};
[[nodiscard]] json::Value to_json(const IslandXCom& value);
[[nodiscard]] Result<IslandXCom> parse_island_xcom(const json::Value& value);

/// A run as its server saw it when it gave out the job that this is in. made_at - larger in a newer picture of the same run. dag - the DagSpec of the run's version. jobs - Jobs of the next attempts of those instances of the island that have not ended. xcoms - what those may ask for. paused - the DAG is.

struct IslandPart {
  std::int64_t made_at{};
  std::int64_t dag_version{};
  std::int64_t run_number{};
  json::Value dag{};
  std::vector<IslandTask> tasks{};
  std::vector<json::Value> jobs{};
  std::vector<IslandXCom> xcoms{};
  std::optional<bool> paused{};
  friend bool operator==(const IslandPart&, const IslandPart&) = default;
};
[[nodiscard]] json::Value to_json(const IslandPart& value);
[[nodiscard]] Result<IslandPart> parse_island_part(const json::Value& value);

/// Everything a worker needs to run one attempt; the whole contract between scheduler and executor.
struct Job {
  TaskKey key{};
  std::int64_t try_number{};
  std::int64_t epoch{};
  std::string operator_{};
  std::string dag_file{};
  json::Value payload{};
  json::Value params{};
  std::optional<json::Value> conf{};
  std::optional<WallTime> logical_date{};
  std::optional<WallTime> data_interval_start{};
  std::optional<WallTime> data_interval_end{};
  std::string run_type{};
  std::optional<std::int64_t> execution_timeout_ms{};
  std::string log_path{};
  std::map<std::string, std::string> env{};
  std::string token{};
  std::int64_t max_tries{};
  std::optional<bool> use_cache{};
  std::optional<WallTime> first_started_at{};
  std::optional<std::vector<TriggeringEvent>> triggering_asset_events{};
  std::string executor{};
  std::string queue{};
  std::map<std::string, std::string> placement{};
  std::optional<JobResources> resources{};
  std::optional<std::string> run_as_user{};
  std::optional<json::Value> executor_config{};
  std::optional<Resume> resume{};
  std::optional<IslandPart> island{};
  std::optional<std::vector<std::string>> retry_tokens{};
  friend bool operator==(const Job&, const Job&) = default;
};
[[nodiscard]] json::Value to_json(const Job& value);
[[nodiscard]] Result<Job> parse_job(const json::Value& value);

/// What a task waits for without a worker, and how it goes on. trigger is {kind, arguments...} as src/trigger reads it. At most 64 KiB altogether.

struct Deferral {
  json::Value trigger{};
  std::string next_method{};
  json::Value next_kwargs{};
  std::optional<std::int64_t> timeout_ms{};
  friend bool operator==(const Deferral&, const Deferral&) = default;
};
[[nodiscard]] json::Value to_json(const Deferral& value);
[[nodiscard]] Result<Deferral> parse_deferral(const json::Value& value);

/// One value a task published.
struct XComEntry {
  std::string key{};
  json::Value value{};
  friend bool operator==(const XComEntry&, const XComEntry&) = default;
};
[[nodiscard]] json::Value to_json(const XComEntry& value);
[[nodiscard]] Result<XComEntry> parse_xcom_entry(const json::Value& value);

/// What a task says of an asset that it made. alias - set when the asset is none of its outlets, but one for this alias.
struct AssetEmit {
  std::string name{};
  std::string uri{};
  json::Value extra{};
  std::string alias{};
  friend bool operator==(const AssetEmit&, const AssetEmit&) = default;
};
[[nodiscard]] json::Value to_json(const AssetEmit& value);
[[nodiscard]] Result<AssetEmit> parse_asset_emit(const json::Value& value);

/// One attempt under its epoch.
struct AttemptRef {
  TaskKey key{};
  std::int64_t try_number{};
  std::int64_t epoch{};
  friend bool operator==(const AttemptRef&, const AttemptRef&) = default;
};
[[nodiscard]] json::Value to_json(const AttemptRef& value);
[[nodiscard]] Result<AttemptRef> parse_attempt_ref(const json::Value& value);

/// size - bytes of its files.
struct HeldPack {
  std::string name{};
  std::string version{};
  std::string digest{};
  std::int64_t size{};
  friend bool operator==(const HeldPack&, const HeldPack&) = default;
};
[[nodiscard]] json::Value to_json(const HeldPack& value);
[[nodiscard]] Result<HeldPack> parse_held_pack(const json::Value& value);

/// executors - local, and docker when it has a daemon; null - just local. queues - null - just default. cpus - of its machine. packs - runtime packs in its data directory. ahead - attempts that an island began without the server, and the server has not given out. Said again on the same connection when something of it changes.
struct Hello {
  std::string worker_id{};
  std::int64_t slots{};
  std::int64_t pid{};
  std::string version{};
  std::vector<AttemptRef> running{};
  std::optional<std::vector<std::string>> executors{};
  std::optional<std::vector<std::string>> queues{};
  std::optional<std::map<std::string, std::string>> labels{};
  std::optional<std::string> host{};
  std::optional<std::int64_t> cpus{};
  std::optional<std::vector<HeldPack>> packs{};
  std::optional<std::int64_t> ahead{};
  friend bool operator==(const Hello&, const Hello&) = default;
};
[[nodiscard]] json::Value to_json(const Hello& value);
[[nodiscard]] Result<Hello> parse_hello(const json::Value& value);

/// Said again, with rendered (as in TaskRendered), of a try that has gone on for a second by then.
struct Started {
  std::int64_t seq{};
  AttemptRef attempt{};
  std::int64_t pid{};
  WallTime at{};
  std::optional<json::Value> rendered{};
  friend bool operator==(const Started&, const Started&) = default;
};
[[nodiscard]] json::Value to_json(const Started& value);
[[nodiscard]] Result<Started> parse_started(const json::Value& value);

/// ms - since the try's start. cpu_ms - processor time used until then. memory_bytes - resident at that moment.
struct AttemptSample {
  std::int64_t ms{};
  std::int64_t cpu_ms{};
  std::int64_t memory_bytes{};
  friend bool operator==(const AttemptSample&, const AttemptSample&) = default;
};
[[nodiscard]] json::Value to_json(const AttemptSample& value);
[[nodiscard]] Result<AttemptSample> parse_attempt_sample(const json::Value& value);

/// What a try has used. memory_peak_bytes - as the kernel counted it, or the largest sample. memory_mean_bytes - over the time that samples were taken in. samples - at most 120, by time. note - why there is nothing of it: pod - a pod is not measured.

struct AttemptUsage {
  std::optional<std::int64_t> cpu_user_ms{};
  std::optional<std::int64_t> cpu_system_ms{};
  std::optional<std::int64_t> memory_peak_bytes{};
  std::optional<std::int64_t> memory_mean_bytes{};
  std::optional<std::vector<AttemptSample>> samples{};
  std::optional<std::string> note{};
  friend bool operator==(const AttemptUsage&, const AttemptUsage&) = default;
};
[[nodiscard]] json::Value to_json(const AttemptUsage& value);
[[nodiscard]] Result<AttemptUsage> parse_attempt_usage(const json::Value& value);

/// What a running try has used until now. Not stored.
struct Usage {
  AttemptRef attempt{};
  AttemptSample sample{};
  friend bool operator==(const Usage&, const Usage&) = default;
};
[[nodiscard]] json::Value to_json(const Usage& value);
[[nodiscard]] Result<Usage> parse_usage(const json::Value& value);

/// seq - of a worker that ends its tasks when its heartbeats are not confirmed; it is answered by HeartbeatOk. load - its machine's load average over a minute. cpu_used - the busy part of its machine's processors since the last heartbeat, 0 to 1; memory_used_bytes - of its machine, without caches.
struct Heartbeat {
  std::vector<AttemptRef> attempts{};
  std::optional<std::int64_t> seq{};
  std::optional<double> load{};
  std::optional<std::int64_t> ahead{};
  std::optional<double> cpu_used{};
  std::optional<std::int64_t> memory_bytes{};
  std::optional<std::int64_t> memory_used_bytes{};
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};
[[nodiscard]] json::Value to_json(const Heartbeat& value);
[[nodiscard]] Result<Heartbeat> parse_heartbeat(const json::Value& value);

/// From a log line '::aiflow:progress {"done":1,"total":9,"unit":"frames","what":"..."}'. Not stored.
struct Progress {
  AttemptRef attempt{};
  double done{};
  double total{};
  std::string unit{};
  std::string what{};
  friend bool operator==(const Progress&, const Progress&) = default;
};
[[nodiscard]] json::Value to_json(const Progress& value);
[[nodiscard]] Result<Progress> parse_progress(const json::Value& value);

struct Finished {
  std::int64_t seq{};
  AttemptRef attempt{};
  Outcome outcome{};
  std::optional<std::int64_t> exit_code{};
  std::optional<std::int64_t> signal{};
  std::string cause{};
  WallTime started_at{};
  WallTime ended_at{};
  std::vector<XComEntry> xcoms{};
  std::optional<std::vector<std::string>> branch{};
  bool skip_all_downstream{};
  std::optional<WallTime> reschedule_at{};
  std::optional<Deferral> deferral{};
  std::optional<std::vector<AssetEmit>> assets{};
  std::optional<std::string> cache_key{};
  std::optional<std::int64_t> cache_ttl_ms{};
  std::optional<std::int64_t> retry_delay_ms{};
  std::optional<AttemptUsage> usage{};
  std::optional<json::Value> rendered{};
  friend bool operator==(const Finished&, const Finished&) = default;
};
[[nodiscard]] json::Value to_json(const Finished& value);
[[nodiscard]] Result<Finished> parse_finished(const json::Value& value);

/// A task asks for an upstream value. map_index -1 = of an unmapped task; -2 = a list of what all mapped instances published, by map index, without those that published nothing. item: the value is a list, and only this position of it is wanted. include_prior_dates - without a value in that run, that of the latest run before it.

struct XComGet {
  std::int64_t request_id{};
  AttemptRef attempt{};
  std::string dag_id{};
  std::string run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  std::string key{};
  std::optional<std::int64_t> item{};
  std::optional<bool> include_prior_dates{};
  friend bool operator==(const XComGet&, const XComGet&) = default;
};
[[nodiscard]] json::Value to_json(const XComGet& value);
[[nodiscard]] Result<XComGet> parse_xcom_get(const json::Value& value);

/// island_lease_ms - to the worker of an island; how long after its last confirmed heartbeat the server leaves its tasks to it. server_pin - to a worker of a broker; SHA-256 of the key of a server that has signed its certificate itself, absent when an authority has or when it speaks plain HTTP. cordoned - true; the worker gets no tasks until an operator says otherwise.

struct HelloOk {
  std::string server_id{};
  std::int64_t heartbeat_ms{};
  std::int64_t lease_ms{};
  std::optional<std::int64_t> island_lease_ms{};
  std::optional<std::string> server_pin{};
  std::optional<bool> cordoned{};
  friend bool operator==(const HelloOk&, const HelloOk&) = default;
};
[[nodiscard]] json::Value to_json(const HelloOk& value);
[[nodiscard]] Result<HelloOk> parse_hello_ok(const json::Value& value);

/// To the worker of an island that has an attempt of the run: it is now so; a user has decided, or the run's last jobs came without a picture. made_at - as in IslandPart. part - null: there is none (the run is over, or too large for a frame), and the island does not go on with it alone.

struct Picture {
  std::string dag_id{};
  std::string run_id{};
  std::int64_t made_at{};
  std::optional<IslandPart> part{};
  friend bool operator==(const Picture&, const Picture&) = default;
};
[[nodiscard]] json::Value to_json(const Picture& value);
[[nodiscard]] Result<Picture> parse_picture(const json::Value& value);

struct HeartbeatOk {
  std::int64_t seq{};
  friend bool operator==(const HeartbeatOk&, const HeartbeatOk&) = default;
};
[[nodiscard]] json::Value to_json(const HeartbeatOk& value);
[[nodiscard]] Result<HeartbeatOk> parse_heartbeat_ok(const json::Value& value);

/// What a worker elsewhere needs besides a job. bundle - SHA-256 that names the files of the DAG's folder, dag_file is its path in it (none - the job reads no DAG file). log_offset - where in the server's log this attempt's begins.

struct Delivery {
  std::optional<std::string> bundle{};
  std::string dag_file{};
  std::int64_t log_offset{};
  friend bool operator==(const Delivery&, const Delivery&) = default;
};
[[nodiscard]] json::Value to_json(const Delivery& value);
[[nodiscard]] Result<Delivery> parse_delivery(const json::Value& value);

/// delivery - for a worker elsewhere. trouble - what the job needs could not be brought here; it fails with this cause.
struct Start {
  Job job{};
  std::optional<Delivery> delivery{};
  std::optional<std::string> trouble{};
  friend bool operator==(const Start&, const Start&) = default;
};
[[nodiscard]] json::Value to_json(const Start& value);
[[nodiscard]] Result<Start> parse_start(const json::Value& value);

/// uplink -> server. A piece of a try's log, at its place in the server's file. data - base64.
struct LogPiece {
  AttemptRef attempt{};
  std::int64_t offset{};
  std::string data{};
  friend bool operator==(const LogPiece&, const LogPiece&) = default;
};
[[nodiscard]] json::Value to_json(const LogPiece& value);
[[nodiscard]] Result<LogPiece> parse_log_piece(const json::Value& value);

/// The server has the log up to offset (the uplink goes on there); error - it takes no more of it.
struct LogTaken {
  AttemptRef attempt{};
  std::int64_t offset{};
  std::optional<std::string> error{};
  friend bool operator==(const LogTaken&, const LogTaken&) = default;
};
[[nodiscard]] json::Value to_json(const LogTaken& value);
[[nodiscard]] Result<LogTaken> parse_log_taken(const json::Value& value);

/// uplink -> server.
struct BundleGet {
  std::string bundle{};
  std::int64_t offset{};
  friend bool operator==(const BundleGet&, const BundleGet&) = default;
};
[[nodiscard]] json::Value to_json(const BundleGet& value);
[[nodiscard]] Result<BundleGet> parse_bundle_get(const json::Value& value);

/// data - base64, from offset of the size bytes; error - there is no such bundle.
struct BundlePiece {
  std::string bundle{};
  std::int64_t offset{};
  std::int64_t size{};
  std::string data{};
  std::optional<std::string> error{};
  friend bool operator==(const BundlePiece&, const BundlePiece&) = default;
};
[[nodiscard]] json::Value to_json(const BundlePiece& value);
[[nodiscard]] Result<BundlePiece> parse_bundle_piece(const json::Value& value);

/// End the attempt's process tree (SIGTERM, then SIGKILL after grace_ms). A higher epoch was given out, or a user asked.
struct Cancel {
  AttemptRef attempt{};
  std::string reason{};
  std::int64_t grace_ms{};
  friend bool operator==(const Cancel&, const Cancel&) = default;
};
[[nodiscard]] json::Value to_json(const Cancel& value);
[[nodiscard]] Result<Cancel> parse_cancel(const json::Value& value);

/// The report with this seq is stored (accepted) or refused for good (stale epoch); either way drop it from the spool.
struct Ack {
  std::int64_t seq{};
  bool accepted{};
  std::string reason{};
  friend bool operator==(const Ack&, const Ack&) = default;
};
[[nodiscard]] json::Value to_json(const Ack& value);
[[nodiscard]] Result<Ack> parse_ack(const json::Value& value);

/// length is there when value is the one item that was asked for, else value is the whole.
struct XComValue {
  std::int64_t request_id{};
  bool found{};
  json::Value value{};
  std::optional<std::int64_t> length{};
  friend bool operator==(const XComValue&, const XComValue&) = default;
};
[[nodiscard]] json::Value to_json(const XComValue& value);
[[nodiscard]] Result<XComValue> parse_xcom_value(const json::Value& value);

/// Take no new jobs; exit when the last one ends.
struct Drain {
  friend bool operator==(const Drain&, const Drain&) = default;
};
[[nodiscard]] json::Value to_json(const Drain& value);
[[nodiscard]] Result<Drain> parse_drain(const json::Value& value);

/// It stops by plan. Whatever comes next leaves what the worker runs to it for lease_ms from now.
struct ServerStops {
  std::int64_t lease_ms{};
  friend bool operator==(const ServerStops&, const ServerStops&) = default;
};
[[nodiscard]] json::Value to_json(const ServerStops& value);
[[nodiscard]] Result<ServerStops> parse_server_stops(const json::Value& value);

/// server -> carrier. All lanes that this worker may take attempts from.
struct Lanes {
  std::vector<std::string> lanes{};
  friend bool operator==(const Lanes&, const Lanes&) = default;
};
[[nodiscard]] json::Value to_json(const Lanes& value);
[[nodiscard]] Result<Lanes> parse_lanes(const json::Value& value);

struct ClaimEntry {
  std::string entry{};
  AttemptRef attempt{};
  friend bool operator==(const ClaimEntry&, const ClaimEntry&) = default;
};
[[nodiscard]] json::Value to_json(const ClaimEntry& value);
[[nodiscard]] Result<ClaimEntry> parse_claim_entry(const json::Value& value);

/// carrier -> server. The worker has read these entries and has a slot for each; granted by a Start, else by Unclaimed.
struct Claim {
  std::string lane{};
  std::vector<ClaimEntry> entries{};
  friend bool operator==(const Claim&, const Claim&) = default;
};
[[nodiscard]] json::Value to_json(const Claim& value);
[[nodiscard]] Result<Claim> parse_claim(const json::Value& value);

/// server -> carrier. These entries were claimed before, or nobody wants them; their slots are free.
struct Unclaimed {
  std::vector<std::string> entries{};
  friend bool operator==(const Unclaimed&, const Unclaimed&) = default;
};
[[nodiscard]] json::Value to_json(const Unclaimed& value);
[[nodiscard]] Result<Unclaimed> parse_unclaimed(const json::Value& value);

/// server -> carrier. Nothing is known of this worker; it begins anew.
struct HelloAgain {
  friend bool operator==(const HelloAgain&, const HelloAgain&) = default;
};
[[nodiscard]] json::Value to_json(const HelloAgain& value);
[[nodiscard]] Result<HelloAgain> parse_hello_again(const json::Value& value);

/// carrier -> server. The worker goes, or begins anew.
struct Left {
  friend bool operator==(const Left&, const Left&) = default;
};
[[nodiscard]] json::Value to_json(const Left& value);
[[nodiscard]] Result<Left> parse_left(const json::Value& value);

struct SentAttempt {
  AttemptRef attempt{};
  std::string worker{};
  friend bool operator==(const SentAttempt&, const SentAttempt&) = default;
};
[[nodiscard]] json::Value to_json(const SentAttempt& value);
[[nodiscard]] Result<SentAttempt> parse_sent_attempt(const json::Value& value);

/// What runs without a server: the attempts of these workers elsewhere are theirs for lease_ms, also those that were sent to one of them and may have begun.

struct LeftBehind {
  std::int64_t lease_ms{};
  std::vector<std::string> workers{};
  std::vector<SentAttempt> sent{};
  friend bool operator==(const LeftBehind&, const LeftBehind&) = default;
};
[[nodiscard]] json::Value to_json(const LeftBehind& value);
[[nodiscard]] Result<LeftBehind> parse_left_behind(const json::Value& value);

/// Supervisor -> task, first frame. takes_rendered - the task may send a TaskRendered.
struct TaskStart {
  Job job{};
  std::optional<bool> takes_rendered{};
  friend bool operator==(const TaskStart&, const TaskStart&) = default;
};
[[nodiscard]] json::Value to_json(const TaskStart& value);
[[nodiscard]] Result<TaskStart> parse_task_start(const json::Value& value);

struct TaskXComPush {
  std::string key{};
  json::Value value{};
  friend bool operator==(const TaskXComPush&, const TaskXComPush&) = default;
};
[[nodiscard]] json::Value to_json(const TaskXComPush& value);
[[nodiscard]] Result<TaskXComPush> parse_task_xcom_push(const json::Value& value);

struct TaskXComGet {
  std::int64_t request_id{};
  std::string dag_id{};
  std::string run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  std::string key{};
  std::optional<std::int64_t> item{};
  std::optional<bool> include_prior_dates{};
  friend bool operator==(const TaskXComGet&, const TaskXComGet&) = default;
};
[[nodiscard]] json::Value to_json(const TaskXComGet& value);
[[nodiscard]] Result<TaskXComGet> parse_task_xcom_get(const json::Value& value);

struct TaskXComValue {
  std::int64_t request_id{};
  bool found{};
  json::Value value{};
  std::optional<std::int64_t> length{};
  friend bool operator==(const TaskXComValue&, const TaskXComValue&) = default;
};
[[nodiscard]] json::Value to_json(const TaskXComValue& value);
[[nodiscard]] Result<TaskXComValue> parse_task_xcom_value(const json::Value& value);

/// Task -> supervisor, once. The task's template fields as they were rendered: {name: value}, without secrets, at most 64 KiB of JSON each and 256 KiB in all; what is cut says so.

struct TaskRendered {
  json::Value fields{};
  friend bool operator==(const TaskRendered&, const TaskRendered&) = default;
};
[[nodiscard]] json::Value to_json(const TaskRendered& value);
[[nodiscard]] Result<TaskRendered> parse_task_rendered(const json::Value& value);

/// aiflow-docker -> supervisor. What the container has used until now.
struct TaskUsage {
  std::int64_t cpu_user_ms{};
  std::int64_t cpu_system_ms{};
  std::int64_t memory_bytes{};
  std::optional<std::int64_t> memory_peak_bytes{};
  friend bool operator==(const TaskUsage&, const TaskUsage&) = default;
};
[[nodiscard]] json::Value to_json(const TaskUsage& value);
[[nodiscard]] Result<TaskUsage> parse_task_usage(const json::Value& value);

/// Task -> supervisor, last frame; without it the exit status alone decides (non-zero or signal = failed).
struct TaskDone {
  Outcome outcome{};
  std::string cause{};
  std::optional<std::vector<std::string>> branch{};
  bool skip_all_downstream{};
  std::optional<WallTime> reschedule_at{};
  std::optional<Deferral> deferral{};
  std::optional<std::vector<AssetEmit>> assets{};
  std::optional<std::string> cache_key{};
  std::optional<std::int64_t> cache_ttl_ms{};
  std::optional<std::int64_t> retry_delay_ms{};
  friend bool operator==(const TaskDone&, const TaskDone&) = default;
};
[[nodiscard]] json::Value to_json(const TaskDone& value);
[[nodiscard]] Result<TaskDone> parse_task_done(const json::Value& value);

struct ZygoteFork {
  std::int64_t request_id{};
  std::string cwd{};
  std::map<std::string, std::string> env{};
  std::string dag_file{};
  friend bool operator==(const ZygoteFork&, const ZygoteFork&) = default;
};
[[nodiscard]] json::Value to_json(const ZygoteFork& value);
[[nodiscard]] Result<ZygoteFork> parse_zygote_fork(const json::Value& value);

/// The child's pid; it has called setsid, so pgid = pid. The zygote double-forks nothing; it reaps and reports.
struct ZygoteForked {
  std::int64_t request_id{};
  std::int64_t pid{};
  friend bool operator==(const ZygoteForked&, const ZygoteForked&) = default;
};
[[nodiscard]] json::Value to_json(const ZygoteForked& value);
[[nodiscard]] Result<ZygoteForked> parse_zygote_forked(const json::Value& value);

/// The task lives, but its parent does not; the worker becomes it and sees its end.
struct ZygoteOrphaned {
  std::int64_t pid{};
  friend bool operator==(const ZygoteOrphaned&, const ZygoteOrphaned&) = default;
};
[[nodiscard]] json::Value to_json(const ZygoteOrphaned& value);
[[nodiscard]] Result<ZygoteOrphaned> parse_zygote_orphaned(const json::Value& value);

/// user_us, system_us, resident_kib - what it has used, as wait4 tells.
struct ZygoteExited {
  std::int64_t pid{};
  std::optional<std::int64_t> exit_code{};
  std::optional<std::int64_t> signal{};
  std::optional<std::int64_t> user_us{};
  std::optional<std::int64_t> system_us{};
  std::optional<std::int64_t> resident_kib{};
  friend bool operator==(const ZygoteExited&, const ZygoteExited&) = default;
};
[[nodiscard]] json::Value to_json(const ZygoteExited& value);
[[nodiscard]] Result<ZygoteExited> parse_zygote_exited(const json::Value& value);

/// type - bind | volume | tmpfs (without a source).
struct ContainerMount {
  std::string type{};
  std::string source{};
  std::string target{};
  bool read_only{};
  friend bool operator==(const ContainerMount&, const ContainerMount&) = default;
};
[[nodiscard]] json::Value to_json(const ContainerMount& value);
[[nodiscard]] Result<ContainerMount> parse_container_mount(const json::Value& value);

struct ContainerUlimit {
  std::string name{};
  std::int64_t soft{};
  std::int64_t hard{};
  friend bool operator==(const ContainerUlimit&, const ContainerUlimit&) = default;
};
[[nodiscard]] json::Value to_json(const ContainerUlimit& value);
[[nodiscard]] Result<ContainerUlimit> parse_container_ulimit(const json::Value& value);

/// One container. entrypoint - null: the image's; command - null: the image's. pull - missing | always | never. remove - always | never, when it has ended. registry_auth - {username, password, serveraddress} (secret). socket - another daemon's than the worker's. What is missing is as the daemon has it.

struct ContainerSpec {
  std::string image{};
  std::optional<std::vector<std::string>> entrypoint{};
  std::optional<std::vector<std::string>> command{};
  std::map<std::string, std::string> env{};
  std::vector<ContainerMount> mounts{};
  std::optional<std::string> network_mode{};
  std::optional<double> cpus{};
  std::optional<std::int64_t> memory_bytes{};
  std::optional<std::int64_t> pids{};
  std::optional<std::int64_t> shm_bytes{};
  std::optional<std::string> user{};
  std::optional<std::string> working_dir{};
  std::optional<std::string> hostname{};
  std::optional<std::string> ipc_mode{};
  std::optional<std::vector<std::string>> cap_add{};
  std::optional<bool> privileged{};
  std::optional<std::vector<std::string>> dns{};
  std::optional<std::vector<std::string>> dns_search{};
  std::optional<std::vector<std::string>> extra_hosts{};
  std::optional<std::map<std::string, std::string>> ports{};
  std::optional<std::vector<ContainerUlimit>> ulimits{};
  std::optional<std::map<std::string, std::string>> labels{};
  std::string pull{};
  std::int64_t pull_timeout_ms{};
  std::string remove{};
  std::optional<std::vector<std::int64_t>> skip_exit_codes{};
  std::optional<json::Value> registry_auth{};
  std::optional<std::string> socket{};
  friend bool operator==(const ContainerSpec&, const ContainerSpec&) = default;
};
[[nodiscard]] json::Value to_json(const ContainerSpec& value);
[[nodiscard]] Result<ContainerSpec> parse_container_spec(const json::Value& value);

}  // namespace aiflow::wire

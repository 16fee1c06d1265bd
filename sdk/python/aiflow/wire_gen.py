# SPDX-License-Identifier: Apache-2.0
# Generated from api/*.yaml by tools/codegen; do not edit.
"""States and frame types of the worker protocol."""

from __future__ import annotations

from enum import Enum


class TaskState(str, Enum):
    """State of a task instance, as in Apache Airflow; no_status is Airflow's None."""

    no_status = "no_status"
    scheduled = "scheduled"
    queued = "queued"
    running = "running"
    success = "success"
    failed = "failed"
    up_for_retry = "up_for_retry"
    up_for_reschedule = "up_for_reschedule"
    upstream_failed = "upstream_failed"
    skipped = "skipped"
    deferred = "deferred"
    removed = "removed"
    restarting = "restarting"
    awaiting_input = "awaiting_input"


class RunState(str, Enum):
    """State of a DAG run."""

    queued = "queued"
    running = "running"
    success = "success"
    failed = "failed"


class RunType(str, Enum):
    """What created a DAG run."""

    scheduled = "scheduled"
    manual = "manual"
    backfill = "backfill"
    asset_triggered = "asset_triggered"
    operator_triggered = "operator_triggered"


class TriggerRule(str, Enum):
    """When a task may start, given the states of its direct upstream instances."""

    all_success = "all_success"
    all_failed = "all_failed"
    all_done = "all_done"
    all_done_min_one_success = "all_done_min_one_success"
    all_done_setup_success = "all_done_setup_success"
    one_success = "one_success"
    one_failed = "one_failed"
    one_done = "one_done"
    none_failed = "none_failed"
    none_failed_min_one_success = "none_failed_min_one_success"
    none_skipped = "none_skipped"
    all_skipped = "all_skipped"
    always = "always"


class Outcome(str, Enum):
    """What a worker reports of one attempt (workflow-semantics section 7)."""

    success = "success"
    failed = "failed"
    failed_no_retry = "failed_no_retry"
    skipped = "skipped"
    up_for_reschedule = "up_for_reschedule"
    killed = "killed"
    deferred = "deferred"


class Role(str, Enum):
    """What a user may do, weakest first; each role holds the rights of the ones before it."""

    viewer = "viewer"
    user = "user"
    operator = "operator"
    admin = "admin"


#: Fields of each frame type and of the DAG description, for checks in tests.
FIELDS: dict[str, dict[str, str]] = {
    "TaskKey": {"dag_id": "string", "run_id": "string", "task_id": "string", "map_index": "int"},
    "Job": {"key": "TaskKey", "try_number": "int", "epoch": "int", "operator": "string", "dag_file": "string", "payload": "json", "params": "json", "conf": "json?", "logical_date": "time?", "data_interval_start": "time?", "data_interval_end": "time?", "run_type": "string", "execution_timeout_ms": "int?", "log_path": "string", "env": "map<string>", "token": "string", "max_tries": "int", "use_cache": "bool?", "first_started_at": "time?", "triggering_asset_events": "[TriggeringEvent]?", "executor": "string", "queue": "string", "placement": "map<string>", "resources": "JobResources?", "run_as_user": "string?", "executor_config": "json?", "resume": "Resume?", "island": "IslandPart?", "retry_tokens": "[string]?"},
    "IslandPart": {"made_at": "int", "dag_version": "int", "run_number": "int", "dag": "json", "tasks": "[IslandTask]", "jobs": "[json]", "xcoms": "[IslandXCom]", "paused": "bool?"},
    "IslandTask": {"task_id": "string", "map_index": "int", "state": "TaskState", "try_number": "int", "max_tries": "int", "epoch": "int", "weight": "int", "next_try_at": "time?", "epoch_floor": "int?", "branch_followed": "[string]?", "skip_all_downstream": "bool", "return_length": "int?"},
    "IslandXCom": {"task_id": "string", "map_index": "int", "key": "string", "value": "json"},
    "JobResources": {"cpus": "double?", "memory_bytes": "int?", "pids": "int?"},
    "Deferral": {"trigger": "json", "next_method": "string", "next_kwargs": "json", "timeout_ms": "int?"},
    "Resume": {"next_method": "string", "next_kwargs": "json", "event": "json", "error": "string?", "timed_out": "bool"},
    "XComEntry": {"key": "string", "value": "json"},
    "AssetEmit": {"name": "string", "uri": "string", "extra": "json", "alias": "string"},
    "TriggeringEvent": {"name": "string", "uri": "string", "extra": "json", "timestamp": "time", "source_dag_id": "string", "source_run_id": "string", "source_task_id": "string", "source_map_index": "int"},
    "Hello": {"worker_id": "string", "slots": "int", "pid": "int", "version": "string", "running": "[AttemptRef]", "executors": "[string]?", "queues": "[string]?", "labels": "map<string>?", "host": "string?", "cpus": "int?", "packs": "[HeldPack]?", "ahead": "int?"},
    "HeldPack": {"name": "string", "version": "string", "digest": "string", "size": "int"},
    "AttemptRef": {"key": "TaskKey", "try_number": "int", "epoch": "int"},
    "Started": {"seq": "int", "attempt": "AttemptRef", "pid": "int", "at": "time", "rendered": "json?"},
    "AttemptSample": {"ms": "int", "cpu_ms": "int", "memory_bytes": "int"},
    "AttemptUsage": {"cpu_user_ms": "int?", "cpu_system_ms": "int?", "memory_peak_bytes": "int?", "memory_mean_bytes": "int?", "samples": "[AttemptSample]?", "note": "string?"},
    "Usage": {"attempt": "AttemptRef", "sample": "AttemptSample"},
    "Heartbeat": {"attempts": "[AttemptRef]", "seq": "int?", "load": "double?", "ahead": "int?", "cpu_used": "double?", "memory_bytes": "int?", "memory_used_bytes": "int?"},
    "Progress": {"attempt": "AttemptRef", "done": "double", "total": "double", "unit": "string", "what": "string"},
    "Finished": {"seq": "int", "attempt": "AttemptRef", "outcome": "Outcome", "exit_code": "int?", "signal": "int?", "cause": "string", "started_at": "time", "ended_at": "time", "xcoms": "[XComEntry]", "branch": "[string]?", "skip_all_downstream": "bool", "reschedule_at": "time?", "deferral": "Deferral?", "assets": "[AssetEmit]?", "cache_key": "string?", "cache_ttl_ms": "int?", "retry_delay_ms": "int?", "usage": "AttemptUsage?", "rendered": "json?"},
    "XComGet": {"request_id": "int", "attempt": "AttemptRef", "dag_id": "string", "run_id": "string", "task_id": "string", "map_index": "int", "key": "string", "item": "int?", "include_prior_dates": "bool?"},
    "HelloOk": {"server_id": "string", "heartbeat_ms": "int", "lease_ms": "int", "island_lease_ms": "int?", "server_pin": "string?", "cordoned": "bool?"},
    "Picture": {"dag_id": "string", "run_id": "string", "made_at": "int", "part": "IslandPart?"},
    "HeartbeatOk": {"seq": "int"},
    "Start": {"job": "Job", "delivery": "Delivery?", "trouble": "string?"},
    "Delivery": {"bundle": "string?", "dag_file": "string", "log_offset": "int"},
    "LogPiece": {"attempt": "AttemptRef", "offset": "int", "data": "string"},
    "LogTaken": {"attempt": "AttemptRef", "offset": "int", "error": "string?"},
    "BundleGet": {"bundle": "string", "offset": "int"},
    "BundlePiece": {"bundle": "string", "offset": "int", "size": "int", "data": "string", "error": "string?"},
    "Cancel": {"attempt": "AttemptRef", "reason": "string", "grace_ms": "int"},
    "Ack": {"seq": "int", "accepted": "bool", "reason": "string"},
    "XComValue": {"request_id": "int", "found": "bool", "value": "json", "length": "int?"},
    "Drain": {},
    "ServerStops": {"lease_ms": "int"},
    "Lanes": {"lanes": "[string]"},
    "Claim": {"lane": "string", "entries": "[ClaimEntry]"},
    "ClaimEntry": {"entry": "string", "attempt": "AttemptRef"},
    "Unclaimed": {"entries": "[string]"},
    "HelloAgain": {},
    "Left": {},
    "LeftBehind": {"lease_ms": "int", "workers": "[string]", "sent": "[SentAttempt]"},
    "SentAttempt": {"attempt": "AttemptRef", "worker": "string"},
    "TaskStart": {"job": "Job", "takes_rendered": "bool?"},
    "TaskXComPush": {"key": "string", "value": "json"},
    "TaskXComGet": {"request_id": "int", "dag_id": "string", "run_id": "string", "task_id": "string", "map_index": "int", "key": "string", "item": "int?", "include_prior_dates": "bool?"},
    "TaskXComValue": {"request_id": "int", "found": "bool", "value": "json", "length": "int?"},
    "TaskRendered": {"fields": "json"},
    "TaskUsage": {"cpu_user_ms": "int", "cpu_system_ms": "int", "memory_bytes": "int", "memory_peak_bytes": "int?"},
    "TaskDone": {"outcome": "Outcome", "cause": "string", "branch": "[string]?", "skip_all_downstream": "bool", "reschedule_at": "time?", "deferral": "Deferral?", "assets": "[AssetEmit]?", "cache_key": "string?", "cache_ttl_ms": "int?", "retry_delay_ms": "int?"},
    "ZygoteFork": {"request_id": "int", "cwd": "string", "env": "map<string>", "dag_file": "string"},
    "ZygoteForked": {"request_id": "int", "pid": "int"},
    "ZygoteOrphaned": {"pid": "int"},
    "ZygoteExited": {"pid": "int", "exit_code": "int?", "signal": "int?", "user_us": "int?", "system_us": "int?", "resident_kib": "int?"},
    "ContainerSpec": {"image": "string", "entrypoint": "[string]?", "command": "[string]?", "env": "map<string>", "mounts": "[ContainerMount]", "network_mode": "string?", "cpus": "double?", "memory_bytes": "int?", "pids": "int?", "shm_bytes": "int?", "user": "string?", "working_dir": "string?", "hostname": "string?", "ipc_mode": "string?", "cap_add": "[string]?", "privileged": "bool?", "dns": "[string]?", "dns_search": "[string]?", "extra_hosts": "[string]?", "ports": "map<string>?", "ulimits": "[ContainerUlimit]?", "labels": "map<string>?", "pull": "string", "pull_timeout_ms": "int", "remove": "string", "skip_exit_codes": "[int]?", "registry_auth": "json?", "socket": "string?"},
    "ContainerMount": {"type": "string", "source": "string", "target": "string", "read_only": "bool"},
    "ContainerUlimit": {"name": "string", "soft": "int", "hard": "int"},
    "DagFile": {"file": "string", "dags": "[DagSpec]", "error": "ParseError?", "reads": "[string]?", "source": "string?"},
    "ParseError": {"file": "string", "line": "int?", "kind": "string", "message": "string", "traceback": "string", "problems": "[ParseProblem]?"},
    "ParseProblem": {"message": "string", "line": "int", "column": "int", "path": "[string]"},
    "DagSpec": {"dag_id": "string", "description": "string", "doc_md": "string", "tags": "[string]", "owner": "string", "schedule": "ScheduleSpec", "start_date": "time?", "end_date": "time?", "timezone": "string", "catchup": "bool", "max_active_tasks": "int", "max_active_runs": "int", "max_consecutive_failed_dag_runs": "int", "dagrun_timeout_ms": "int?", "is_paused_upon_creation": "bool", "fail_fast": "bool", "compat": "int", "params": "json", "has_success_callback": "bool?", "has_failure_callback": "bool?", "deadlines": "[DeadlineSpec]?", "tasks": "[TaskSpec]", "task_groups": "[TaskGroupSpec]", "assets": "[AssetSpec]?", "watchers": "[WatcherSpec]?", "source_hash": "string"},
    "ScheduleSpec": {"kind": "string", "cron": "string?", "interval_ms": "int?", "text": "string", "more_crons": "[string]?", "interval_months": "int?", "data_interval": "bool?", "span_ms": "int?", "timezone": "string?", "run_immediately_ms": "int?", "events": "[time]?", "restrict_to_events": "bool?", "assets": "[AssetNode]?"},
    "AssetSpec": {"name": "string", "uri": "string", "group": "string", "extra": "json", "watchers": "[WatcherSpec]?"},
    "AssetNode": {"kind": "string", "name": "string?", "parts": "[int]"},
    "WatcherSpec": {"name": "string", "trigger": "json"},
    "DeadlineSpec": {"reference": "string", "at": "time?", "interval_ms": "int", "name": "string", "max_runs": "int?", "min_runs": "int?"},
    "TaskGroupSpec": {"group_id": "string", "label": "string", "parent": "string?", "tooltip": "string", "expand": "[MapNode]?"},
    "Resources": {"cpus": "double?", "memory_bytes": "int?", "pids": "int?"},
    "MapNode": {"kind": "string", "length": "int?", "task_id": "string?", "parts": "[int]"},
    "TaskSpec": {"task_id": "string", "label": "string", "operator": "string", "operator_name": "string", "group": "string?", "upstream": "[string]", "upstream_labels": "map<string>?", "trigger_rule": "TriggerRule", "payload": "json", "retries": "int", "retry_delay_ms": "int", "retry_exponential_backoff": "double", "max_retry_delay_ms": "int?", "execution_timeout_ms": "int?", "pool": "string", "pool_slots": "int", "priority_weight": "int", "weight_rule": "string", "max_active_tis_per_dag": "int?", "max_active_tis_per_dagrun": "int?", "depends_on_past": "bool", "wait_for_downstream": "bool", "ignore_first_depends_on_past": "bool?", "is_setup": "bool", "is_teardown": "bool", "on_failure_fail_dagrun": "bool", "start_date": "time?", "end_date": "time?", "doc_md": "string", "owner": "string", "is_branch": "bool", "is_short_circuit": "bool", "ignore_downstream_trigger_rules": "bool", "is_service": "bool?", "stop_grace_ms": "int?", "expand": "[MapNode]?", "params": "json?", "executor": "string?", "queue": "string?", "placement": "map<string>?", "resources": "Resources?", "run_as_user": "string?", "executor_config": "json?", "outlets": "[string]?", "inlets": "[string]?"},
}

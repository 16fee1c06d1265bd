# SPDX-License-Identifier: Apache-2.0
"""Reads DAG files and prints what each defines as a line of JSON (DagFile of api/dag.yaml).

    python3 -m aiflow.parse FILE...       JSON on fd 3 if that is open, else on standard output

Runs with limits, and imports each file in a process forked for it: a DAG file is somebody's code. A
file that kills its process, or leaves one behind, ends the whole with its own status; the caller
starts again with the files that have no line yet (src/supervise/parse_dag_file.h).
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import json
import os
import sys
import traceback
from typing import Any

from aiflow.dag_files.archives import archive_hash, archive_text, is_archive
from aiflow.assets import Asset, schedule_assets
from aiflow.dag import DAG, collect_dags
from aiflow.exceptions import AirflowDagCycleException, AirflowException
from aiflow.linux import hide, keep_orphans
from aiflow.dag_files.reads import files_read
from aiflow.run_task import import_dags
from aiflow.yaml_dags.document import YamlDagError
from aiflow.timetables import dag_zone, run_limit, schedule_spec, utc_text

RESULT_FD = 3
PROBLEMS_MAX = 200


def _ms(delta: dt.timedelta | None) -> int | None:
    return None if delta is None else round(delta.total_seconds() * 1000)


def _time(value: dt.datetime | None) -> str | None:
    return None if value is None else utc_text(value)


def _task(operator) -> dict:
    operator.place.check_for(operator.aiflow_operator, f"task '{operator.task_id}'")
    payload = json.loads(json.dumps(operator.payload()))
    return {
        "task_id": operator.task_id, "label": operator.label,
        "operator": operator.aiflow_operator, "operator_name": operator.operator_name,
        "group": operator.group_id, "upstream": sorted(operator.upstream_task_ids),
        "upstream_labels": dict(sorted(operator.upstream_labels.items())) or None,
        "trigger_rule": operator.trigger_rule, "payload": payload, "retries": operator.retries,
        "retry_delay_ms": _ms(operator.retry_delay),
        "retry_exponential_backoff": operator.retry_exponential_backoff,
        "max_retry_delay_ms": _ms(operator.max_retry_delay),
        "execution_timeout_ms": _ms(operator.execution_timeout), "pool": operator.pool,
        "pool_slots": operator.pool_slots, "priority_weight": operator.priority_weight,
        "weight_rule": operator.weight_rule,
        "max_active_tis_per_dag": operator.max_active_tis_per_dag,
        "max_active_tis_per_dagrun": operator.max_active_tis_per_dagrun,
        "depends_on_past": operator.depends_on_past,
        "wait_for_downstream": operator.wait_for_downstream,
        "ignore_first_depends_on_past": None if operator.ignore_first_depends_on_past else False,
        "is_setup": operator.is_setup, "is_teardown": operator.is_teardown,
        "on_failure_fail_dagrun": operator.on_failure_fail_dagrun,
        "start_date": _time(operator.start_date), "end_date": _time(operator.end_date),
        "doc_md": operator.documentation(), "owner": operator.owner, "is_branch": operator.is_branch,
        "is_short_circuit": operator.is_short_circuit,
        "ignore_downstream_trigger_rules":
            getattr(operator, "ignore_downstream_trigger_rules", True),
        "is_service": operator.is_service or None, "stop_grace_ms": _ms(operator.stop_grace),
        "expand": operator.map_nodes(),
        "outlets": [one.name for one in operator.outlets if isinstance(one, Asset)] or None,
        "inlets": [one.name for one in operator.inlets if hasattr(one, "name")] or None,
        "params": operator.own_params.specs() or None, **operator.place.spec(),
    }


def _check_cycle(dag: DAG) -> None:
    """Kahn's algorithm; what is left over holds a cycle, and one walk along it names the path."""
    waiting = {t: len(op.upstream_task_ids) for t, op in dag.tasks.items()}
    ready = [t for t, count in waiting.items() if count == 0]
    while ready:
        done = ready.pop()
        del waiting[done]
        for below in dag.tasks[done].downstream_task_ids:
            waiting[below] -= 1
            if waiting[below] == 0:
                ready.append(below)
    if not waiting:
        return
    path = [next(iter(waiting))]
    while path.count(path[-1]) == 1:
        path.append(next(t for t in sorted(dag.tasks[path[-1]].upstream_task_ids) if t in waiting))
    circle = path[path.index(path[-1]):][::-1]
    raise AirflowDagCycleException(f"dag '{dag.dag_id}': tasks wait for each other in a circle: "
                                   + " -> ".join(circle))


def _check_mapping(dag: DAG) -> None:
    for partial in dag.partials:
        partial.check_used()
    for task in dag.tasks.values():
        over = task.expand_input or (task.mapped_group and task.mapped_group.expand_input)
        if over and task.trigger_rule == "always" and over.task_made():
            raise AirflowException(f"task '{task.task_id}' has trigger_rule 'always', so it can't "
                                   f"wait for what {over.whose} is mapped over")


def _assets(dag: DAG) -> list[Asset]:
    """All that it names; one name has one uri. Raises AirflowException."""
    found = schedule_assets(dag.schedule)
    for operator in dag.tasks.values():
        found += [one for one in [*operator.outlets, *operator.inlets] if isinstance(one, Asset)]
    uris: dict[str, str] = {}
    for one in found:
        if uris.setdefault(one.name, one.uri) != one.uri:
            raise AirflowException(f"dag '{dag.dag_id}': asset '{one.name}' has two uris: "
                                   f"'{uris[one.name]}' and '{one.uri}'")
    return found


def dag_spec(dag: DAG, source_hash: str) -> dict:
    """One DAG as DagSpec. Raises AirflowException when it can't run."""
    _check_cycle(dag)
    _check_mapping(dag)
    owners = sorted({t.owner for t in dag.tasks.values()})
    schedule = schedule_spec(dag)
    assets = {one.name: one.spec() for one in _assets(dag)}
    if dag.watchers:
        names = ", ".join(f"'{watcher.name}'" for watcher in dag.watchers)
        schedule = {**schedule, "text": f"on messages of {names}"}
    return {
        "dag_id": dag.dag_id, "description": dag.description or "", "doc_md": dag.doc_md or "",
        "tags": dag.tags, "owner": ", ".join(owners), "schedule": schedule,
        "start_date": _time(dag.start_date), "end_date": _time(dag.end_date),
        "timezone": dag_zone(dag), "catchup": dag.catchup,
        "max_active_tasks": dag.max_active_tasks, "max_active_runs": run_limit(dag, schedule),
        "max_consecutive_failed_dag_runs": dag.max_consecutive_failed_dag_runs,
        "dagrun_timeout_ms": _ms(dag.dagrun_timeout),
        "is_paused_upon_creation": dag.is_paused_upon_creation, "fail_fast": dag.fail_fast,
        "compat": dag.compat, "params": dag.params.specs(),
        "has_success_callback": bool(dag.callbacks["success"]) or None,
        "has_failure_callback": bool(dag.callbacks["failure"]) or None,
        "deadlines": [alert.spec() for alert in dag.deadlines] or None,
        "tasks": [_task(op) for op in dag.tasks.values()],
        "task_groups": [{"group_id": g.group_id, "label": g.label, "tooltip": g.tooltip,
                         "parent": g.parent.group_id if g.parent else None, "expand": g.map_nodes()}
                        for g in dag.groups.values()],
        "watchers": [watcher.spec() for watcher in dag.watchers] or None,
        "source_hash": source_hash,
        "assets": list(assets.values()) or None,
    }


def _parse_error(path: str, error: BaseException) -> dict:
    if isinstance(error, YamlDagError):
        return {"file": path, "line": error.lineno, "kind": "YamlDagError",
                "message": str(error)[:2000], "traceback": error.listing()[-20000:],
                "problems": [one.spec() for one in error.problems[:PROBLEMS_MAX]]}
    line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
    if line is None:
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if os.path.abspath(frame.filename).startswith(os.path.abspath(path)):
                line = frame.lineno
                break
    text = "".join(traceback.format_exception(error))
    own = os.path.dirname(os.path.abspath(__file__))
    message = (error.msg if isinstance(error, SyntaxError) else str(error)) or "no message"
    return {"file": path, "line": line, "kind": type(error).__name__,
            "message": message[:2000], "traceback": text.replace(own, "aiflow")[-20000:]}


def parse_file(path: str) -> dict:
    """-> DagFile. Whatever the file does wrong becomes its `error`, and then it has no DAGs."""
    found: dict[str, Any] = {"file": path, "dags": [], "error": None, "reads": None,
                             "source": None}
    with files_read() as reads:
        try:
            found["dags"] = _specs(path)
            found["source"] = archive_text(path) if is_archive(path) else None
        except BaseException as error:  # SystemExit of a DAG file counts as its error too
            found["error"] = _parse_error(path, error)
    found["reads"] = sorted(reads - {path}) or None
    return found


def _specs(path: str) -> list[dict]:
    source_hash = _hash_of(path)
    with collect_dags() as found:
        import_dags(path)
    specs = [dag_spec(dag, source_hash) for dag in found]
    ids = [spec["dag_id"] for spec in specs]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise AirflowException(f"{path} defines dag '{twice[0]}' twice")
    return specs


def _hash_of(path: str) -> str:
    if is_archive(path):
        return archive_hash(path)
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def _print_result(path: str, fd: int) -> int:
    """Writes the file's DagFile; -> exit code."""
    result = parse_file(path)
    with os.fdopen(os.dup(fd), "w", encoding="utf-8") as out:
        json.dump(result, out, ensure_ascii=False)
    return 0 if result["error"] is None else 1


def _parse_apart(path: str, memory: int) -> int:
    """Has a forked process write the file's DagFile into `memory`; -> its wait status."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            hide(False)
            os.dup2(memory, RESULT_FD)
            if memory != RESULT_FD:
                os.close(memory)
            code = _print_result(path, RESULT_FD)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)  # threads that it has started do not hold it up
    return os.waitpid(pid, 0)[1]


def _left_processes() -> bool:
    """Whether one of the file's processes outlives it; those that have ended are reaped."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        return False
    return True


def _end_like(status: int) -> int:
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1


def _parse_all(paths: list[str], out: int) -> int:
    keep_orphans()
    hide(True)  # a file must not answer for another one
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, shared pages
    for path in paths:
        with os.fdopen(os.memfd_create("dag-file"), "rb") as memory:
            status = _parse_apart(path, memory.fileno())
            memory.seek(0)
            result = memory.read()
        if not result:
            return _end_like(status)
        with os.fdopen(os.dup(out), "wb") as stream:
            stream.write(result.replace(b"\n", b" ") + b"\n")
        if _left_processes():
            return 0
    return 0


def _result_fd() -> int:
    try:
        os.fstat(RESULT_FD)
        return RESULT_FD
    except OSError:
        return 1


def main(argv: list[str]) -> int:
    """Entry point of `python3 -m aiflow.parse`."""
    if len(argv) < 2:
        print("usage: python3 -m aiflow.parse FILE...", file=sys.stderr)
        return 2
    return _parse_all([os.path.abspath(path) for path in argv[1:]], _result_fd())


if __name__ == "__main__":
    sys.exit(main(sys.argv))

# SPDX-License-Identifier: Apache-2.0
"""One run of a DAG in this process: task after task, each when all before it have ended.

Rules, branches, mapping, retries, sensors and callbacks are as on a server; what only a server has
is not there (other runs, artifacts, the result cache, assets that start DAGs). Retries come at once.
"""

from __future__ import annotations

import copy
import datetime as dt
import heapq
import logging
import re
import sys
import time
from typing import Any, Iterator, NamedTuple

from aiflow import run_task
from aiflow.context import set_current_context
from aiflow.dag import DAG
from aiflow.exceptions import AirflowException, TaskDeferralTimeout
from aiflow.local.exchange import Exchange, TaskSocket
from aiflow.local.rules import FAILED, verdict
from aiflow.local.waits import wait_for
from aiflow.running.structure import layers_after
from aiflow.timetables import utc_text


class LocalTask(NamedTuple):
    """How an instance has ended."""

    task_id: str
    map_index: int
    state: str
    cause: str


class LocalRun:
    """What dag.test() returns. `state`: success, or failed."""

    def __init__(self, dag: DAG, logical_date: dt.datetime, conf: dict):
        self.dag, self.dag_id = dag, dag.dag_id
        self.logical_date = self.execution_date = logical_date
        self.run_id = "manual__" + logical_date.astimezone(dt.timezone.utc).isoformat()
        self.conf = conf
        self.state = "running"
        #: (task id, map index) -> how it has ended
        self.ended: dict[tuple[str, int], LocalTask] = {}
        self.exchange = Exchange(dag.dag_id, self.run_id)

    def get_task_instances(self) -> list[LocalTask]:
        """All that have ended, in this order."""
        return list(self.ended.values())

    def get_task_instance(self, task_id: str, map_index: int = -1) -> LocalTask | None:
        return self.ended.get((task_id, map_index))

    def job(self, operator: Any, map_index: int) -> dict:
        """The Job of api/worker.yaml for one attempt, as far as task processes read it."""
        start, end = _data_interval(self.dag, self.logical_date)
        return {"key": {"dag_id": self.dag_id, "run_id": self.run_id, "task_id": operator.task_id,
                        "map_index": map_index},
                "try_number": 1, "max_tries": operator.retries, "epoch": 1,
                "dag_file": self.dag.fileloc, "operator": "python", "run_type": "manual",
                "params": {**operator.params.given(), **self.conf}, "conf": self.conf,
                "logical_date": utc_text(self.logical_date),
                "data_interval_start": utc_text(start), "data_interval_end": utc_text(end),
                "use_cache": False, "test_mode": True, "execution_timeout_ms": _ms(operator.execution_timeout)}


def _ms(delta: dt.timedelta | None) -> int | None:
    return None if delta is None else round(delta.total_seconds() * 1000)


def _data_interval(dag: DAG, date: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    return (date - dag.schedule if isinstance(dag.schedule, dt.timedelta) else date), date


def say(text: str) -> None:
    """The runner's own lines, between what the tasks print."""
    print(f"[aiflow] {text}", flush=True)


def name_of(task_id: str, map_index: int) -> str:
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


class Attempts:
    """Runs attempts of one run's tasks in this process."""

    def __init__(self, run: LocalRun):
        self._run = run

    def carry_out(self, operator: Any, map_index: int = -1) -> dict:
        """All tries of one instance, with the waits between them; the last one's TaskDone."""
        job = self._run.job(operator, map_index)
        while True:
            say(f"{name_of(operator.task_id, map_index)}: try {job['try_number']}")
            begun = time.monotonic()
            done = self._once(job, map_index)
            outcome, cause = done["outcome"], done["cause"]
            say(f"{name_of(operator.task_id, map_index)}: {outcome} after "
                f"{time.monotonic() - begun:.2f} s" + (f": {cause}" if cause else ""))
            if outcome in ("up_for_reschedule", "deferred"):
                job.setdefault("first_started_at", utc_text(_now()))
                job.pop("resume", None)
                self._wait(job, done)
            elif outcome == "failed" and job["try_number"] <= job["max_tries"]:
                job = {**self._run.job(operator, map_index), "try_number": job["try_number"] + 1}
            else:
                return done

    def _once(self, job: dict, map_index: int) -> dict:
        # Rendering changes an operator: each attempt has its own, as in a process of its own.
        dag = copy.copy(self._run.dag)
        dag.tasks = {task_id: copy.copy(task) for task_id, task in dag.tasks.items()}
        socket = TaskSocket(self._run.exchange)
        try:
            done = run_task.run_here(job, dag, socket)
        finally:
            set_current_context(None)
        if done["cause"].startswith("KeyboardInterrupt"):
            raise KeyboardInterrupt
        if done["outcome"] == "success":
            self._run.exchange.commit(job["key"]["task_id"], map_index, socket.pushed)
        return done

    def _wait(self, job: dict, done: dict) -> None:
        if done["outcome"] == "up_for_reschedule":
            again = dt.datetime.fromisoformat(done["reschedule_at"])
            time.sleep(max(0.0, (again - _now()).total_seconds()))
            return
        deferral = done["deferral"]
        job["resume"] = resume = {"next_method": deferral["next_method"], "timed_out": False,
                                  "next_kwargs": deferral["next_kwargs"]}
        try:
            resume["event"] = wait_for(deferral["trigger"], deferral["timeout_ms"])
        except (AirflowException, OSError) as error:
            resume["error"] = str(error)
            resume["timed_out"] = isinstance(error, TaskDeferralTimeout)


class Runner:
    """Takes the tasks of a run in an order in which all before a task come before it."""

    def __init__(self, run: LocalRun, mark_success: re.Pattern | None):
        self._run, self._dag, self._mark_success = run, run.dag, mark_success
        self._attempts = Attempts(run)
        #: chosen by a branch or a short circuit; with map index None: all instances
        self._skips: set[tuple[str, int | None]] = set()
        self._groups: dict[str, int | str] = {}

    def run_all(self) -> None:
        try:
            for operator in _in_order(self._dag):
                for index in self._instances(operator):
                    self._step(operator, index)
        finally:
            if any(operator.is_service for operator in self._dag.tasks.values()):
                from aiflow.operators.service import stop_left_running

                stop_left_running()
        self._run.state = self._state()
        self._call_back()

    # -- one instance -----------------------------------------------------------------------------

    def _step(self, operator: Any, index: int) -> None:
        said = self._verdict(operator, index)
        if said != "run":
            why = "a branch or short circuit" if self._is_skipped(operator, index) else "its rule"
            self._end(operator, index, said, f"{why} says so")
        elif self._mark_success and self._mark_success.match(operator.task_id):
            self._end(operator, index, "success", "marked by mark_success_pattern")
        else:
            done = self._attempts.carry_out(operator, index)
            outcome = done["outcome"]
            state = outcome if outcome in ("success", "skipped") else "failed"
            self._run.ended[operator.task_id, index] = LocalTask(operator.task_id, index, state,
                                                                 done["cause"])
            self._follow(operator, index, done)

    def _end(self, operator: Any, index: int, state: str, cause: str) -> None:
        say(f"{name_of(operator.task_id, index)}: {state}: {cause}")
        self._run.ended[operator.task_id, index] = LocalTask(operator.task_id, index, state, cause)

    def _is_skipped(self, operator: Any, index: int) -> bool:
        return bool({(operator.task_id, index), (operator.task_id, None)} & self._skips)

    def _verdict(self, operator: Any, index: int) -> str:
        if self._is_skipped(operator, index):
            return "skipped"
        states, setups = self._upstream_states(operator, index)
        return verdict(operator.trigger_rule, states, setups, self._dag.compat)

    def _upstream_states(self, operator: Any, index: int) -> tuple[list[str], list[str]]:
        states: list[str] = []
        setups: list[str] = []
        for task_id in sorted(operator.upstream_task_ids):
            above = self._dag.tasks[task_id]
            together = index >= 0 and _mapped_with(above, operator)
            found = [ended.state for (other, i), ended in self._run.ended.items()
                     if other == task_id and (not together or i in (index, -1))]
            states += found
            setups += found if above.is_setup else []
        return states, setups

    def _follow(self, operator: Any, index: int, done: dict) -> None:
        """What a branch did not choose, and what comes after a short circuit, is skipped."""
        below = sorted(operator.downstream_task_ids)
        if operator.is_branch and done["outcome"] == "success":
            chosen = set(done.get("branch") or [])
            kept = chosen.union(*(_all_after(self._dag.tasks[i]) for i in chosen))
            unwanted = [i for i in below if i not in kept]
        elif done.get("skip_all_downstream"):
            everything = getattr(operator, "ignore_downstream_trigger_rules", True)
            unwanted = sorted(_all_after(operator)) if everything else below
            unwanted = [i for i in unwanted if not self._dag.tasks[i].is_teardown]
        else:
            return
        for task_id in unwanted:
            together = index >= 0 and _mapped_with(self._dag.tasks[task_id], operator)
            if together or index < 0:
                self._skips.add((task_id, index if together else None))

    # -- mapping ----------------------------------------------------------------------------------

    def _instances(self, operator: Any) -> Iterator[int]:
        """Map indexes; -1 for a task that is not mapped, or is not expanded since it will not run."""
        group = operator.mapped_group
        if group is not None:
            if group.group_id not in self._groups:
                self._groups[group.group_id] = self._count(operator, group)
            count = self._groups[group.group_id]
        else:
            count = self._count(operator, operator) if operator.is_mapped else 1
        if isinstance(count, str):
            self._end(operator, -1, count, "what it is mapped over was not published")
        elif not operator.is_mapped and group is None:
            yield -1
        elif count == 0:
            self._end(operator, -1, "skipped", "there is nothing to map over")
        else:
            yield from range(count)

    def _count(self, operator: Any, mapped: Any) -> int | str:
        """How many instances, or the state of the whole when that can't be known."""
        lengths: list[int] = []
        for node in mapped.map_nodes():
            parts = [lengths[i] for i in node["parts"]]
            if node["kind"] == "literal":
                lengths.append(node["length"])
            elif node["kind"] == "xcom":
                length = self._length_of(node["task_id"])
                if length is None:
                    said = self._verdict(operator, -1)
                    return "upstream_failed" if said == "run" else said
                lengths.append(length)
            else:
                lengths.append(_COMBINED[node["kind"]](parts))
        return lengths[-1]

    def _length_of(self, task_id: str) -> int | None:
        source = self._dag.tasks[task_id]
        if source.is_mapped or source.mapped_group:
            return self._run.exchange.count(task_id)
        ended = self._run.get_task_instance(task_id)
        value = self._run.exchange.returned(task_id)
        if ended is None or ended.state != "success" or not isinstance(value, (list, dict)):
            return None
        return len(value)

    # -- the end ----------------------------------------------------------------------------------

    def _state(self) -> str:
        """By the leaves; what comes only before teardowns is one."""
        counts = {t.task_id: not t.is_teardown or t.on_failure_fail_dagrun
                  for t in self._dag.tasks.values()}
        leaves = {i for i, task in self._dag.tasks.items()
                  if counts[i] and not any(counts[below] for below in task.downstream_task_ids)}
        ends = [ended.state for ended in self._run.ended.values()
                if ended.task_id in (leaves or counts)]
        return "failed" if any(state in FAILED for state in ends) else "success"

    def _call_back(self) -> None:
        kind = "success" if self._run.state == "success" else "failure"
        if not self._dag.callbacks[kind]:
            return
        first = next(iter(self._dag.tasks.values()))
        job = self._run.job(first, -1)
        job["key"]["task_id"] = f"@{kind}.0"
        job["payload"] = {"kind": kind, "reason": f"the run has ended: {self._run.state}"}
        from aiflow.policies.run_callback import run_callback

        try:
            run_callback(job, self._dag)
        except AirflowException as error:
            say(f"on_{kind}_callback: {error}")
        finally:
            set_current_context(None)


_COMBINED = {
    "product": lambda parts: _product(parts), "concat": sum,
    "zip": lambda parts: min(parts, default=0), "zip_longest": lambda parts: max(parts, default=0)}


def _product(numbers: list[int]) -> int:
    result = 1
    for number in numbers:
        result *= number
    return result


def _mapped_with(above: Any, below: Any) -> bool:
    return above.mapped_group is not None and above.mapped_group is below.mapped_group


def _all_after(operator: Any) -> set[str]:
    return {task_id for layer in layers_after(operator) for task_id in layer}


def _in_order(dag: DAG) -> list[Any]:
    """As in the file, but nothing before what it waits for. Raises AirflowException on a circle."""
    places = {task_id: place for place, task_id in enumerate(dag.tasks)}
    tasks = list(dag.tasks.values())
    waits_for = [len(task.upstream_task_ids) for task in tasks]
    ready = [place for place, count in enumerate(waits_for) if count == 0]
    ordered = []
    while ready:
        ordered.append(tasks[heapq.heappop(ready)])
        for below in ordered[-1].downstream_task_ids:
            waits_for[places[below]] -= 1
            if waits_for[places[below]] == 0:
                heapq.heappush(ready, places[below])
    if len(ordered) < len(tasks):
        raise AirflowException(f"dag '{dag.dag_id}': some tasks wait for each other in a circle")
    return ordered


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def run_dag(dag: DAG, date: dt.datetime | None = None, conf: dict | None = None,
            mark_success_pattern: Any = None) -> LocalRun:
    """Runs the DAG for a date (now). Raises AirflowException when it can't run at all."""
    for partial in dag.partials:
        partial.check_used()
    missing = [name for name in dag.params if name not in {**dag.params.given(), **(conf or {})}]
    if missing:
        raise AirflowException(f"dag '{dag.dag_id}' needs a value for param " + ", ".join(missing))
    _log_to_screen()
    run = LocalRun(dag, _aware(date, dag), dict(conf or {}))
    pattern = None if mark_success_pattern is None else re.compile(mark_success_pattern)
    say(f"{dag.dag_id}: run {run.run_id}")
    Runner(run, pattern).run_all()
    say(f"{dag.dag_id}: {run.state}")
    return run


def run_one_task(dag: DAG, task_id: str, date: dt.datetime | None = None,
                 conf: dict | None = None, map_index: int = -1) -> dict:
    """Runs one task, whatever comes before it; its TaskDone. Raises AirflowException."""
    _log_to_screen()
    run = LocalRun(dag, _aware(date, dag), dict(conf or {}))
    operator = dag.get_task(task_id)
    if map_index < 0 and (operator.is_mapped or operator.mapped_group):
        raise AirflowException(f"task '{task_id}' is mapped: name an instance by --map-index")
    return Attempts(run).carry_out(operator, map_index)


def _aware(date: dt.datetime | None, dag: DAG) -> dt.datetime:
    if date is None:
        return _now()
    return date if date.tzinfo else date.replace(tzinfo=dag.timezone)


def _log_to_screen() -> None:
    if not logging.getLogger().handlers:
        logging.basicConfig(stream=sys.stdout, level=logging.INFO,
                            format="%(levelname)s %(name)s: %(message)s")

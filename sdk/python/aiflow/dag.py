# SPDX-License-Identifier: Apache-2.0
"""DAG, TaskGroup: how a workflow is written down. Names and arguments are Airflow's."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import unicodedata
from typing import Any, Iterator

from aiflow.durations import optional_duration, optional_moment
from aiflow.edges import Edges
from aiflow.exceptions import AirflowException, DuplicateTaskIdFound
from aiflow.param import NOTSET, DagParam, ParamsDict
from aiflow.policies.deadline import check_deadlines, warn_of_sla
from aiflow.running.structure import DagStructure, calling_file, paths_of, text_or_file
from aiflow.watcher import watchers_of

ID_PATTERN = re.compile(r"[\w.\-]+")
ID_BYTES_MAX = 250

_dag_stack: list[DAG] = []
_group_stack: list[TaskGroup] = []
_collector: list[DAG] | None = None


@contextlib.contextmanager
def collect_dags() -> Iterator[list[DAG]]:
    """Every DAG made inside the block, in order."""
    global _collector
    _collector, before = [], _collector
    try:
        yield _collector
    finally:
        _collector = before


def current_dag() -> DAG | None:
    """The innermost `with DAG(...)`, or None."""
    return _dag_stack[-1] if _dag_stack else None


def current_group() -> TaskGroup | None:
    """The innermost `with TaskGroup(...)`, or None."""
    return _group_stack[-1] if _group_stack else None


def check_id(kind: str, value: str) -> str:
    """Ids are letters of any script, digits, `_`, `-`, `.`, at most 250 bytes in UTF-8: they become
    paths and addresses. Raises AirflowException."""
    if not isinstance(value, str) or not ID_PATTERN.fullmatch(value) or value in (".", ".."):
        raise AirflowException(f"{kind} {value!r} may have letters, digits, '_', '-' and '.' only")
    if len(value.encode()) > ID_BYTES_MAX:
        raise AirflowException(f"{kind} {value[:40]!r}... has {len(value.encode())} bytes in UTF-8, "
                               f"{ID_BYTES_MAX} are allowed")
    if not value.isascii() and not unicodedata.is_normalized("NFC", value):
        raise AirflowException(f"{kind} {value!r} has letters that are written as several "
                               "characters (NFD); write it in NFC, as keyboards do")
    return value


def callback_list(value: Any) -> list:
    """None, a function, or a list of them. Raises AirflowException."""
    given = [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
    for callback in given:
        if not callable(callback):
            raise AirflowException(f"a callback is a function, not a {type(callback).__name__}")
    return given


#: Arguments of Airflow's that change nothing here.
_WITHOUT_EFFECT = {"access_control", "auto_register", "default_view", "orientation",
                   "sla_miss_callback"}


class DAG(DagStructure):
    """A workflow: tasks, their order, and when it runs."""

    def __init__(self, dag_id: str, description: str | None = None, schedule: Any = None,
                 start_date: dt.datetime | None = None, end_date: dt.datetime | None = None, *,
                 schedule_interval: Any = None, timetable: Any = None,
                 default_args: dict | None = None,
                 params: dict | None = None, catchup: bool | None = None,
                 max_active_tasks: int = 16, concurrency: int | None = None,
                 max_active_runs: int = 16, max_consecutive_failed_dag_runs: int = 0,
                 dagrun_timeout: dt.timedelta | float | None = None, doc_md: str | None = None,
                 tags: list[str] | None = None, is_paused_upon_creation: bool | None = None,
                 fail_fast: bool = False, fail_stop: bool = False, compat: int = 3,
                 on_success_callback: Any = None, on_failure_callback: Any = None,
                 deadline: Any = None,
                 template_searchpath: Any = None, user_defined_filters: dict | None = None,
                 jinja_environment_kwargs: dict | None = None,
                 owner_links: dict | None = None, dag_display_name: str | None = None,
                 render_template_as_native_obj: bool = False,
                 user_defined_macros: dict | None = None, **unknown: Any):
        if wrong := unknown.keys() - _WITHOUT_EFFECT:
            raise AirflowException(f"DAG '{dag_id}': unknown arguments: {', '.join(sorted(wrong))}")
        if unknown.get("sla_miss_callback") or (default_args or {}).get("sla"):
            warn_of_sla(f"DAG '{dag_id}': sla")
        if compat not in (2, 3):
            raise AirflowException(f"DAG '{dag_id}': compat is 2 or 3, not {compat!r}")
        self.dag_id = check_id("dag_id", dag_id)
        self.description = description or ""
        self.schedule = next((s for s in (schedule, timetable) if s is not None), schedule_interval)
        #: messages that start runs
        self.watchers = watchers_of(self.schedule, f"DAG '{dag_id}'")
        if self.watchers:
            self.schedule = None
        self.default_args = dict(default_args or {})
        self.start_date = optional_moment(start_date or self.default_args.get("start_date"),
                                          f"DAG '{dag_id}'", "start_date")
        self.end_date = optional_moment(end_date or self.default_args.get("end_date"),
                                        f"DAG '{dag_id}'", "end_date")
        self.params = ParamsDict(params)
        self.params.update(self.default_args.pop("params", None) or {})
        self.catchup = (compat == 2) if catchup is None else catchup
        self.max_active_tasks = concurrency or max_active_tasks
        self.max_active_runs = max_active_runs
        self.max_consecutive_failed_dag_runs = max_consecutive_failed_dag_runs
        self.dagrun_timeout = optional_duration(dagrun_timeout, f"DAG '{dag_id}'",
                                                "dagrun_timeout")
        self.fileloc = calling_file()
        self.doc_md = text_or_file(doc_md, self.folder)
        self.tags = sorted(tags or [])
        self.is_paused_upon_creation = bool(is_paused_upon_creation)
        self.fail_fast = fail_fast or fail_stop
        #: called on a worker when a run has ended
        self.callbacks = {"success": callback_list(on_success_callback),
                          "failure": callback_list(on_failure_callback)}
        self.deadlines = check_deadlines(deadline, f"DAG '{dag_id}'")
        self.compat = compat
        self.template_searchpath = paths_of(template_searchpath, f"DAG '{dag_id}'")
        self.user_defined_filters = dict(user_defined_filters or {})
        self.jinja_environment_kwargs = dict(jinja_environment_kwargs or {})
        self.render_template_as_native_obj = render_template_as_native_obj
        self.user_defined_macros = dict(user_defined_macros or {})
        self.tasks: dict[str, Any] = {}
        self.groups: dict[str, TaskGroup] = {}
        #: what partial() gave: to be expanded before the file ends
        self.partials: list[Any] = []
        if _collector is not None:
            _collector.append(self)

    def __enter__(self) -> DAG:
        _dag_stack.append(self)
        return self

    def __exit__(self, *_exc) -> None:
        _dag_stack.pop()

    @property
    def timezone(self) -> dt.tzinfo:
        """The zone of the start date; UTC without one."""
        zone = self.start_date.tzinfo if self.start_date else None
        return zone or dt.timezone.utc

    @property
    def task_ids(self) -> list[str]:
        return list(self.tasks)

    def add_task(self, operator) -> None:
        """Called by BaseOperator. Raises DuplicateTaskIdFound."""
        if operator.task_id in self.tasks:
            raise DuplicateTaskIdFound(f"dag '{self.dag_id}' has two tasks '{operator.task_id}'")
        self.tasks[operator.task_id] = operator

    def get_task(self, task_id: str):
        """Raises AirflowException when there is none."""
        if task_id not in self.tasks:
            raise AirflowException(f"dag '{self.dag_id}' has no task '{task_id}'")
        return self.tasks[task_id]

    def test(self, logical_date: dt.datetime | None = None, run_conf: dict | None = None,
             conn_file_path: str | None = None, variable_file_path: str | None = None,
             use_executor: bool = False, mark_success_pattern: Any = None, *,
             execution_date: dt.datetime | None = None, run_after: dt.datetime | None = None):
        """Runs the DAG once in this process, without a server, for a date (now); what its tasks
        print is on the screen. Returns the run: its `state` is success or failed.

        conn_file_path, variable_file_path: JSON or NAME=VALUE files with connections and variables.
        mark_success_pattern: tasks whose ids match are not run. Raises AirflowException.
        """
        from aiflow.local.run import run_dag
        from aiflow.local.secrets_files import given_in_environment

        del use_executor  # this process is all there is
        with given_in_environment(conn_file_path, variable_file_path):
            return run_dag(self, logical_date or execution_date or run_after, run_conf,
                           mark_success_pattern)

    def param(self, name: str, default: Any = NOTSET) -> DagParam:
        """The run's value of a param as a task's argument; a default makes the param."""
        return DagParam(self, name, default)


class TaskGroup(Edges):
    """Tasks drawn and ordered together; their ids get the group's as prefix."""

    #: what it is mapped over (aiflow.mapping.ExpandInput)
    expand_input: Any = None

    def __init__(self, group_id: str, prefix_group_id: bool = True, parent_group=None, dag=None,
                 default_args: dict | None = None, tooltip: str = "", **_looks: Any):
        self.dag = dag or current_dag()
        if self.dag is None:
            raise AirflowException(f"task group '{group_id}' is outside of a DAG")
        self.parent = parent_group or current_group()
        check_id("group_id", group_id)
        prefix = self.parent.prefix if self.parent else ""
        self.label = group_id
        self.group_id = prefix + group_id
        self.prefix = self.group_id + "." if prefix_group_id else prefix
        self.default_args = dict(default_args or {})
        self.tooltip = tooltip
        self.members: list[Any] = []
        if self.group_id in self.dag.groups:
            raise DuplicateTaskIdFound(f"dag '{self.dag.dag_id}' has two groups '{self.group_id}'")
        self.dag.groups[self.group_id] = self
        if self.parent:
            self.parent.members.append(self)

    def __enter__(self) -> TaskGroup:
        _group_stack.append(self)
        return self

    def __exit__(self, *_exc) -> None:
        _group_stack.pop()

    @property
    def mapped_group(self) -> TaskGroup | None:
        """The innermost group with expand() around, this one counted too."""
        return self.parent.mapped_group if self.parent else None

    def map_nodes(self) -> list[dict] | None:
        """The MapNodes of api/dag.yaml, for the scheduler; None when it is not mapped."""
        return None if self.expand_input is None else self.expand_input.nodes()

    def iter_tasks(self) -> Iterator[Any]:
        """All tasks inside, nested groups too."""
        for member in self.members:
            if isinstance(member, TaskGroup):
                yield from member.iter_tasks()
            else:
                yield member

    @property
    def roots(self) -> list[Any]:
        """Tasks without an upstream inside the group."""
        inside = {t.task_id for t in self.iter_tasks()}
        return [t for t in self.iter_tasks() if not t.upstream_task_ids & inside]

    @property
    def leaves(self) -> list[Any]:
        """What has to end before the group has: tasks without a downstream inside, and instead of
        a teardown the tasks before it, since nothing is to wait for it that does not say so."""
        inside = {t.task_id: t for t in self.iter_tasks()}

        def ends(task: Any) -> Iterator[Any]:
            if not task.is_teardown:
                yield task
                return
            for above in (inside[i] for i in sorted(task.upstream_task_ids) if i in inside):
                others = [inside[i] for i in above.downstream_task_ids - {task.task_id}
                          if i in inside]
                if not above.is_setup and all(below.is_teardown for below in others):
                    yield from ends(above)

        last = [t for t in inside.values() if not t.downstream_task_ids & inside.keys()]
        return list(dict.fromkeys(end for task in last for end in ends(task)))

    def set_downstream(self, other) -> None:
        for leaf in self.leaves:
            leaf.set_downstream(other)

    def set_upstream(self, other) -> None:
        for root in self.roots:
            root.set_upstream(other)

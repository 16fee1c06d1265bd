# SPDX-License-Identifier: Apache-2.0
"""What a running task sees: the context dictionary, its task instance, XComs, templates."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from typing import Any, Iterable

from aiflow import artifacts, protocol
from aiflow.environment.variable import CONNECTIONS, VariableValues
from aiflow.exceptions import AirflowException
from aiflow.param import DagParam

XCOM_RETURN_KEY = "return_value"
XCOM_BYTES_MAX = 48 * 1024
XCOM_DEPTH_MAX = 46  # the worker reads no deeper JSON
#: As a map index in a request: a list of what all mapped instances published (api/worker.yaml).
ALL_INDEXES = -2
#: Names that a task's function gets from the context: none of them can be mapped over.
CONTEXT_NAMES = frozenset((
    "conf", "conn", "dag", "dag_run", "data_interval_end", "data_interval_start", "ds", "ds_nodash",
    "execution_date", "first_started_at", "inlet_events", "inlets", "logical_date", "macros", "map_index_template", "outlet_events", "outlets", "params",
    "run_id", "task", "task_instance", "task_instance_key_str", "templates_dict", "ti",
    "triggering_asset_events", "triggering_dataset_events",
    "try_number", "ts", "ts_nodash", "ts_nodash_with_tz", "var"))

_current: dict | None = None


def set_current_context(context: dict) -> None:
    """Set once per task process, before user code runs."""
    global _current
    _current = context


def get_current_context() -> dict:
    """The context of the running task. Raises AirflowException outside of one."""
    if _current is None:
        raise AirflowException("get_current_context() works only while a task runs")
    return _current


def parse_time(text: str | None) -> dt.datetime | None:
    """RFC 3339 -> aware datetime in UTC."""
    if text is None:
        return None
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def to_json_value(value: Any, where: str) -> Any:
    """Checks that a value can be an XCom and returns it as JSON would give it back.

    Tuples and sets become lists, dates text, paths text, artifacts their references. Raises AirflowException that names `where`.
    """

    def convert(item: Any) -> Any:
        if isinstance(item, (set, frozenset)):
            return sorted(item, key=str)
        if isinstance(item, (dt.datetime, dt.date)):
            return item.isoformat()
        if isinstance(item, os.PathLike):
            return os.fspath(item)
        if isinstance(item, artifacts.Artifact):
            return item.to_json()
        raise AirflowException(f"{where}: a {type(item).__name__} is not JSON; return text, numbers, "
                               "lists or dicts, or return artifacts.save() of a file with it")

    _check_measure(value, where)
    try:
        text = json.dumps(value, default=convert, allow_nan=False)
    except RecursionError:
        raise AirflowException(f"{where}: it contains itself, or is nested too deep") from None
    except (ValueError, TypeError) as error:
        raise AirflowException(f"{where}: {error}") from None
    if len(text) > XCOM_BYTES_MAX:
        raise _too_large(where, f"{len(text)} bytes are")
    return json.loads(text)


def _too_large(where: str, amount: str) -> AirflowException:
    return AirflowException(f"{where}: {amount} over the XCom limit of {XCOM_BYTES_MAX} bytes; "
                            "return artifacts.save() of a file with the data")


def _check_measure(value: Any, where: str) -> None:
    """Refuses what is too large or too deep before a text is made of it, which may be gigabytes.

    Every member costs two bytes at least, so that a value which contains itself ends here too.
    """
    bytes_left = XCOM_BYTES_MAX
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        bytes_left -= len(item) if isinstance(item, (str, bytes)) else 1
        if depth > XCOM_DEPTH_MAX:
            raise AirflowException(f"{where}: it is nested deeper than {XCOM_DEPTH_MAX} levels")
        if bytes_left < 0:
            raise _too_large(where, f"it has more than {XCOM_BYTES_MAX} bytes, so it is")
        if isinstance(item, dict):
            waiting.extend((member, depth + 1) for pair in item.items() for member in pair)
        elif isinstance(item, (list, tuple, set, frozenset)):
            waiting.extend((member, depth + 1) for member in item)


class TaskInstance:
    """`ti` in the context: who runs, and the way to XComs."""

    def __init__(self, job: dict, sock, operator):
        key = job["key"]
        self.dag_id: str = key["dag_id"]
        self.run_id: str = key["run_id"]
        self.task_id: str = key["task_id"]
        self.map_index: int = key["map_index"]
        self.try_number: int = job["try_number"]
        self.max_tries: int = job["max_tries"]
        self.rendered_map_index: str | None = None
        self.task = operator
        self._sock = sock
        self._requests = itertools.count(1)

    @property
    def key_str(self) -> str:
        """dag__task__run, for file names."""
        return f"{self.dag_id}__{self.task_id}__{self.run_id}"

    def xcom_push(self, key: str, value: Any) -> None:
        """Publishes a value; others see it when this attempt has ended with success."""
        where = f"XCom '{key}' of task '{self.task_id}'"
        protocol.send(self._sock, "TaskXComPush", key=key,
                      **{"value": to_json_value(value, where)})

    def push_return_value(self, value: Any) -> None:
        """The value a task returned, and each member of it when multiple_outputs is set."""
        self.xcom_push(XCOM_RETURN_KEY, value)
        if getattr(self.task, "multiple_outputs", False):
            if not isinstance(value, dict):
                raise AirflowException(f"task '{self.task_id}' has multiple_outputs and must return "
                                       f"a dict, not a {type(value).__name__}")
            for key, item in value.items():
                self.xcom_push(str(key), item)

    def xcom_pull(self, task_ids: str | Iterable[str] | None = None, dag_id: str | None = None,
                  key: str = XCOM_RETURN_KEY, include_prior_dates: bool = False, *,
                  map_indexes: int | Iterable[int] | None = None, default: Any = None,
                  run_id: str | None = None) -> Any:
        """The value of one task, or a list of values for a list of task ids or of map indexes.

        include_prior_dates: without a value in this run, that of the latest run before it.
        Of a mapped task without map_indexes: the list of all its values; inside a mapped group, of
        a task of the same group, the value at this task's own index.
        Without task_ids: of this task's only direct upstream, as far as there is just one.
        """
        if task_ids is None:
            upstream = sorted(self.task.upstream_task_ids)
            task_ids = upstream[0] if len(upstream) == 1 else upstream
        where = {"dag_id": dag_id or self.dag_id, "run_id": run_id or self.run_id, "key": key,
                 "include_prior_dates": True if include_prior_dates else None}
        if isinstance(task_ids, str) and (map_indexes is None or isinstance(map_indexes, int)):
            return self._pull(task_ids, where, map_indexes, [default])[0]
        ids = [task_ids] if isinstance(task_ids, str) else list(task_ids)
        if map_indexes is None or isinstance(map_indexes, int):
            return [value for task_id in ids
                    for value in self._pull_flat(task_id, where, map_indexes, default)]
        indexes = list(map_indexes)
        return [self._pull(task_id, where, index, [default])[0]
                for task_id in ids for index in indexes]

    def pulls_all_of(self, task_id: str) -> bool:
        """Whether a pull from this task, without map_indexes, gives a list of all its values."""
        return self._index_of(task_id) == ALL_INDEXES

    def _index_of(self, task_id: str) -> int:
        """The map index that a pull without one means. Raises nothing: an unknown task has -1."""
        other = self.task.dag.tasks.get(task_id)
        if other is None:
            return -1
        group = other.mapped_group
        if other.is_mapped or (group is not None and group is not self.task.mapped_group):
            return ALL_INDEXES
        return -1 if group is None else self.map_index

    def _pull_flat(self, task_id: str, where: dict, map_index: int | None, default: Any) -> list:
        """As Airflow does for several tasks: the values of a mapped one stand in the same list."""
        whole = map_index is None and where["dag_id"] == self.dag_id and self.pulls_all_of(task_id)
        found = self._pull(task_id, where, map_index, [default])
        return found[0] if whole and found[0] is not default else found

    def _pull(self, task_id: str, where: dict, map_index: int | None, otherwise: list) -> list:
        """The value as the one member of a list, or `otherwise`."""
        if map_index is not None:
            return self._ask(task_id, where, map_index) or otherwise
        if where["dag_id"] == self.dag_id:
            return self._ask(task_id, where, self._index_of(task_id)) or otherwise
        # What another DAG maps is not known here.
        return (self._ask(task_id, where, -1) or self._ask(task_id, where, ALL_INDEXES)
                or otherwise)

    def xcom_item(self, task_id: str, key: str, position: int) -> tuple[Any, int | None]:
        """One item of the list that xcom_pull(task_id, key=key) gives, and how long that is; what it
        gives and None when it has no such item or is no list."""
        where = {"dag_id": self.dag_id, "run_id": self.run_id, "key": key, "item": position}
        index = self._index_of(task_id)
        answer = self._answer(task_id, where, index)
        if not answer["found"]:
            return [] if index == ALL_INDEXES else None, None
        return artifacts.revive(answer.get("value")), answer.get("length")

    def _ask(self, task_id: str, where: dict, map_index: int) -> list:
        answer = self._answer(task_id, where, map_index)
        return [artifacts.revive(answer.get("value"))] if answer["found"] else []

    def _answer(self, task_id: str, where: dict, map_index: int) -> dict:
        request_id = next(self._requests)
        protocol.send(self._sock, "TaskXComGet", request_id=request_id, task_id=task_id,
                      map_index=map_index, **where)
        answer = protocol.recv(self._sock)
        if answer["type"] != "TaskXComValue" or answer["request_id"] != request_id:
            raise AirflowException(f"unexpected answer {answer['type']} to an XCom request")
        return answer


class DagRunView:
    """`dag_run` in the context."""

    def __init__(self, job: dict):
        self.dag_id = job["key"]["dag_id"]
        self.run_id = job["key"]["run_id"]
        self.run_type = job["run_type"]
        self.conf = (job.get("params") if job.get("conf") is None else job["conf"]) or {}
        self.logical_date = parse_time(job.get("logical_date"))
        self.data_interval_start = parse_time(job.get("data_interval_start"))
        self.data_interval_end = parse_time(job.get("data_interval_end"))


class Macros:
    """`macros` in templates: the few date helpers that Airflow documents."""

    datetime = dt.datetime
    timedelta = dt.timedelta

    @staticmethod
    def ds_add(ds: str, days: int) -> str:
        return (dt.date.fromisoformat(ds) + dt.timedelta(days=days)).isoformat()

    @staticmethod
    def ds_format(ds: str, input_format: str, output_format: str) -> str:
        return dt.datetime.strptime(str(ds), input_format).strftime(output_format)


def build_run_context(job: dict, dag) -> dict:
    """What the context has of the run. Dates are left out when the run has none."""
    run = DagRunView(job)
    context = {"dag": dag, "run_id": run.run_id, "dag_run": run, "macros": Macros,
               "var": VariableValues, "conn": CONNECTIONS,
               "params": {**dag.params.given(), **(job.get("params") or {})}, "conf": run.conf,
               "data_interval_start": run.data_interval_start,
               "data_interval_end": run.data_interval_end}
    date = run.logical_date
    if date is not None:
        context.update(logical_date=date, execution_date=date, ds=date.strftime("%Y-%m-%d"),
                       ds_nodash=date.strftime("%Y%m%d"), ts=date.isoformat(),
                       ts_nodash=date.strftime("%Y%m%dT%H%M%S"),
                       ts_nodash_with_tz=date.strftime("%Y%m%dT%H%M%S%z"))
    return context


def build_context(job: dict, dag, operator, ti: TaskInstance) -> dict:
    """The context dictionary of a task, with Airflow's names."""
    from aiflow.assets import InletEvents, OutletEvents, triggering_events

    events = triggering_events(job)
    return {**build_run_context(job, dag), "task": operator, "ti": ti, "task_instance": ti,
            "params": {**operator.params.given(), **(job.get("params") or {})},
            "task_instance_key_str": ti.key_str, "try_number": ti.try_number,
            "map_index_template": operator.map_index_template,
            "first_started_at": parse_time(job.get("first_started_at")),
            "inlets": operator.inlets, "outlets": operator.outlets,
            "inlet_events": InletEvents(operator.inlets),
            "outlet_events": OutletEvents(operator.outlets),
            "triggering_asset_events": events, "triggering_dataset_events": events}


def is_template(text: str) -> bool:
    """Whether Jinja would change anything in the text."""
    return "{{" in text or "{%" in text or "{#" in text


def render(value: Any, context: dict, env=None, final: frozenset[int] = frozenset()) -> Any:
    """Renders templates in text, and in the members of lists, tuples, dicts; resolves XComArgs.

    final: ids of objects that stay as they are: what a task published is data, not a template.
    """
    from aiflow.xcom_arg import XComArg

    if id(value) in final:
        return value
    if isinstance(value, (XComArg, DagParam)):
        return value.resolve(context)
    if isinstance(value, str):
        return _render_text(value, context, env) if is_template(value) else value
    if isinstance(value, (list, tuple)):
        items = [render(item, context, env, final) for item in value]
        return type(value)(items) if type(value) in (list, tuple) else items
    if isinstance(value, dict):
        return {k: render(v, context, env, final) for k, v in value.items()}
    return value


def ids_within(values: Iterable[Any]) -> frozenset[int]:
    """The ids of these objects and of all their members, for render()."""
    found: set[int] = set()

    def visit(value: Any) -> None:
        found.add(id(value))
        if isinstance(value, (list, tuple, dict)):
            for item in value.values() if isinstance(value, dict) else value:
                visit(item)

    for value in values:
        visit(value)
    return frozenset(found)


def _render_text(text: str, context: dict, env) -> str:
    if env is None:
        env = jinja_environment()
    return env.from_string(text).render(context)


def jinja_environment():
    """Jinja with Airflow's settings: an unknown name is an error, not an empty text."""
    try:
        import jinja2
    except ImportError:
        raise AirflowException("templates need Jinja2: install it (apt install python3-jinja2, or "
                               "pip install jinja2) for the interpreter that runs tasks") from None
    env = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    env.filters["ds"] = lambda date: date.strftime("%Y-%m-%d")
    env.filters["ts"] = lambda date: date.isoformat()
    env.filters["ds_nodash"] = lambda date: date.strftime("%Y%m%d")
    env.filters["ts_nodash"] = lambda date: date.strftime("%Y%m%dT%H%M%S")
    return env

# SPDX-License-Identifier: Apache-2.0
"""What a running task sees: the context dictionary, its task instance, XComs, templates."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from typing import Any

from aiflow import protocol
from aiflow.exceptions import AirflowException

XCOM_RETURN_KEY = "return_value"
XCOM_BYTES_MAX = 48 * 1024

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

    Tuples and sets become lists, dates text, paths text. Raises AirflowException that names `where`.
    """

    def convert(item: Any) -> Any:
        if isinstance(item, (set, frozenset)):
            return sorted(item, key=str)
        if isinstance(item, (dt.datetime, dt.date)):
            return item.isoformat()
        if isinstance(item, os.PathLike):
            return os.fspath(item)
        raise AirflowException(f"{where}: a {type(item).__name__} is not JSON; return text, numbers, "
                               "lists or dicts, or keep it in a file and return its path")

    try:
        text = json.dumps(value, default=convert, allow_nan=False)
    except (ValueError, TypeError) as error:
        raise AirflowException(f"{where}: {error}") from None
    if len(text) > XCOM_BYTES_MAX:
        raise AirflowException(f"{where}: {len(text)} bytes are over the XCom limit of "
                               f"{XCOM_BYTES_MAX}; keep the data in a file and return its path")
    return json.loads(text)


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

    def xcom_pull(self, task_ids: str | list[str] | None = None, dag_id: str | None = None,
                  key: str = XCOM_RETURN_KEY, include_prior_dates: bool = False, *,
                  map_indexes: int | None = None, default: Any = None,
                  run_id: str | None = None) -> Any:
        """The value of one upstream task, or a list of values for a list of task ids.

        Without task_ids: of this task's only direct upstream, as far as there is just one.
        """
        if include_prior_dates:
            raise AirflowException("xcom_pull(include_prior_dates=True) is not available: "
                                   "name the run with run_id=")
        if task_ids is None:
            upstream = sorted(self.task.upstream_task_ids)
            task_ids = upstream[0] if len(upstream) == 1 else upstream
        if isinstance(task_ids, str):
            return self._pull_one(task_ids, dag_id, run_id, key, map_indexes, default)
        return [self._pull_one(t, dag_id, run_id, key, map_indexes, default) for t in task_ids]

    def _pull_one(self, task_id, dag_id, run_id, key, map_index, default):
        request_id = next(self._requests)
        protocol.send(self._sock, "TaskXComGet", request_id=request_id,
                      dag_id=dag_id or self.dag_id, run_id=run_id or self.run_id, task_id=task_id,
                      map_index=-1 if map_index is None else map_index, key=key)
        answer = protocol.recv(self._sock)
        if answer["type"] != "TaskXComValue" or answer["request_id"] != request_id:
            raise AirflowException(f"unexpected answer {answer['type']} to an XCom request")
        return answer.get("value") if answer["found"] else default


class DagRunView:
    """`dag_run` in the context."""

    def __init__(self, job: dict):
        self.dag_id = job["key"]["dag_id"]
        self.run_id = job["key"]["run_id"]
        self.run_type = job["run_type"]
        self.conf = job.get("params") or {}
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


def build_context(job: dict, dag, operator, ti: TaskInstance) -> dict:
    """The context dictionary with Airflow's names. Dates are left out when the run has none."""
    run = DagRunView(job)
    context = {"dag": dag, "task": operator, "ti": ti, "task_instance": ti, "run_id": run.run_id,
               "dag_run": run, "params": {**dag.param_values(), **run.conf}, "macros": Macros,
               "task_instance_key_str": ti.key_str, "try_number": ti.try_number,
               "first_started_at": parse_time(job.get("first_started_at")),
               "conf": run.conf, "data_interval_start": run.data_interval_start,
               "data_interval_end": run.data_interval_end}
    date = run.logical_date
    if date is not None:
        context.update(logical_date=date, execution_date=date, ds=date.strftime("%Y-%m-%d"),
                       ds_nodash=date.strftime("%Y%m%d"), ts=date.isoformat(),
                       ts_nodash=date.strftime("%Y%m%dT%H%M%S"),
                       ts_nodash_with_tz=date.strftime("%Y%m%dT%H%M%S%z"))
    return context


def is_template(text: str) -> bool:
    """Whether Jinja would change anything in the text."""
    return "{{" in text or "{%" in text or "{#" in text


def render(value: Any, context: dict, env=None) -> Any:
    """Renders templates in text, and in the members of lists, tuples, dicts; resolves XComArgs."""
    from aiflow.xcom_arg import XComArg

    if isinstance(value, XComArg):
        return value.resolve(context)
    if isinstance(value, str):
        return _render_text(value, context, env) if is_template(value) else value
    if isinstance(value, (list, tuple)):
        items = [render(item, context, env) for item in value]
        return type(value)(items) if type(value) in (list, tuple) else items
    if isinstance(value, dict):
        return {k: render(v, context, env) for k, v in value.items()}
    return value


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

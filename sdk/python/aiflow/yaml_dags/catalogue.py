# SPDX-License-Identifier: Apache-2.0
"""The operators that a YAML DAG may name, described from their signatures and docstrings: what the
editor's forms are made of, and what arguments are checked against. One description, no second list.

    python3 -m aiflow.yaml_dags.catalogue     prints it as JSON (OperatorCatalogue of api/editor.yaml)
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import inspect
import json
import re
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiflow.baseoperator import BaseOperator
from aiflow.dag import DAG, TaskGroup
from aiflow.param import ParamsDict
from aiflow.wire_gen import TriggerRule
from aiflow.yaml_dags.common_docs import COMMON_DOCS

#: group -> module -> classes
_OPERATORS = {
    "basic": {"operators.bash": ["BashOperator"], "operators.empty": ["EmptyOperator"],
              "operators.trigger_dagrun": ["TriggerDagRunOperator"],
              "operators.latest_only": ["LatestOnlyOperator"],
              "operators.branch": ["BranchDateTimeOperator", "BranchDayOfWeekOperator"],
              "operators.email": ["EmailOperator"]},
    "ai": {"operators.models": ["AddModelOperator", "OptimizeModelOperator",
                                "CompareModelOperator", "DeployServiceOperator",
                                "WatchCameraOperator"],
           "operators.service": ["ServiceOperator"]},
    "data": {"operators.sql": ["SQLExecuteQueryOperator"], "operators.http": ["HttpOperator"]},
    "containers": {"operators.docker": ["DockerOperator"],
                   "operators.pod": ["KubernetesPodOperator"]},
    "sensors": {"sensors.filesystem": ["FileSensor"], "sensors.http": ["HttpSensor"],
                "sensors.bash": ["BashSensor"], "sensors.external_task": ["ExternalTaskSensor"],
                "sensors.time": ["DateTimeSensor", "TimeSensor", "TimeDeltaSensor",
                                 "DayOfWeekSensor"],
                "sensors.message": ["RedisPubSubSensor", "MqttSensor"]},
}

#: arguments that hold code or objects of Python, or that the document says in its own way
_NOT_IN_YAML = {"self", "dag", "task_group", "task_id", "retry_policy", "pre_execute",
                "post_execute", "inlets", "outlets", "trigger", "secrets", "provide_context",
                "use_task_execution_date", "execution_date", "start_from_trigger",
                "end_from_trigger", "trigger_kwargs", "full_pod_spec", "auth_type",
                "wait_for_past_depends_before_skipping", "map_index_template"}
_CHOICES = {"trigger_rule": list(TriggerRule.__members__), "mode": ["poke", "reschedule"],
            "weight_rule": ["downstream", "upstream", "absolute"],
            "method": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"],
            "executor": ["local", "kubernetes"], "pull": ["missing", "always", "never"],
            "on_finish_action": ["delete_pod", "keep_pod", "delete_succeeded_pod"],
            "scheme": ["http", "https"]}
#: those that may have other values than the listed ones
_OPEN_CHOICES = {"method", "executor", "trigger_rule", "on_finish_action"}
#: what a number may not be below
_MINIMUM = {"retries": 0, "pool_slots": 1, "max_active_tis_per_dag": 1,
            "max_active_tis_per_dagrun": 1, "max_active_runs": 1, "max_active_tasks": 1,
            "max_consecutive_failed_dag_runs": 0, "poke_interval": 0, "timeout": 0,
            "retry_delay": 0, "max_retry_delay": 0, "execution_timeout": 0, "dagrun_timeout": 0}
#: texts of several lines
_LONG = {"bash_command", "sql", "doc_md", "html_content", "description"}
_ENTRY = re.compile(r"(?:^|(?<=[.;)]\s))(\w+(?:, \w+)*):\s", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """An argument. kind: text, long_text, integer, number, boolean, duration (seconds), moment
    (ISO 8601), time, list (of texts), map (text -> text) or any (JSON); several: the first is what a form
    offers, all are read."""

    name: str
    kinds: list[str]
    required: bool
    default: Any
    doc: str
    choices: list[str] | None
    templated: bool
    is_open: bool
    minimum: float | None = None


@dataclass(frozen=True)
class Operator:
    """An entry of the palette."""

    name: str
    group: str
    doc: str
    fields: list[Field]


def operator_names() -> list[str]:
    """All that a document may name, in the order of the palette."""
    return [name for modules in _OPERATORS.values() for names in modules.values() for name in names]


def operator_class(name: str) -> type[BaseOperator]:
    """Raises KeyError for what is not in the list."""
    for modules in _OPERATORS.values():
        for module, names in modules.items():
            if name in names:
                return getattr(importlib.import_module(f"aiflow.{module}"), name)
    raise KeyError(name)


@functools.cache
def operator_fields(name: str) -> dict[str, Field]:
    """An operator's own arguments, those that it needs first, then those of every task."""
    cls = operator_class(name)
    hidden = getattr(cls, "hidden_arguments", frozenset())
    found: dict[str, Field] = {}
    for base in cls.__mro__:
        if "__init__" in base.__dict__ and issubclass(base, BaseOperator):
            for one in fields_of(base, cls):
                if one.name not in hidden:
                    found.setdefault(one.name, one)
    own = [one for one in found.values() if one.name not in _common_names()]
    common = [one for one in found.values() if one.name in _common_names()]
    return {one.name: one for one in sorted(own, key=lambda one: not one.required) + common}


@functools.cache
def _common_names() -> frozenset[str]:
    return frozenset(inspect.signature(BaseOperator.__init__).parameters)


@functools.cache
def dag_fields() -> dict[str, Field]:
    """The DAG's own arguments."""
    left_out = {"dag_id", "default_args", "params", "schedule_interval", "timetable", "concurrency",
                "fail_stop", "sla_miss_callback", "deadline", "user_defined_filters",
                "jinja_environment_kwargs", "user_defined_macros", "unknown"}
    return {one.name: one for one in fields_of(DAG, DAG) if one.name not in left_out}


def fields_of(base: type, cls: type) -> list[Field]:
    """The arguments of base's constructor that YAML can say, as `cls` has them."""
    hints = _hints(base)
    docs = {**COMMON_DOCS, **_docs(base)}
    templated = set(getattr(cls, "template_fields", ()))
    found = []
    for name, parameter in inspect.signature(base.__init__).parameters.items():
        kinds = _kinds(name, hints.get(name, Any))
        if (name in _NOT_IN_YAML or name.endswith("_callback") or not kinds
                or parameter.kind is parameter.VAR_KEYWORD):
            continue
        required = parameter.default is parameter.empty
        default = None if required else parameter.default
        if isinstance(default, dt.timedelta):
            default = default.total_seconds()
        choices = _CHOICES.get(name)
        found.append(Field(name, kinds, required, default if _is_json(default) else None,
                           docs.get(name, ""), choices, name in templated,
                           choices is None or name in _OPEN_CHOICES, _MINIMUM.get(name)))
    return found


def _hints(base: type) -> dict[str, Any]:
    names = {**vars(importlib.import_module(base.__module__)), "Any": Any, "DAG": DAG,
             "TaskGroup": TaskGroup, "ParamsDict": ParamsDict}
    return typing.get_type_hints(base.__init__, names)


def _kinds(name: str, hint: Any) -> list[str]:
    """Empty: nothing that YAML can say."""
    if name in _LONG:
        return ["long_text", *(k for k in _kinds("", hint) if k not in ("text", "any"))]
    if name in ("params", "conf", "parameters"):
        return ["any"]
    if hint is Any:
        return ["text"] if name in _CHOICES else ["any"]
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        kinds = [k for one in typing.get_args(hint) for k in _kinds("", one)]
        if "duration" in kinds and "number" in kinds:
            kinds.remove("number")
        return list(dict.fromkeys(kinds))
    kind = origin or hint
    simple = {str: "text", bool: "boolean", int: "integer", float: "number",
              dt.timedelta: "duration", dt.datetime: "moment", dt.time: "time", list: "list",
              Sequence: "list", Iterable: "list", dict: "map"}
    return [simple[kind]] if kind in simple else []


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))


def _docs(base: type) -> dict[str, str]:
    """argument -> what the class's docstring says of it: "name: text" or "a, b: text"."""
    text = inspect.getdoc(base) or ""
    names = set(inspect.signature(base.__init__).parameters)
    entries = [m for m in _ENTRY.finditer(text) if set(m[1].split(", ")) <= names]
    docs: dict[str, str] = {}
    for at, entry in enumerate(entries):
        end = entries[at + 1].start() if at + 1 < len(entries) else len(text)
        for name in entry[1].split(", "):
            docs[name] = " ".join(text[entry.end():end].split("\n\n")[0].split()).strip(" ;.")
    return docs


def _summary(cls: type) -> str:
    return " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split("\n")).split(". ")[0]


def catalogue() -> dict:
    """OperatorCatalogue of api/editor.yaml. What every task has is said once, in `common`."""
    operators = []
    for group, modules in _OPERATORS.items():
        for name in (name for names in modules.values() for name in names):
            fields = [one for one in operator_fields(name).values()
                      if one.name not in _common_names()]
            operators.append(asdict(Operator(name, group, _summary(operator_class(name)), fields)))
    common = operator_fields("EmptyOperator").values()
    return {"operators": operators, "common": [asdict(one) for one in common],
            "dag": [asdict(one) for one in dag_fields().values()]}


if __name__ == "__main__":
    print(json.dumps(catalogue(), ensure_ascii=False))

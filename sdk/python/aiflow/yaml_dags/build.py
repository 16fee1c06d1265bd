# SPDX-License-Identifier: Apache-2.0
"""A YAML document as the same DAG objects that Python files make."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
from typing import Any, Callable

from aiflow.assets import Asset
from aiflow.baseoperator import BaseOperator
from aiflow.dag import DAG, TaskGroup
from aiflow.exceptions import AirflowException
from aiflow.param import Param
from aiflow.yaml_dags.catalogue import (Field, dag_fields, operator_class, operator_fields,
                                        operator_names)
from aiflow.yaml_dags import MARK
from aiflow.yaml_dags.document import BYTES_MAX, Node, Problem, YamlDagError, read_document

_TASK_KEYS = {"task_id", "operator", "dependencies", "task_group", "setup", "teardown_of", "inlets",
              "outlets"}
_GROUP_KEYS = {"group_id", "parent_group", "dependencies", "tooltip", "default_args",
               "prefix_group_id"}
_DAG_KEYS = {MARK, "dag_id", "default_args", "params", "tasks", "task_groups"}
VERSION = 1


def load_yaml(path: str) -> None:
    """Makes the file's DAG. Raises YamlDagError with all that is wrong."""
    with open(path, encoding="utf-8", errors="replace") as file:
        build(read_document(file.read(BYTES_MAX + 1), os.path.basename(path)), path)


def build(root: Node, path: str) -> DAG:
    """The document's DAG. Raises YamlDagError."""
    builder = _Builder(path)
    dag = builder.dag(root)
    if builder.problems or dag is None:
        raise YamlDagError(os.path.basename(path), builder.problems)
    return dag


def schedule_of(node: Node) -> Any:
    """A cron text or preset, seconds, or {assets: [name, ...]} (all of them new)."""
    value = node.plain()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dt.timedelta(seconds=value)
    if isinstance(value, dict) and set(value) == {"assets"} and isinstance(value["assets"], list):
        return [Asset(str(name)) for name in value["assets"]]
    if value is not None and not isinstance(value, str):
        raise AirflowException("schedule is a cron text such as '0 6 * * *', a preset such as "
                               "@daily, a number of seconds, or {assets: [name]}")
    return value


class _Builder:
    def __init__(self, path: str):
        self._path = path
        self.problems: list[Problem] = []
        self._groups: dict[str, TaskGroup] = {}
        self._tasks: dict[str, BaseOperator] = {}
        self._broken: set[str] = set()

    def dag(self, root: Node) -> DAG | None:
        if not root.is_map:
            self._add(root, f"a DAG is a map that begins with {MARK}: {VERSION}")
            return None
        fields = dag_fields()
        self._known_keys(root, _DAG_KEYS | set(fields), ())
        version = root.value.get(MARK, (root, root))[1]
        if version.value != VERSION:
            self._add(version, f"{MARK} is {VERSION}, the version of the format", MARK)
        dag_id = self._text(root, "dag_id", ())
        arguments = self._arguments(root, fields, (), apart={"schedule"})
        arguments["default_args"] = self._default_args(root, ())
        arguments["params"] = self._params(root, ())
        if "schedule" in root.value:
            node = root.value["schedule"][1]
            arguments["schedule"] = self._try(node, lambda: schedule_of(node), "schedule")
        if dag_id is None:
            return None
        dag = self._try(root, lambda: DAG(dag_id, **arguments), known=arguments)
        if dag is None:
            return None
        dag.fileloc = os.path.abspath(self._path)
        with dag:
            self._all_groups(root)
            self._all_tasks(root)
        self._all_edges(root)
        return dag

    # -- groups and tasks -------------------------------------------------------------------------

    def _all_groups(self, root: Node) -> None:
        for i, node in self._maps(root, "task_groups"):
            path = ("task_groups", i)
            self._known_keys(node, _GROUP_KEYS, path)
            group_id = self._text(node, "group_id", path)
            parent = self._reference(node, "parent_group", self._groups, path)
            if group_id is None:
                continue
            prefixed = node.value["prefix_group_id"][1].value if "prefix_group_id" in node.value else True
            group = self._try(node, lambda: TaskGroup(
                group_id, prefix_group_id=bool(prefixed), parent_group=parent,
                tooltip=str(self._plain(node, "tooltip") or ""),
                default_args=self._default_args(node, path)), *path, known={"group_id": 1})
            if group is not None:
                self._groups[group.group_id] = group

    def _all_tasks(self, root: Node) -> None:
        for i, node in self._maps(root, "tasks"):
            task = self._task(root, node, ("tasks", i))
            if task is None:
                self._broken.add(self._whole_id(node, "task_id"))
            else:
                self._tasks[task.task_id] = task

    def _task(self, root: Node, node: Node, path: tuple) -> BaseOperator | None:
        before = len(self.problems)
        task_id = self._text(node, "task_id", path)
        name = self._text(node, "operator", path)
        group = self._reference(node, "task_group", self._groups, path)
        if name is None:
            return None
        if name not in operator_names():
            self._add(node.value["operator"][1], f"unknown operator '{name}'"
                      + _meant(name, operator_names()), *path, "operator")
            return None
        fields = operator_fields(name)
        self._known_keys(node, _TASK_KEYS | set(fields), path)
        arguments = self._arguments(node, fields, path)
        if "params" in arguments:
            arguments["params"] = self._params(node, path)
        for key in ("inlets", "outlets"):
            arguments.update(self._assets(node, key, path))
        defaults = self._defaults(root, group)
        missing = [key for key, one in fields.items() if one.required and key not in node.value]
        for key in missing:
            if key not in defaults:
                self._add(node, f"{name} needs {key}", *path, key)
        if task_id is None or len(self.problems) > before:
            return None
        return self._try(node, lambda: operator_class(name)(task_id=task_id, task_group=group,
                                                            **arguments),
                         *path, known={**arguments, "task_id": task_id})

    @staticmethod
    def _defaults(root: Node, group: TaskGroup | None) -> set[str]:
        of_dag = root.value.get("default_args")
        names = set(of_dag[1].value) if of_dag and of_dag[1].is_map else set()
        return names | (set(group.default_args) if group else set())

    def _all_edges(self, root: Node) -> None:
        """Where a group begins and ends is known when the edges inside it are drawn: inner ones come
        first, wherever they stand."""
        edges: list[tuple[int, Node, Any, Any, tuple]] = []
        for key, mine, own in (("tasks", self._tasks, "task_id"),
                               ("task_groups", self._groups, "group_id")):
            for i, node in self._maps(root, key, quiet=True):
                below = mine.get(self._whole_id(node, own))
                if below is not None:
                    edges += [(_shared_depth(above, below), node, above, below, (key, i))
                              for above in self._references(node, "dependencies", (key, i))]
        for _depth, node, above, below, path in sorted(edges, key=lambda edge: -edge[0]):
            self._try(node, lambda: below.set_upstream(above), *path, "dependencies")
        for i, node in self._maps(root, "tasks", quiet=True):
            task = self._tasks.get(self._whole_id(node, "task_id"))
            if task is not None:
                self._setup(node, task, ("tasks", i))

    def _setup(self, node: Node, task: BaseOperator, path: tuple) -> None:
        if self._plain(node, "setup") is True:
            self._try(node, task.as_setup, *path, "setup")
        if "teardown_of" in node.value:
            setups = self._references(node, "teardown_of", path)
            self._try(node, lambda: task.as_teardown(setups=setups), *path, "teardown_of")

    def _whole_id(self, node: Node, own: str) -> str:
        group = self._groups.get(str(self._plain(node, "task_group" if own == "task_id" else "parent_group")))
        return (group.prefix if group else "") + str(self._plain(node, own))

    # -- values ---------------------------------------------------------------------------------

    def _arguments(self, node: Node, fields: dict[str, Field], path: tuple,
                   apart: set[str] = frozenset()) -> dict[str, Any]:
        found = {}
        for name, (_key, value) in node.value.items():
            if name not in fields or name in apart:
                continue
            if value.value is None and not fields[name].required:
                continue
            problem = value_problem(fields[name], value)
            if problem:
                self._add(value, problem, *path, name)
                continue
            made = self._try(value, lambda: _as_python(fields[name], value.plain()), *path, name)
            if made is not None:
                found[name] = made
        return found

    def _default_args(self, node: Node, path: tuple) -> dict[str, Any]:
        if "default_args" not in node.value:
            return {}
        given = node.value["default_args"][1]
        if not given.is_map:
            self._add(given, "default_args is a map of arguments of tasks", *path, "default_args")
            return {}
        fields: dict[str, Field] = {}
        for name in reversed(operator_names()):
            fields.update(operator_fields(name))
        self._known_keys(given, set(fields), (*path, "default_args"))
        return self._arguments(given, fields, (*path, "default_args"))

    def _params(self, node: Node, path: tuple) -> dict[str, Any]:
        """A map with a default, type, schema or description is a Param; all else its value."""
        if "params" not in node.value:
            return {}
        given = node.value["params"][1]
        if not given.is_map:
            self._add(given, "params is a map: name -> value, or {default, type, description, ...}",
                      *path, "params")
            return {}
        found = {}
        for name, (_key, value) in given.value.items():
            plain = value.plain()
            is_param = isinstance(plain, dict) and {"default", "type", "schema"} & plain.keys()
            found[name] = (self._try(value, lambda: Param(**plain), *path, "params", name)
                           if is_param else plain)
        return found

    def _assets(self, node: Node, name: str, path: tuple) -> dict[str, list[Asset]]:
        if name not in node.value:
            return {}
        given = node.value[name][1]
        names = given.plain() if given.is_list else [given.value]
        if not all(isinstance(one, str) for one in names):
            self._add(given, f"{name} is a list of names of assets", *path, name)
            return {}
        return {name: self._try(given, lambda: [Asset(one) for one in names], *path, name) or []}

    def _plain(self, node: Node, name: str) -> Any:
        return node.value[name][1].value if name in node.value else None

    def _text(self, node: Node, name: str, path: tuple) -> str | None:
        if name not in node.value:
            self._add(node, f"{name} is missing", *path, name)
            return None
        value = node.value[name][1]
        if not isinstance(value.value, str):
            self._add(value, f"{name} is a text", *path, name)
            return None
        return value.value

    def _maps(self, root: Node, name: str, quiet: bool = False) -> list[tuple[int, Node]]:
        if name not in root.value or root.value[name][1].value is None:
            return []
        node = root.value[name][1]
        if not node.is_list:
            if not quiet:
                self._add(node, f"{name} is a list", name)
            return []
        for i, one in enumerate(node.value):
            if not one.is_map and not quiet:
                self._add(one, "this is a map: name: value", name, i)
        return [(i, one) for i, one in enumerate(node.value) if one.is_map]

    def _reference(self, node: Node, name: str, known: dict[str, Any], path: tuple) -> Any:
        if name not in node.value or node.value[name][1].value is None:
            return None
        value = node.value[name][1]
        found = known.get(value.value) if isinstance(value.value, str) else None
        if found is None:
            self._add(value, f"no group '{value.value}' stands in task_groups above"
                      + _meant(str(value.value), list(known)), *path, name)
        return found

    def _references(self, node: Node, name: str, path: tuple) -> list[Any]:
        if name not in node.value or node.value[name][1].value is None:
            return []
        given = node.value[name][1]
        known = {**self._groups, **self._tasks}
        found = []
        for i, one in enumerate(given.value if given.is_list else [given]):
            at = (*path, name, i) if given.is_list else (*path, name)
            if isinstance(one.value, str) and one.value in known:
                found.append(known[one.value])
            elif one.value not in self._broken:  # that has its own problem
                self._add(one, f"no task or group '{one.value}'" + _meant(str(one.value), list(known)),
                          *at)
        return found

    # -- problems ---------------------------------------------------------------------------------

    def _add(self, node: Node, message: str, *path: str | int) -> None:
        self.problems.append(node.problem(message, *path))

    def _known_keys(self, node: Node, known: set[str], path: tuple) -> None:
        for name, (key, _value) in node.value.items():
            if name not in known and not name.startswith("x-"):
                self._add(key, f"unknown key '{name}'" + _meant(name, sorted(known)), *path, name)

    def _try(self, node: Node, make: Callable[[], Any], *path: str | int,
             known: dict[str, Any] | None = None) -> Any:
        """None, with a problem at the argument that the error names, or else at the node."""
        try:
            return make()
        except (AirflowException, ValueError, TypeError) as error:
            message = str(error)
            for name in known or ():
                if node.is_map and name in node.value and re.search(rf"\b{name}\b", message):
                    self._add(node.value[name][1], message, *path, name)
                    return None
            self._add(node, message, *path)
            return None


def _shared_depth(left: Any, right: Any) -> int:
    """In how many groups both are."""
    inside = set(_groups_around(left))
    return sum(group in inside for group in _groups_around(right))


def _groups_around(one: Any) -> list[str]:
    group = one.parent if isinstance(one, TaskGroup) else one._group
    found = []
    while group is not None:
        found.append(group.group_id)
        group = group.parent
    return found


def value_problem(field: Field, node: Node) -> str | None:
    """What is wrong with a value for an argument; None when all is well. A template is a text that
    may become anything."""
    value = node.plain()
    if isinstance(value, str) and "{{" in value and field.templated:
        return None
    if "any" not in field.kinds and not any(_FITS[kind](value) for kind in field.kinds):
        return f"{field.name} is {' or '.join(_WORDS[kind] for kind in field.kinds)}, not {_said(value)}"
    if not field.is_open and field.choices and value not in field.choices:
        return f"{field.name} is one of {', '.join(field.choices)}, not {_said(value)}"
    if field.minimum is not None and _is_number(value) and value < field.minimum:
        return f"{field.name} is at least {field.minimum:g}, not {_said(value)}"
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_FITS: dict[str, Callable[[Any], bool]] = {
    "text": _is_text, "long_text": _is_text, "moment": _is_text, "time": _is_text,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number, "duration": _is_number,
    "list": lambda value: isinstance(value, list), "map": lambda value: isinstance(value, dict)}
_WORDS = {"text": "a text", "long_text": "a text", "moment": "a date such as 2026-01-31T08:00+09:00",
          "time": "a time such as 08:30", "boolean": "true or false", "integer": "a whole number",
          "number": "a number", "duration": "a number of seconds", "list": "a list", "map": "a map"}


def _said(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _as_python(field: Field, value: Any) -> Any:
    """What the operator's argument is in Python."""
    if "duration" in field.kinds and _is_number(value):
        return dt.timedelta(seconds=value)
    if isinstance(value, str) and not ("{{" in value and field.templated):
        if "time" in field.kinds and re.fullmatch(r"\d\d:\d\d(:\d\d)?", value):
            return dt.time.fromisoformat(value)
        if "moment" in field.kinds and "text" not in field.kinds:
            return dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def _meant(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"; did you mean '{close[0]}'?" if close else ""

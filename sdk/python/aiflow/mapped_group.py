# SPDX-License-Identifier: Apache-2.0
"""@task_group functions, and mapped groups: one set of the group's tasks for each item."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable

from aiflow.dag import TaskGroup, current_dag, current_group
from aiflow.exceptions import AirflowException
from aiflow.mapped import Unexpanded, check_function_names, check_no_duplicates
from aiflow.mapping import ExpandInput, ExpandLists, ExpandRows
from aiflow.xcom_arg import XComArg
from aiflow.xcom_items import NOT_SET


class MappedArgument(XComArg):
    """An argument of a mapped group's function: the item of the running task's map index."""

    def __init__(self, group: MappedTaskGroup, name: str, default: Any):
        self._group, self._name, self._default = group, name, default

    def _named(self) -> str:
        return f"argument '{self._name}' of mapped group '{self._group.group_id}'"

    def _no(self, what: str) -> AirflowException:
        return AirflowException(f"{self._named()} is known only when a task runs: {what}")

    def __getitem__(self, key: str) -> XComArg:
        raise self._no("pass it whole, and take members out of it in the task")

    def __iter__(self):
        raise TypeError(str(self._no("it can't be iterated while the DAG is being built")))

    def __repr__(self) -> str:
        return f"<{self._named()}>"

    def __str__(self) -> str:
        return "{{ task.mapped_argument(%r) }}" % self._name

    def check_mappable(self) -> None:
        raise self._no("mapping over it, a mapped task or group in a mapped group, is not "
                       "supported")

    def map(self, f: Callable[[Any], Any]) -> XComArg:
        raise self._no("change it in the task, or map() what the group expands over")

    filter = map

    def resolve(self, context: dict) -> Any:
        if context["task"].mapped_group is not self._group:
            raise AirflowException(f"{self._named()} has no value outside of the group")
        given, _published = self._group.expand_input.at(context)
        value = given.get(self._name, self._default)
        if value is NOT_SET:
            raise AirflowException(f"{self._named()} is not in the dict of this map index")
        return _resolved(value, context)

    @property
    def operators(self) -> list:
        sources = self._group.expand_input.references()
        return [operator for source in sources for operator in source.operators]


def _resolved(value: Any, context: dict) -> Any:
    """With the outputs of tasks inside a literal; texts stay as they are."""
    if isinstance(value, XComArg):
        return value.resolve(context)
    if isinstance(value, dict):
        return {key: _resolved(item, context) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_resolved(item, context) for item in value)
    return value


class MappedTaskGroup(TaskGroup):
    """Its tasks run once for each item; a task sees its neighbours' values of its own index."""

    def __init__(self, group_id: str, *, over: ExpandInput, **settings: Any):
        super().__init__(group_id, **settings)
        if self.parent is not None and self.parent.mapped_group is not None:
            raise AirflowException(f"task group '{self.group_id}': a mapped group in a mapped "
                                   "group is not supported")
        self.expand_input = over
        over.whose = f"task group '{self.group_id}'"
        self.arguments: dict[str, MappedArgument] = {}

    @property
    def mapped_group(self) -> TaskGroup:
        return self

    def __exit__(self, *exc) -> None:
        super().__exit__(*exc)
        if exc[0] is None:
            for reference in self.expand_input.references():
                self.set_upstream(reference)


class TaskGroupFunction(Unexpanded):
    """A function that becomes a task group at each call inside a DAG."""

    def __init__(self, function: Callable, settings: dict, partial: dict | None = None):
        super().__init__(f"task group '{settings['group_id']}'",
                         None if partial is None else current_dag())
        self._function, self._settings = function, settings
        self._partial = partial or {}
        functools.update_wrapper(self, function)

    @property
    def function(self) -> Callable:
        """The plain function."""
        return self._function

    def override(self, **settings: Any) -> TaskGroupFunction:
        """The same function with other arguments of the group."""
        self.used = True
        return TaskGroupFunction(self._function, {**self._settings, **settings},
                                 self._partial or None)

    def partial(self, **kwargs: Any) -> TaskGroupFunction:
        """Arguments that are the same for every item; .expand() has to follow."""
        self.used = True
        check_no_duplicates(self.whose, self._partial, kwargs)
        check_function_names(self.whose, self._function, set(kwargs))
        return TaskGroupFunction(self._function, self._settings, {**self._partial, **kwargs})

    def __call__(self, *args: Any, **kwargs: Any):
        self.used = True
        with TaskGroup(**{**self._settings, "group_id": self._free_id()}) as group:
            result = self._function(*args, **{**self._partial, **kwargs})
        return group if result is None else result

    def expand(self, **mapped: Any):
        """One set of tasks for each item, or for each combination of several arguments' items."""
        return self._expand(ExpandLists(self.whose, mapped), list(mapped))

    def expand_kwargs(self, kwargs: Any):
        """One set of tasks for each dict."""
        rows = ExpandRows(self.whose, kwargs)
        parameters = inspect.signature(self._function).parameters.values()
        if any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
            raise AirflowException(f"{self.whose}: expand_kwargs() needs a function without * "
                                   "and **")
        check_no_duplicates(self.whose, self._partial, rows.literal_names())
        check_function_names(self.whose, self._function, rows.literal_names())
        return self._expand(rows, [p.name for p in parameters if p.name not in self._partial])

    def _expand(self, over: ExpandInput, mapped: list[str]):
        self.used = True
        check_no_duplicates(self.whose, self._partial, mapped)
        check_function_names(self.whose, self._function, set(mapped))
        settings = {**self._settings, "group_id": self._free_id()}
        parameters = inspect.signature(self._function).parameters
        with MappedTaskGroup(over=over, **settings) as group:
            for name in mapped:
                own = parameters[name].default if name in parameters else NOT_SET
                group.arguments[name] = MappedArgument(
                    group, name, NOT_SET if own is inspect.Parameter.empty else own)
            result = self._function(**self._partial, **group.arguments)
        return group if result is None else result

    def _free_id(self) -> str:
        """The group's id, or id__1, id__2 when the DAG has it already, as a group or task."""
        wanted = self._settings["group_id"]
        dag = self._settings.get("dag") or current_dag()
        parent = self._settings.get("parent_group") or current_group()
        prefix = parent.prefix if parent else ""
        taken = {*dag.groups, *dag.tasks} if dag is not None else set()
        number, free = 0, wanted
        while prefix + free in taken:
            number += 1
            free = f"{wanted}__{number}"
        return free

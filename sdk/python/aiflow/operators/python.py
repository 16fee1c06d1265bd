# SPDX-License-Identifier: Apache-2.0
"""Python operators: plain, branch, short circuit."""

from __future__ import annotations

import inspect
import reprlib
from typing import Any, Callable, Sequence

from aiflow import fingerprint
from aiflow.assets import collect_metadata
from aiflow.baseoperator import BaseOperator
from aiflow.context import get_current_context
from aiflow.exceptions import AirflowException
from aiflow.xcom_arg import XComArg

__all__ = ["BranchPythonOperator", "PythonOperator", "ShortCircuitOperator", "get_current_context"]


#: Members of the context through which a function may reach anything: no key can hold that.
UNBOUNDED = ("dag", "dag_run", "macros", "task", "task_instance", "ti")


def function_inputs(operator: Any, context: dict) -> list:
    """What the function of an operator is, and what it is given, for the result cache.
    Raises fingerprint.NotPlain."""
    arguments = PythonOperator.arguments(operator, context)
    return [fingerprint.of_function(operator.python_callable),
            [fingerprint.canonical(value) for value in operator.op_args],
            [[name, fingerprint.canonical(arguments[name])] for name in sorted(arguments)]]


def check_bounded(operator: Any) -> None:
    """Raises AirflowException when a function asks for what a key of its inputs can't hold."""
    if not operator.cache or operator.cache_key:
        return
    parameters = inspect.signature(operator.python_callable).parameters
    asked = [name for name, p in parameters.items()
             if name in UNBOUNDED or p.kind is p.VAR_KEYWORD]
    if asked:
        raise AirflowException(f"task '{operator.task_id}': with cache=True its function can't take "
                               f"'{asked[0]}', through which it may reach anything; take the values "
                               "themselves, or say with cache_key= what the result depends on")


class PythonOperator(BaseOperator):
    """Calls a function. Parameters named like context members (ti, ds, params, ...) get them."""

    caching = "inputs"
    template_fields: Sequence[str] = ("op_args", "op_kwargs", "templates_dict")

    def __init__(self, *, python_callable: Callable, op_args: Sequence[Any] | None = None,
                 op_kwargs: dict[str, Any] | None = None, templates_dict: dict | None = None,
                 show_return_value_in_logs: bool = True, provide_context: bool = True, **kwargs):
        super().__init__(**kwargs)
        del provide_context  # Airflow 1's: always so
        if not callable(python_callable):
            raise AirflowException(f"task '{self.task_id}': python_callable is not callable")
        self.python_callable = python_callable
        self.op_args = op_args if isinstance(op_args, XComArg) else list(op_args or [])
        self.op_kwargs = op_kwargs if isinstance(op_kwargs, XComArg) else dict(op_kwargs or {})
        self.templates_dict = templates_dict
        self.show_return_value_in_logs = show_return_value_in_logs
        check_bounded(self)

    def cache_inputs(self, context: dict) -> Any:
        return ["python", *function_inputs(self, context),
                fingerprint.canonical(self.templates_dict)]

    def payload(self) -> dict:
        return {"callable": getattr(self.python_callable, "__qualname__", "?")}

    def call(self, context: dict) -> Any:
        """The function's value; a coroutine is run to its end."""
        context["templates_dict"] = self.templates_dict
        value = self.python_callable(*self.op_args, **self.arguments(context))
        if inspect.iscoroutine(value):
            import asyncio

            value = asyncio.run(value)
        if inspect.isgenerator(value) and self.outlets:
            value = collect_metadata(value, context["outlet_events"])
        return value

    def execute(self, context: dict) -> Any:
        value = self.call(context)
        if self.show_return_value_in_logs and value is not None:
            print(f"Done. Returned value was: {_shown(value)}")
        return value

    def arguments(self, context: dict) -> dict[str, Any]:
        """op_kwargs, and those context members that the function's signature asks for."""
        parameters = inspect.signature(self.python_callable).parameters
        if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            return {**context, **self.op_kwargs}
        positional = list(parameters)[: len(self.op_args)]
        wanted = {name: context[name] for name in parameters
                  if name in context and name not in positional}
        return {**wanted, **self.op_kwargs}


class BranchPythonOperator(PythonOperator):
    """The function returns the task id(s), or group id(s), to follow; None follows nothing."""

    is_branch = True
    caching = "never"

    def outcome_fields(self, value: Any) -> dict:
        names = [] if value is None else [value] if isinstance(value, str) else list(value)
        followed: list[str] = []
        for name in names:
            followed += self._resolve(name)
        return {"branch": followed}

    def _resolve(self, name: Any) -> list[str]:
        """A task id, or the root tasks of a group; a name relative to this task's group counts."""
        for candidate in (name, f"{self.group_id}.{name}" if self.group_id else name):
            if candidate in self.dag.groups:
                return [task.task_id for task in self.dag.groups[candidate].roots]
            if candidate in self.dag.tasks:
                return [candidate]
        raise AirflowException(f"branch '{self.task_id}' chose {name!r}, which is neither a task nor "
                               "a group of the DAG")


class ShortCircuitOperator(PythonOperator):
    """A false return value skips what comes after."""

    is_short_circuit = True
    caching = "never"

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **kwargs):
        super().__init__(**kwargs)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules

    def outcome_fields(self, value: Any) -> dict:
        return {} if value else {"skip_all_downstream": True}


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 2000
_short.maxdict = _short.maxlist = _short.maxtuple = _short.maxset = 100


def _shown(value: Any) -> str:
    """For the log, at most 2000 characters: of a large value no whole text is made."""
    return (value if isinstance(value, str) else _short.repr(value))[:2000]

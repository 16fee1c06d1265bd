# SPDX-License-Identifier: Apache-2.0
"""@dag, @task (.branch, .short_circuit, .bash, .sensor), @task_group, @setup, @teardown."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable

from aiflow.baseoperator import BaseOperator
from aiflow.containers.decorated import in_container
from aiflow.context import CONTEXT_NAMES
from aiflow.dag import DAG, current_dag, current_group
from aiflow.exceptions import AirflowException
from aiflow.mapped import (Recipe, Unexpanded, check_function_names, check_no_duplicates,
                           mapped_operator)
from aiflow.mapped_group import TaskGroupFunction
from aiflow.mapping import ExpandInput, ExpandLists, ExpandRows, names
from aiflow.operators.bash import BashOperator
from aiflow.operators.python import (BranchPythonOperator, PythonOperator, ShortCircuitOperator,
                                     check_bounded, function_inputs)
from aiflow.operators.virtualenv import (BranchExternalPythonOperator,
                                         BranchPythonVirtualenvOperator, ExternalPythonOperator,
                                         PythonVirtualenvOperator)
from aiflow.sensors.python import PythonSensor
from aiflow.xcom_arg import XComArg


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _free_id(wanted: str) -> str:
    """wanted, or wanted__1, wanted__2 when the DAG has it already (a function used twice)."""
    dag, group = current_dag(), current_group()
    prefix = group.prefix if group else ""
    if dag is None:
        raise AirflowException(f"task '{wanted}' is outside of a DAG")
    if prefix + wanted not in dag.tasks:
        return wanted
    number = 1
    while f"{prefix}{wanted}__{number}" in dag.tasks:
        number += 1
    return f"{wanted}__{number}"


class _BashFunctionOperator(BashOperator):
    """@task.bash: the function returns the command."""

    template_fields = ("op_args", "op_kwargs", "env", "cwd", "inputs", "outputs")
    aiflow_operator = "python"

    def __init__(self, *, python_callable: Callable, op_args, op_kwargs, **kwargs):
        super().__init__(bash_command=None, **kwargs)
        self.python_callable = python_callable
        self.op_args, self.op_kwargs = op_args, op_kwargs
        check_bounded(self)

    def cache_inputs(self, context: dict) -> Any:
        return [super().cache_inputs(context), function_inputs(self, context)]

    def payload(self) -> dict:
        return {"callable": self.python_callable.__qualname__}

    def execute(self, context: dict) -> Any:
        arguments = PythonOperator.arguments(self, context)  # needs only the two attributes above
        self.bash_command = self.python_callable(*self.op_args, **arguments)
        return super().execute(context)


class TaskFunction(Unexpanded):
    """A function that becomes a task at each call inside a DAG, and a mapped one by expand()."""

    def __init__(self, function: Callable, operator: type[BaseOperator], arguments: dict,
                 partial: dict | None = None):
        super().__init__(f"task '{arguments.get('task_id', function.__name__)}'",
                         None if partial is None else current_dag())
        self._function = function
        self._operator = operator
        self._arguments = arguments
        self._partial = partial
        functools.update_wrapper(self, function)

    @property
    def function(self) -> Callable:
        """The plain function, for tests."""
        return self._function

    @property
    def skip_reasons(self) -> list:
        """Of @task.run_if and @task.skip_if."""
        return self._arguments.get("_skip_reasons", [])

    def override(self, **arguments: Any) -> TaskFunction:
        """The same function with other task arguments."""
        self.used = True
        return TaskFunction(self._function, self._operator, {**self._arguments, **arguments},
                            self._partial)

    def partial(self, **kwargs: Any) -> TaskFunction:
        """Arguments that all instances share; .expand() or .expand_kwargs() has to follow."""
        self.used = True
        check_no_duplicates(self.whose, self._partial or {}, kwargs)
        self._check_names("partial", kwargs)
        return TaskFunction(self._function, self._operator, self._arguments,
                            {**(self._partial or {}), **kwargs})

    def expand(self, **mapped: Any) -> XComArg:
        """One instance for each item, or for each combination of items of several arguments."""
        self._check_names("expand", mapped)
        return self._expand(ExpandLists(self.whose, mapped), set(mapped))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> XComArg:
        """One instance for each dict; without strict its members win over partial()'s."""
        rows = ExpandRows(self.whose, kwargs)
        self._check_names("expand_kwargs", rows.literal_names())
        return self._expand(rows, rows.literal_names(), strict)

    def _check_names(self, call: str, given: Any) -> None:
        shadowed = CONTEXT_NAMES & set(given)
        if shadowed:
            raise AirflowException(f"{self.whose}: {call}() can't give what every task gets from "
                                   f"its context: {names(shadowed)}")
        check_function_names(self.whose, self._function, set(given))

    def _expand(self, over: ExpandInput, given: set[str], strict: bool = True) -> XComArg:
        self.used = True

        def make(settings: dict) -> BaseOperator:
            shared = {**settings, "op_args": [], "op_kwargs": dict(self._partial or {})}
            recipe = Recipe(self._operator, shared, over, into_op_kwargs=True, strict=strict)
            recipe.check_names(given)
            return mapped_operator(recipe)

        return self._add(make)

    def __call__(self, *args: Any, **kwargs: Any) -> XComArg:
        if self._partial is not None:
            raise AirflowException(f"{self.whose}: what partial() gives is not called; use "
                                   "expand() or expand_kwargs()")
        inspect.signature(self._function).bind_partial(*args, **kwargs)
        return self._add(lambda settings: self._operator(
            op_args=list(args), op_kwargs=dict(kwargs), **settings))

    def _add(self, make: Callable[[dict], BaseOperator]) -> XComArg:
        """The task that `make` makes, in the DAG that is being built."""
        settings = dict(self._arguments)
        wanted = settings.pop("task_id", self._function.__name__)
        roles = {name: settings.pop(name, None) for name in ("_setup", "_teardown")}
        skip_reasons = settings.pop("_skip_reasons", [])
        operator = make({"task_id": _free_id(wanted), "python_callable": self._function,
                         **settings})
        if not operator.doc_md and self._function.__doc__:
            operator.doc_md = inspect.cleandoc(self._function.__doc__)
        operator.skip_reasons = skip_reasons
        if roles["_setup"]:
            operator.as_setup()
        if roles["_teardown"] is not None:
            operator.as_teardown(on_failure_fail_dagrun=roles["_teardown"])
        return XComArg(operator)


def _decorator(operator: type[BaseOperator], function: Callable | None, settings: dict):
    if function is not None:
        return TaskFunction(function, operator, settings)
    return lambda f: TaskFunction(f, operator, settings)


class _TaskDecorator:
    """@task, @task(...), and its kinds as attributes."""

    def __call__(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(PythonOperator, python_callable, settings)

    python = __call__

    def branch(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(BranchPythonOperator, python_callable, settings)

    def short_circuit(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(ShortCircuitOperator, python_callable, settings)

    def bash(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(_BashFunctionOperator, python_callable, settings)

    def virtualenv(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(PythonVirtualenvOperator, python_callable, settings)

    def external_python(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(ExternalPythonOperator, python_callable, settings)

    def branch_virtualenv(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(BranchPythonVirtualenvOperator, python_callable, settings)

    def branch_external_python(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(BranchExternalPythonOperator, python_callable, settings)

    def sensor(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(PythonSensor, python_callable, settings)

    def docker(self, python_callable: Callable | None = None, *, image: str, **settings: Any):
        """The function runs in a container of that image, which needs a Python and no AIflow. Other
        arguments of executor_config (mounts, environment, network_mode, python, pack, ...), and cpus
        and mem_limit, may stand beside the task's own."""
        return _decorator(PythonOperator, python_callable, in_container(image, settings))

    def run_if(self, condition: Callable[[dict], Any], skip_message: str | None = None):
        """Over a decorated task: it is skipped unless condition(context) is true."""
        return _on_condition(condition, skip_message or "the condition of run_if is false", True)

    def skip_if(self, condition: Callable[[dict], Any], skip_message: str | None = None):
        """Over a decorated task: it is skipped when condition(context) is true."""
        return _on_condition(condition, skip_message or "the condition of skip_if is true", False)


def _on_condition(condition: Callable[[dict], Any], message: str, runs: bool):
    """condition may return (bool, why)."""

    def reason(context: dict) -> str:
        said = condition(context)
        holds, why = said if isinstance(said, tuple) else (said, None)
        return "" if bool(holds) is runs else str(why or message)

    def mark(function: TaskFunction) -> TaskFunction:
        if not isinstance(function, TaskFunction):
            raise AirflowException("@task.run_if and @task.skip_if stand over a decorated task")
        return function.override(_skip_reasons=[*function.skip_reasons, reason])

    return mark


task = _TaskDecorator()


def setup(function: Callable):
    """Marks a function or decorated task as a setup."""
    decorated = function if isinstance(function, TaskFunction) else task(function)
    return decorated.override(_setup=True)


def teardown(function: Callable | None = None, *, on_failure_fail_dagrun: bool = False):
    """Marks a function or decorated task as a teardown."""

    def mark(f):
        decorated = f if isinstance(f, TaskFunction) else task(f)
        return decorated.override(_teardown=on_failure_fail_dagrun)

    return mark if function is None else mark(function)


def dag(dag_id: Any = None, **settings: Any):
    """Makes a function that builds a DAG: call it once at the end of the file.

    Its arguments become the DAG's params, and stand for their values in arguments of tasks.
    """
    function = dag_id if callable(dag_id) else None

    def make(build: Callable):
        @functools.wraps(build)
        def factory(*args: Any, **kwargs: Any) -> DAG:
            name = dag_id if isinstance(dag_id, str) else build.__name__
            doc = settings.get("doc_md") or (inspect.cleandoc(build.__doc__) if build.__doc__ else None)
            with DAG(name, **{**settings, "doc_md": doc}) as made:
                parameters = inspect.signature(build).parameters
                bound = inspect.signature(build).bind_partial(*args, **kwargs)
                bound.apply_defaults()
                for name, value in bound.arguments.items():
                    if parameters[name].kind not in _VARIABLE:
                        bound.arguments[name] = made.param(name, value)
                build(*bound.args, **bound.kwargs)
            return made

        return factory

    return make(function) if function else make


def task_group(group_id: Any = None, **settings: Any):
    """Makes a function whose tasks form a group."""
    function = group_id if callable(group_id) else None

    def make(build: Callable) -> TaskGroupFunction:
        name = group_id if isinstance(group_id, str) else build.__name__
        return TaskGroupFunction(build, {**settings, "group_id": name})

    return make(function) if function else make

# SPDX-License-Identifier: Apache-2.0
"""@dag, @task (.branch, .short_circuit, .bash, .sensor), @task_group, @setup, @teardown."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable

from aiflow.baseoperator import BaseOperator
from aiflow.dag import DAG, TaskGroup, current_dag, current_group
from aiflow.exceptions import AirflowException
from aiflow.operators.bash import BashOperator
from aiflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from aiflow.sensors.python import PythonSensor
from aiflow.xcom_arg import XComArg


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

    template_fields = ("op_args", "op_kwargs", "env", "cwd")
    aiflow_operator = "python"

    def __init__(self, *, python_callable: Callable, op_args, op_kwargs, **kwargs):
        super().__init__(bash_command=None, **kwargs)
        self.python_callable = python_callable
        self.op_args, self.op_kwargs = op_args, op_kwargs

    def payload(self) -> dict:
        return {"callable": self.python_callable.__qualname__}

    def execute(self, context: dict) -> Any:
        arguments = PythonOperator.arguments(self, context)  # needs only the two attributes above
        self.bash_command = self.python_callable(*self.op_args, **arguments)
        return super().execute(context)


class TaskFunction:
    """A function that becomes a task at each call inside a DAG."""

    def __init__(self, function: Callable, operator: type[BaseOperator], arguments: dict):
        self._function = function
        self._operator = operator
        self._arguments = arguments
        functools.update_wrapper(self, function)

    @property
    def function(self) -> Callable:
        """The plain function, for tests."""
        return self._function

    def override(self, **arguments: Any) -> TaskFunction:
        """The same function with other task arguments."""
        return TaskFunction(self._function, self._operator, {**self._arguments, **arguments})

    def expand(self, **_mapped: Any):
        """Dynamic task mapping is not part of this version."""
        raise AirflowException(f"task '{self._function.__name__}': expand() needs dynamic task "
                               "mapping, which this version does not have")

    partial = expand

    def __call__(self, *args: Any, **kwargs: Any) -> XComArg:
        settings = dict(self._arguments)
        wanted = settings.pop("task_id", self._function.__name__)
        roles = {name: settings.pop(name, None) for name in ("_setup", "_teardown")}
        inspect.signature(self._function).bind_partial(*args, **kwargs)
        operator = self._operator(task_id=_free_id(wanted), python_callable=self._function,
                                  op_args=list(args), op_kwargs=dict(kwargs), **settings)
        if not operator.doc_md and self._function.__doc__:
            operator.doc_md = inspect.cleandoc(self._function.__doc__)
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

    def sensor(self, python_callable: Callable | None = None, **settings: Any):
        return _decorator(PythonSensor, python_callable, settings)


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
    """Makes a function that builds a DAG: call it once at the end of the file."""
    function = dag_id if callable(dag_id) else None

    def make(build: Callable):
        @functools.wraps(build)
        def factory(*args: Any, **kwargs: Any) -> DAG:
            name = dag_id if isinstance(dag_id, str) else build.__name__
            doc = settings.get("doc_md") or (inspect.cleandoc(build.__doc__) if build.__doc__ else None)
            with DAG(name, **{**settings, "doc_md": doc}) as made:
                bound = inspect.signature(build).bind_partial(*args, **kwargs)
                bound.apply_defaults()
                build(*bound.args, **bound.kwargs)
            return made

        return factory

    return make(function) if function else make


def task_group(group_id: Any = None, **settings: Any):
    """Makes a function whose tasks form a group."""
    function = group_id if callable(group_id) else None

    def make(build: Callable):
        @functools.wraps(build)
        def factory(*args: Any, **kwargs: Any):
            name = group_id if isinstance(group_id, str) else build.__name__
            with TaskGroup(name, **settings) as group:
                result = build(*args, **kwargs)
            return group if result is None else result

        return factory

    return make(function) if function else make

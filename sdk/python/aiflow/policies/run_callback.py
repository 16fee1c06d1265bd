# SPDX-License-Identifier: Apache-2.0
"""Runs a DAG's own callback on a worker: a run succeeded or failed, or missed a deadline.

A notice is run at least once: after a crash it may be run again, under the same id
(context["notice"]["name"]).
"""

from __future__ import annotations

import inspect
import logging
from typing import Any, Callable

from aiflow.context import build_run_context, set_current_context
from aiflow.dag import DAG
from aiflow.exceptions import AirflowException
from aiflow.running.moments import parse_time
from aiflow.running.templates import render


def run_callback(job: dict, dag: DAG) -> None:
    """Calls all callbacks that the job is about. Raises AirflowException naming those that failed."""
    context = build_run_context(job, dag)
    payload = job["payload"]
    context["reason"] = payload["reason"]
    context["notice"] = {"name": job["key"]["task_id"].removeprefix("@"), "kind": payload["kind"],
                         "attempt": job["try_number"]}
    set_current_context(context)
    failed = []
    for name, call in _calls(payload, dag, context):
        try:
            result = call()
            if inspect.iscoroutine(result):
                import asyncio

                asyncio.run(result)
        except (Exception, SystemExit) as error:
            logging.getLogger("aiflow.callback").exception("callback %s failed", name)
            failed.append(f"{name}: {type(error).__name__}: {error}")
    if failed:
        raise AirflowException("; ".join(failed))


def _calls(payload: dict, dag: DAG, context: dict) -> list[tuple[str, Callable[[], Any]]]:
    if payload["kind"] != "deadline":
        found = dag.callbacks[payload["kind"]]
        if not found:
            raise AirflowException(f"the file no longer has an on_{payload['kind']}_callback")
        return [(_name(f), lambda f=f: f(context)) for f in found]
    index = payload["deadline"]
    if index >= len(dag.deadlines):
        raise AirflowException("the file no longer has this deadline")
    alert = dag.deadlines[index]
    context["deadline"] = {"name": alert.name, "deadline_time": parse_time(payload["due_at"])}
    kwargs = render(alert.callback.kwargs, context)
    function = alert.callback.resolve()
    if _takes_context(function):
        kwargs["context"] = context
    return [(_name(function), lambda: function(**kwargs))]


def _takes_context(function: Callable) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return "context" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _name(function: Any) -> str:
    return getattr(function, "__qualname__", None) or repr(function)

# SPDX-License-Identifier: Apache-2.0
"""What a running task sees: the context dictionary, its task instance, XComs, templates."""

from __future__ import annotations

import datetime as dt
import functools

from aiflow.environment.variable import CONNECTIONS, VariableValues
from aiflow.exceptions import AirflowException
from aiflow.running.dag_run import DagRunView
from aiflow.running.lazy import Context, Lazy
from aiflow.running.moments import parse_time
from aiflow.running.neighbours import dates_of_airflow_2
from aiflow.running.task_instance import TaskInstance

#: Names that a task's function gets from the context: none of them can be mapped over.
CONTEXT_NAMES = frozenset((
    "conf", "conn", "dag", "dag_run", "data_interval_end", "data_interval_start", "ds", "ds_nodash",
    "execution_date", "expanded_ti_count", "first_started_at", "inlet_events", "inlets",
    "logical_date", "macros", "map_index_template", "outlet_events", "outlets", "params",
    "prev_data_interval_end_success", "prev_data_interval_start_success",
    "prev_end_date_success", "prev_start_date_success", "run_id", "task", "task_instance", "task_instance_key_str", "templates_dict", "test_mode", "ti",
    "triggering_asset_events", "triggering_dataset_events",
    "try_number", "ts", "ts_nodash", "ts_nodash_with_tz", "var"))

_current: dict | None = None


def set_current_context(context: dict | None) -> None:
    """Set once per task process, before user code runs; None: no task runs any more."""
    global _current
    _current = context


def get_current_context() -> dict:
    """The context of the running task. Raises AirflowException outside of one."""
    if _current is None:
        raise AirflowException("get_current_context() works only while a task runs")
    return _current


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


#: member -> what it is called in a run
_OF_PREVIOUS_SUCCESS = {
    "prev_data_interval_start_success": "data_interval_start",
    "prev_data_interval_end_success": "data_interval_end",
    "prev_start_date_success": "start_date", "prev_end_date_success": "end_date"}


def build_run_context(job: dict, dag, run: DagRunView | None = None) -> Context:
    """What the context has of the run. Dates are left out when the run has none."""
    run = run or DagRunView(job)
    context = Context({"dag": dag, "run_id": run.run_id, "dag_run": run, "macros": Macros,
               "var": VariableValues, "conn": CONNECTIONS,
               "params": {**dag.params.given(), **(job.get("params") or {})}, "conf": run.conf,
               "data_interval_start": run.data_interval_start,
               "data_interval_end": run.data_interval_end,
               "test_mode": bool(job.get("test_mode"))})
    for member, name in _OF_PREVIOUS_SUCCESS.items():
        context[member] = Lazy(functools.partial(run.time_of_previous_success, name))
    date = run.logical_date
    if date is not None:
        context.update(logical_date=date, execution_date=date, ds=date.strftime("%Y-%m-%d"),
                       ds_nodash=date.strftime("%Y%m%d"), ts=date.isoformat(),
                       ts_nodash=date.strftime("%Y%m%dT%H%M%S"),
                       ts_nodash_with_tz=date.strftime("%Y%m%dT%H%M%S%z"))
        if dag.compat == 2:
            context.update(dates_of_airflow_2(run, dag))
    return context


def build_context(job: dict, dag, operator, ti: TaskInstance) -> Context:
    """The context dictionary of a task, with Airflow's names."""
    from aiflow.assets import InletEvents, OutletEvents, triggering_events

    events = triggering_events(job)
    context = build_run_context(job, dag, ti.dag_run)
    context.update({
        "task": operator, "ti": ti, "task_instance": ti,
        "params": {**operator.params.given(), **(job.get("params") or {})},
        "task_instance_key_str": ti.key_str, "try_number": ti.try_number,
        "map_index_template": operator.map_index_template,
        "first_started_at": parse_time(job.get("first_started_at")),
        "inlets": operator.inlets, "outlets": operator.outlets,
        "inlet_events": InletEvents(operator.inlets),
        "outlet_events": OutletEvents(operator.outlets),
        "triggering_asset_events": events, "triggering_dataset_events": events,
        "expanded_ti_count": Lazy(ti.count_of_instances)})
    return context

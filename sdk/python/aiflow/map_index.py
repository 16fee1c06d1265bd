# SPDX-License-Identifier: Apache-2.0
"""What a running task has to do with mapping besides its arguments: its index's name, its value's
length for those that are mapped over it."""

from __future__ import annotations

import logging
from typing import Any

from aiflow.dag import DAG
from aiflow.exceptions import AirflowException
from aiflow.mapping import type_name
from aiflow.running.task_instance import TaskInstance
from aiflow.running.templates import jinja_environment
from aiflow.xcom_items import is_mappable


def name_map_index(context: dict, *, final: bool) -> bool:
    """Renders map_index_template into the log and ti.rendered_map_index; whether there is no more
    to do. Before the task runs it may name what the task will put into its context; after, a
    failure is logged and changes nothing."""
    ti, template = context["ti"], context["task"].map_index_template
    if template is None or ti.map_index < 0:
        return True
    try:
        ti.rendered_map_index = jinja_environment(context["dag"]).from_string(template).render(context)
    except Exception as error:  # whatever the template's expressions raise
        if final:
            logging.getLogger("aiflow.task").warning("map_index_template: %s", error)
        return False
    print(f"map index {ti.map_index}: {ti.rendered_map_index}", flush=True)
    return True


def check_can_be_mapped_over(dag: DAG, ti: TaskInstance, value: Any) -> None:
    """Raises AirflowException when a task or group is mapped over what this task returns, and that
    has no length."""
    if ti.map_index >= 0 or is_mappable(value):
        return
    for mapped in [*dag.tasks.values(), *dag.groups.values()]:
        nodes = mapped.map_nodes() or []
        if any(node["task_id"] == ti.task_id for node in nodes):
            raise AirflowException(f"task '{ti.task_id}' returned {type_name(value)}, and "
                                   f"{mapped.expand_input.whose} is mapped over it: return a list "
                                   "or a dict")

# SPDX-License-Identifier: Apache-2.0
"""Write workflows for AIflow: DAGs, tasks, operators, with Airflow's names and arguments.

    from aiflow import DAG, task
    from aiflow.operators.bash import BashOperator

    with DAG("hello", schedule="@daily"):
        BashOperator(task_id="greet", bash_command="echo hello")

The SDK needs the standard library only; Jinja2 is used when a task has templates.
"""

from aiflow import artifacts
from aiflow.assets import Asset, AssetAlias, AssetAll, AssetAny, Metadata, asset
from aiflow.baseoperator import BaseOperator, chain, cross_downstream
from aiflow.context import get_current_context
from aiflow.dag import DAG, TaskGroup
from aiflow.decorators import dag, setup, task, task_group, teardown
from aiflow.param import Param
from aiflow.values.trigger_rule import TriggerRule
from aiflow.xcom_arg import XComArg

__all__ = ["Asset", "AssetAlias", "AssetAll", "AssetAny", "BaseOperator", "DAG", "Metadata", "Param",
           "TaskGroup", "TriggerRule", "XComArg", "artifacts", "asset", "chain", "cross_downstream",
           "dag", "get_current_context", "setup", "task", "task_group", "teardown"]

# SPDX-License-Identifier: Apache-2.0
"""The DAG files that bench/workflow runs; those that peers run too have the same tasks there."""

WIDE_TASKS = 200
DAGS, DAG_TASKS = 100, 10
CHAIN_TASKS = 50
PYTHON_TASKS = 200

BASH = "from aiflow import DAG, chain\nfrom aiflow.operators.bash import BashOperator\n"


def bash_wide(dag_id: str, count: int) -> str:
    return BASH + f"""
with DAG("{dag_id}", max_active_tasks=16):
    for i in range({count}):
        BashOperator(task_id=f"t{{i}}", bash_command="true")
"""


def bash_chain(dag_id: str, count: int) -> str:
    return BASH + f"""
with DAG("{dag_id}"):
    chain(*[BashOperator(task_id=f"t{{i:02}}", bash_command="true") for i in range({count})])
"""


def many_dags() -> str:
    """One file with DAGS DAGs, each a chain of DAG_TASKS tasks."""
    return BASH + f"""
for n in range({DAGS}):
    with DAG(f"many{{n:03}}"):
        chain(*[BashOperator(task_id=f"t{{i}}", bash_command="true") for i in range({DAG_TASKS})])
"""


def python_wide(dag_id: str, count: int) -> str:
    return f"""
from aiflow import DAG, task
with DAG("{dag_id}", max_active_tasks=16):
    @task
    def nothing(): pass
    for i in range({count}):
        nothing.override(task_id=f"t{{i}}")()
"""


def mapped(dag_id: str, count: int) -> str:
    return f"""
from aiflow import DAG, task
with DAG("{dag_id}", max_active_tasks=16):
    @task
    def items(): return list(range({count}))
    @task
    def one(i): pass
    one.expand(i=items())
"""


def first_once() -> str:
    """A DAG that runs once, as soon as it is seen."""
    return BASH + """
from datetime import datetime
with DAG("first", schedule="@once", start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="t", bash_command="true")
"""

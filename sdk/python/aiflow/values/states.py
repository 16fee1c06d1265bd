# SPDX-License-Identifier: Apache-2.0
"""The states of tasks and runs under Airflow's names."""

from aiflow.wire_gen import RunState as DagRunState
from aiflow.wire_gen import TaskState as TaskInstanceState

__all__ = ["DagRunState", "State", "TaskInstanceState"]


class State:
    """Airflow's collection of all states: State.SUCCESS, State.finished, ..."""

    finished = frozenset(map(TaskInstanceState, ("success", "failed", "skipped", "upstream_failed",
                                                 "removed")))
    failed_states = frozenset(map(TaskInstanceState, ("failed", "upstream_failed")))
    success_states = frozenset(map(TaskInstanceState, ("success", "skipped")))
    task_states = (None, *(state for state in TaskInstanceState if state.value != "no_status"))
    dag_states = tuple(DagRunState)
    unfinished = frozenset({*task_states} - finished)
    NONE = None


for _state in TaskInstanceState:
    setattr(State, _state.value.upper(), _state)

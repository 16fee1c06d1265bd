# SPDX-License-Identifier: Apache-2.0
"""`with create() >> delete():` makes the tasks of the block run after a setup and before its
teardown."""

from __future__ import annotations

from typing import Any, Iterable, Iterator

from aiflow.exceptions import AirflowException
from aiflow.running.structure import layers_after, layers_before


class Scope:
    """Setups, teardowns, and the tasks between them."""

    def __init__(self, setups: list[Any], teardowns: list[Any]):
        self.setups, self.teardowns = setups, teardowns
        self._tasks: dict[str, Any] = {}

    def add_task(self, task: Any) -> None:
        """A task that was made before the block, or its output."""
        for operator in getattr(task, "operators", [task]):
            self._tasks[operator.task_id] = operator

    def wire(self) -> None:
        """Draws the edges; what is itself a setup or teardown has its own."""
        inside = {task_id: task for task_id, task in self._tasks.items()
                  if not task.is_setup and not task.is_teardown}
        for task in inside.values():
            if not task.upstream_task_ids & inside.keys():
                task.set_upstream(self.setups)
            if not task.downstream_task_ids & inside.keys():
                task.set_downstream(self.teardowns)

    def put_into(self, outer: Scope) -> None:
        """This setup comes after the outer one, and this teardown before."""
        for setup in self.setups:
            setup.set_upstream(outer.setups)
        for teardown in self.teardowns:
            teardown.set_downstream(outer.teardowns)


_scopes: list[Scope] = []


def current_scope() -> Scope | None:
    """The innermost block, or None."""
    return _scopes[-1] if _scopes else None


def enter_scope(tasks: list[Any]) -> Scope:
    """Begins a block. Raises AirflowException unless all are setups, or all are teardowns."""
    if tasks and all(task.is_teardown for task in tasks):
        scope = Scope(_nearest(map(layers_before, tasks), tasks[0].dag, "is_setup"), tasks)
    elif tasks and all(task.is_setup for task in tasks):
        scope = Scope(tasks, _nearest(map(layers_after, tasks), tasks[0].dag, "is_teardown"))
    else:
        named = ", ".join(f"'{task.task_id}'" for task in tasks)
        raise AirflowException(f"`with` is for setups, or for teardowns; {named} is none of them")
    _scopes.append(scope)
    return scope


def leave_scope(*, wire: bool) -> None:
    """Ends the innermost block; wire=False after an error in it."""
    scope = _scopes.pop()
    if not wire:
        return
    scope.wire()
    if _scopes:
        scope.put_into(_scopes[-1])


class ContextWrapper(list):
    """Several setups, or several teardowns, of one block."""

    def __enter__(self) -> Scope:
        return enter_scope([operator for task in self
                            for operator in getattr(task, "operators", [task])])

    def __exit__(self, kind: Any, *_error: Any) -> None:
        leave_scope(wire=kind is None)


context_wrapper = ContextWrapper


def _nearest(walks: Iterable[Iterator[list[str]]], dag: Any, role: str) -> list[Any]:
    """Of each walk the tasks with this role in the first layer that has any."""
    found: dict[str, Any] = {}
    for layers in walks:
        for ids in layers:
            here = {i: dag.tasks[i] for i in ids if getattr(dag.tasks[i], role)}
            found.update(here)
            if here:
                break
    return list(found.values())


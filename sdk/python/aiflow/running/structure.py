# SPDX-License-Identifier: Apache-2.0
"""What code and templates may ask of a DAG's and a task's place in it, by Airflow's names."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any, Callable, Iterator

from aiflow.exceptions import AirflowException

_SDK = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_OWN = (os.path.join(_SDK, "aiflow") + os.sep, os.path.join(_SDK, "airflow") + os.sep)

DOC_BYTES_MAX = 1 << 20


def calling_file() -> str:
    """The file that called into the SDK."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    return os.path.abspath(frame.f_code.co_filename)


def paths_of(value: Any, whose: str) -> list[str]:
    """None, a path, or a list of them. Raises AirflowException."""
    given = [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(path, (str, os.PathLike)) for path in given):
        raise AirflowException(f"{whose}: template_searchpath is a path or a list of paths")
    return [os.fspath(path) for path in given]


def text_or_file(doc: str | None, folder: str) -> str:
    """A text; where it ends in .md and a file has that name, relative to the folder, its contents."""
    if doc and doc.endswith(".md") and "\n" not in doc:
        path = os.path.join(folder, doc)
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read(DOC_BYTES_MAX)
    return doc or ""


class RootGroup:
    """A DAG as the group of all that is in no group."""

    group_id = None
    is_root = True

    def __init__(self, dag: Any):
        self.dag = dag

    @property
    def children(self) -> dict[str, Any]:
        """Tasks and groups in no group, by id."""
        groups = {g.group_id: g for g in self.dag.groups.values() if g.parent is None}
        tasks = {t.task_id: t for t in self.dag.tasks.values() if t.group_id is None}
        return {**groups, **tasks}

    def iter_tasks(self):
        return iter(self.dag.tasks.values())

    @property
    def roots(self) -> list[Any]:
        return self.dag.roots

    @property
    def leaves(self) -> list[Any]:
        return self.dag.leaves


class DagStructure:
    """Of a DAG; `tasks` are its tasks by id, `fileloc` the file that made it."""

    tasks: dict[str, Any]
    fileloc: str

    @property
    def folder(self) -> str:
        """The DAG file's."""
        return os.path.dirname(self.fileloc)

    @property
    def task_dict(self) -> dict[str, Any]:
        return self.tasks

    @property
    def task_count(self) -> int:
        return len(self.tasks)

    @property
    def task_group(self) -> RootGroup:
        return RootGroup(self)

    @property
    def roots(self) -> list[Any]:
        """Tasks without an upstream."""
        return [task for task in self.tasks.values() if not task.upstream_task_ids]

    @property
    def leaves(self) -> list[Any]:
        """Tasks without a downstream."""
        return [task for task in self.tasks.values() if not task.downstream_task_ids]


def layers_before(task: Any) -> Iterator[list[str]]:
    """The ids of the tasks right before it, then of those right before these, each task once."""
    return _layers(task, lambda one: one.upstream_task_ids)


def layers_after(task: Any) -> Iterator[list[str]]:
    """As layers_before, in the other direction."""
    return _layers(task, lambda one: one.downstream_task_ids)


def _layers(task: Any, next_to: Callable[[Any], set[str]]) -> Iterator[list[str]]:
    seen: set[str] = set()
    layer = set(next_to(task))
    while layer:
        yield sorted(layer)
        seen |= layer
        layer = {i for task_id in layer for i in next_to(task.dag.tasks[task_id])} - seen


class TaskStructure:
    """Of a task."""

    dag: Any
    upstream_task_ids: set[str]
    downstream_task_ids: set[str]

    @property
    def log(self) -> logging.Logger:
        """What it is given is in the attempt's log."""
        return logging.getLogger("airflow.task.operators")

    @property
    def task_group(self) -> Any:
        """The innermost group it is in; the DAG's root group when it is in none."""
        return self._group or self.dag.task_group

    def get_direct_relatives(self, upstream: bool = False) -> list[Any]:
        """The tasks right after this one, or right before it, by id."""
        ids = self.upstream_task_ids if upstream else self.downstream_task_ids
        return [self.dag.tasks[task_id] for task_id in sorted(ids)]

    @property
    def upstream_list(self) -> list[Any]:
        return self.get_direct_relatives(upstream=True)

    @property
    def downstream_list(self) -> list[Any]:
        return self.get_direct_relatives()

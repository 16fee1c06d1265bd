# SPDX-License-Identifier: Apache-2.0
"""A reference to what another task will return; using it as an argument makes an edge."""

from __future__ import annotations

from typing import Any, Iterator

from aiflow.context import XCOM_RETURN_KEY
from aiflow.edges import Edges


class XComArg(Edges):
    """`task.output`, or what calling a decorated task gives."""

    def __init__(self, operator, key: str = XCOM_RETURN_KEY):
        self.operator = operator
        self.key = key

    def __getitem__(self, key: str) -> XComArg:
        """The member of a dict that a task with multiple_outputs returns."""
        return XComArg(self.operator, key)

    def __iter__(self):
        raise TypeError(f"the output of '{self.operator.task_id}' is known only when it has run; "
                        "it can't be iterated while the DAG is being built")

    def resolve(self, context: dict) -> Any:
        """The value, in the running task."""
        return context["ti"].xcom_pull(self.operator.task_id, key=self.key)

    def __str__(self) -> str:
        """In a template text: the Jinja expression that pulls the value."""
        return "{{ task_instance.xcom_pull(task_ids=%r, key=%r) }}" % (self.operator.task_id,
                                                                      self.key)

    # `a_output >> b` works as for tasks
    @property
    def leaves(self):
        return [self.operator]

    @property
    def roots(self):
        return [self.operator]

    def set_downstream(self, other) -> None:
        self.operator.set_downstream(other)

    def set_upstream(self, other) -> None:
        self.operator.set_upstream(other)


def find_xcom_args(value: Any) -> Iterator[XComArg]:
    """All XComArgs inside lists, tuples and dicts."""
    if isinstance(value, XComArg):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from find_xcom_args(item)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            yield from find_xcom_args(item)

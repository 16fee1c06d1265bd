# SPDX-License-Identifier: Apache-2.0
"""`a >> b` and `a << b` for everything that has set_downstream and set_upstream."""

from __future__ import annotations

from typing import Any


class Edges:
    """The shift operators of tasks, groups and references to results, lists on either side."""

    def __rshift__(self, other):
        self.set_downstream(other)
        return other

    def __lshift__(self, other):
        self.set_upstream(other)
        return other

    def __rrshift__(self, other):
        self.set_upstream(other)
        return self

    def __rlshift__(self, other):
        self.set_downstream(other)
        return self


LABEL_MAX = 200


class Label(Edges):
    """`a >> Label("bad") >> b`: an edge with a text, which the graph of the DAG shows; the first 200
    letters of it."""

    def __init__(self, label: str):
        self.label = label
        self._above: list[Any] = []
        self._below: list[Any] = []

    def set_upstream(self, other: Any) -> None:
        self._above.append(other)
        self._join([other], self._below)

    def set_downstream(self, other: Any) -> None:
        self._below.append(other)
        self._join(self._above, [other])

    def _join(self, above: list[Any], below: list[Any]) -> None:
        for upper in above:
            for lower in below:
                if isinstance(upper, (list, tuple, set)):
                    self._join(list(upper), [lower])
                    continue
                upper.set_downstream(lower)
                for source in _ends(upper, "leaves"):
                    for target in _ends(lower, "roots"):
                        target.upstream_labels[source.task_id] = str(self.label)[:LABEL_MAX]


def _ends(value: Any, end: str) -> list[Any]:
    """The operators on one side of a task, group, XComArg, or a list of them."""
    if isinstance(value, (list, tuple, set)):
        return [task for item in value for task in _ends(item, end)]
    return list(getattr(value, end, []))

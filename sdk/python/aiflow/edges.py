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


class Label(Edges):
    """`a >> Label("bad") >> b`: an edge with a text, which stands in the DAG file for its readers."""

    def __init__(self, label: str):
        self.label = label
        self._above: list[Any] = []
        self._below: list[Any] = []

    def set_upstream(self, other: Any) -> None:
        self._above.append(other)
        _join([other], self._below)

    def set_downstream(self, other: Any) -> None:
        self._below.append(other)
        _join(self._above, [other])


def _join(above: list[Any], below: list[Any]) -> None:
    for upper in above:
        for lower in below:
            if isinstance(upper, (list, tuple, set)):
                _join(list(upper), [lower])
            else:
                upper.set_downstream(lower)

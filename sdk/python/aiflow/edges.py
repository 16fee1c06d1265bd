# SPDX-License-Identifier: Apache-2.0
"""`a >> b` and `a << b` for everything that has set_downstream and set_upstream."""

from __future__ import annotations


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

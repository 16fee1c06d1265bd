# SPDX-License-Identifier: Apache-2.0
"""EmptyOperator: a point where edges meet; it takes no worker."""

from __future__ import annotations

from aiflow.baseoperator import BaseOperator


class EmptyOperator(BaseOperator):
    """Done as soon as its trigger rule lets it start."""

    caching = "never"

    @property
    def aiflow_operator(self) -> str:
        """Callbacks and hooks are functions: only with them it needs a process."""
        needs_one = self.has_callbacks("execute", "success") or self.has_hooks()
        return "python" if needs_one else "empty"

    def execute(self, context: dict) -> None:
        del context

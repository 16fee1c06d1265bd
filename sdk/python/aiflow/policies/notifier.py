# SPDX-License-Identifier: Apache-2.0
"""BaseNotifier: a callback with templates."""

from __future__ import annotations

import copy
from typing import Any, Sequence

from aiflow.running.templates import render


class BaseNotifier:
    """Subclasses set template_fields and write notify(context); an instance is a callback."""

    template_fields: Sequence[str] = ()

    def notify(self, context: dict) -> None:
        """Tells somebody."""
        raise NotImplementedError(f"{type(self).__name__}.notify")

    def __call__(self, *given: Any) -> None:
        context = given[0]
        rendered = copy.copy(self)  # the templates are for the next call too
        for name in self.template_fields:
            setattr(rendered, name, render(getattr(self, name, None), context))
        rendered.notify(context)

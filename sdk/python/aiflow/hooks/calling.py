# SPDX-License-Identifier: Apache-2.0
"""Functions of a DAG file that ask for members of the context by the names of their parameters."""

from __future__ import annotations

import inspect
from typing import Any, Callable


def call_with_context(function: Callable[..., Any], context: dict, *given: Any) -> Any:
    """function(*given), with those members of the context that its other parameters name; with a
    **kwargs all of them."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function(*given)  # a built-in one
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        taken = {p.name for p in list(parameters)[:len(given)]}
        return function(*given, **{name: context[name] for name in context if name not in taken})
    wanted = [p.name for p in list(parameters)[len(given):]
              if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return function(*given, **{name: context[name] for name in wanted if name in context})

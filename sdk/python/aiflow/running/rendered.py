# SPDX-License-Identifier: Apache-2.0
"""A task's template fields after rendering, as people see them: without secrets, and of bounded size."""

from __future__ import annotations

import json
import math
from typing import Any

from aiflow.environment.log_mask import MASK, is_secret_name, masked

FIELD_BYTES_MAX = 64 << 10
ALL_BYTES_MAX = 256 << 10
CUT = "… (cut: too long to be kept)"
_DEPTH_MAX = 20


def rendered_fields(operator: Any) -> dict[str, Any]:
    """{name: JSON value} of the fields that hold something."""
    fields: dict[str, Any] = {}
    left = ALL_BYTES_MAX
    for name in operator.template_fields:
        value = getattr(operator, name, None)
        if _is_empty(value):
            continue
        room = _Room(min(FIELD_BYTES_MAX, left))
        fields[name] = MASK if is_secret_name(name) else _shown_by(room, value)
        left = max(left - room.used, 0)
    return fields


def _is_empty(value: Any) -> bool:
    try:
        return value is None or (isinstance(value, (str, list, tuple, dict)) and not value)
    except Exception:  # as below
        return False


def _shown_by(room: _Room, value: Any) -> Any:
    try:
        return room.shown(value)
    except Exception as error:  # somebody's own list or dict; showing it must not end the task
        return f"<{type(value).__name__}: {type(error).__name__} when it was shown>"


class _Room:
    """As much of a value as there is room for."""

    def __init__(self, size: int):
        self._size, self.used = size, 0

    def shown(self, value: Any, depth: int = 0) -> Any:
        is_number = (value.bit_length() < 63 if isinstance(value, int) else  # a bool too
                     isinstance(value, float) and math.isfinite(value))
        if value is None or is_number:
            self.used += 8
            return value
        if isinstance(value, str):
            return self._text(value)
        if depth < _DEPTH_MAX and isinstance(value, (list, tuple, set, frozenset)):
            return self._list(value, depth)
        if depth < _DEPTH_MAX and isinstance(value, dict):
            return self._dict(value, depth)
        return self._text(_words(value))

    def _text(self, text: str) -> str:
        # Masked before anything is cut off: a part of a secret would not be known for one.
        room = max(self._size - self.used, 0)
        text = masked(text)[:room + 1]
        # Half of a pair of surrogates is no text for others.
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
        shown = text if _bytes(text) <= room else _cut(text, room) + CUT
        self.used += _bytes(shown)
        return shown

    def _list(self, values: Any, depth: int) -> list:
        shown = []
        for value in values:
            if self.used >= self._size:
                return [*shown, CUT]
            shown.append(self.shown(value, depth + 1))
            self.used += 2
        return shown

    def _dict(self, values: dict, depth: int) -> dict:
        shown = {}
        for key, value in values.items():
            if self.used >= self._size:
                return {**shown, "…": CUT}
            word = _words(key)
            name = self._text(word)
            shown[name] = MASK if is_secret_name(word) else self.shown(value, depth + 1)
            self.used += 4
        return shown


def _words(value: Any) -> str:
    try:
        return str(value)
    except Exception as error:  # somebody's own __str__, or a number with too many digits
        return f"<{type(value).__name__}: {type(error).__name__} in __str__>"


def _bytes(text: str) -> int:
    """Of the text in JSON."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def _cut(text: str, room: int) -> str:
    """The longest beginning that has room."""
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        if _bytes(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low]

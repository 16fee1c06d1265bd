# SPDX-License-Identifier: Apache-2.0
"""Published lists as they are mapped over: by position, items worked out when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from aiflow.exceptions import AirflowException, AirflowSkipException

NOT_SET: Any = object()


class LeftOut(AirflowSkipException):
    """The item at this position does not pass a filter."""


def is_mappable(value: Any) -> bool:
    """Lists, tuples and the like, and dicts: what has an order and is not one text."""
    return isinstance(value, (Sequence, Mapping)) and not isinstance(value, (str, bytes, bytearray))


def items_of(value: Any, whose: str) -> Sequence:
    """A list as it is, a dict as its (key, value) pairs. Raises AirflowException with `whose`."""
    if not is_mappable(value):
        what = "None" if value is None else f"a {type(value).__name__}"
        raise AirflowException(f"{whose} is {what}; only a list or a dict can be mapped over")
    return list(value.items()) if isinstance(value, Mapping) else value


def as_list(items: Sequence) -> list:
    """All items, without those that a filter left out."""
    found = []
    for position in range(len(items)):
        try:
            found.append(items[position])
        except LeftOut:
            pass
    return found


class PulledItems(Sequence):
    """What a task returned: each of many instances needs one item of it, so one is asked for, and
    all only by who wants more.

    pull(position): (the item, the length of the whole), or (the whole, None).
    items_of(value): the items of a whole value. likely: the position that will be wanted.
    """

    ONE_BY_ONE = 2
    WHOLE = -1

    def __init__(self, pull: Callable[[int], tuple[Any, int | None]],
                 items_of: Callable[[Any], Sequence], likely: int):
        self._pull, self._items_of, self._likely = pull, items_of, likely
        self._found: dict[int, Any] = {}
        self._length: int | None = None
        self._all: Sequence | None = None

    def _ask(self, position: int) -> None:
        value, length = self._pull(position)
        if length is None:
            self._all = self._items_of(value)
        else:
            self._length = length
            self._found[position] = value

    def __getitem__(self, position):
        if self._all is None and position not in self._found:
            self._ask(position if len(self._found) < self.ONE_BY_ONE else self.WHOLE)
        return self._found[position] if self._all is None else self._all[position]

    def __len__(self) -> int:
        if self._length is None and self._all is None:
            self._ask(self._likely)
        return len(self._all) if self._all is not None else self._length


class MapItems(Sequence):
    """Each item passed through a function."""

    def __init__(self, items: Sequence, function: Callable[[Any], Any]):
        self._items, self._function = items, function

    def __getitem__(self, position):
        return self._function(self._items[position])

    def __len__(self) -> int:
        return len(self._items)


class FilterItems(Sequence):
    """The same positions; asking for one that does not pass raises LeftOut."""

    def __init__(self, items: Sequence, function: Callable[[Any], Any]):
        self._items, self._function = items, function

    def __getitem__(self, position):
        item = self._items[position]
        if not self._function(item):
            raise LeftOut(f"the filter left out item {position}")
        return item

    def __len__(self) -> int:
        return len(self._items)


class ZipItems(Sequence):
    """Tuples of the items at one position; as long as the shortest, with a fill the longest."""

    def __init__(self, parts: list[Sequence], fill: Any = NOT_SET):
        self._parts, self._fill = parts, fill

    def __getitem__(self, position):
        if not 0 <= position < len(self):
            raise IndexError(position)
        return tuple(part[position] if position < len(part) else self._fill
                     for part in self._parts)

    def __len__(self) -> int:
        measure = min if self._fill is NOT_SET else max
        return measure(len(part) for part in self._parts)


class ConcatItems(Sequence):
    """One list after the other."""

    def __init__(self, parts: list[Sequence]):
        self._parts = parts

    def __getitem__(self, position):
        left = position
        for part in self._parts:
            if 0 <= left < len(part):
                return part[left]
            left -= len(part)
        raise IndexError(position)

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

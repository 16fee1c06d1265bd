# SPDX-License-Identifier: Apache-2.0
"""What expand() and expand_kwargs() got: its shape for the scheduler, its items for a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Iterator

from aiflow.exceptions import AirflowException
from aiflow.xcom_arg import XComArg, add_node, find_xcom_args
from aiflow.xcom_items import is_mappable, items_of


def names(of: Any) -> str:
    """'a', 'b' for a message."""
    return ", ".join(repr(name) for name in sorted(of))


def type_name(value: Any) -> str:
    """A value's type for a message."""
    return "None" if value is None else f"a {type(value).__name__}"


class ExpandInput:
    """What one mapped task or group goes over. `whose`: "task 'x'", for messages."""

    def __init__(self, whose: str):
        self.whose = whose
        self._last: tuple[int, tuple[dict, list]] | None = None

    def references(self) -> Iterator[XComArg]:
        """Every output of a task in it: they are upstream."""
        raise NotImplementedError

    def nodes(self) -> list[dict]:
        """MapNodes of api/dag.yaml, the last one is the whole."""
        raise NotImplementedError

    def _find(self, index: int, context: dict) -> tuple[dict[str, Any], list[Any]]:
        raise NotImplementedError

    def at(self, context: dict) -> tuple[dict[str, Any], list[Any]]:
        """-> the arguments of the context's map index, and which of their values tasks published.

        Raises AirflowException when there is no such index now.
        """
        index = context["ti"].map_index
        if index < 0:
            raise AirflowException(f"{self.whose} is mapped, and this instance has no map index")
        if self._last is None or self._last[0] != index:
            self._last = index, self._find(index, context)
        return self._last[1]

    def _check_index(self, index: int, count: int) -> None:
        if index >= count:
            raise AirflowException(f"{self.whose}: map index {index} is past the end: what it is "
                                   f"mapped over has {count} items now")

    def task_made(self) -> bool:
        """Whether its length is known only when other tasks have run."""
        return any(node["kind"] == "xcom" for node in self.nodes())


class ExpandLists(ExpandInput):
    """expand(a=[...], b=...): the cross product; the last argument varies fastest."""

    def __init__(self, whose: str, values: dict[str, Any]):
        super().__init__(whose)
        if not values:
            raise AirflowException(f"{whose}: expand() without arguments: there is nothing to map "
                                   "over")
        for name, value in values.items():
            if isinstance(value, XComArg):
                self._check_reference(value)
            elif not is_mappable(value):
                raise AirflowException(f"{whose}: expand() got {type_name(value)} for {name!r}; a "
                                       "list, a dict, or the output of a task can be mapped over")
        self.values = values

    def _check_reference(self, value: XComArg) -> None:
        try:
            value.check_mappable()
        except AirflowException as error:
            raise AirflowException(f"{self.whose}: {error}") from None

    def references(self) -> Iterator[XComArg]:
        return find_xcom_args(list(self.values.values()))

    def nodes(self) -> list[dict]:
        nodes: list[dict] = []
        parts = [value.add_nodes(nodes) if isinstance(value, XComArg)
                 else add_node(nodes, "literal", length=len(value))
                 for value in self.values.values()]
        if len(parts) > 1:
            add_node(nodes, "product", parts=parts)
        return nodes

    def _find(self, index: int, context: dict) -> tuple[dict[str, Any], list[Any]]:
        lists = {name: value.items(context) if isinstance(value, XComArg)
                 else items_of(value, f"{self.whose}, argument {name!r}")
                 for name, value in self.values.items()}
        count = 1
        for items in lists.values():
            count *= len(items)
        self._check_index(index, count)
        found = {}
        for name, items in reversed(lists.items()):
            index, position = divmod(index, len(items))
            found[name] = items[position]
        ordered = {name: found[name] for name in self.values}
        return ordered, [value for name, value in ordered.items()
                         if isinstance(self.values[name], XComArg)]


class ExpandRows(ExpandInput):
    """expand_kwargs([{...}, ...]): one instance for each dict."""

    def __init__(self, whose: str, rows: Any):
        super().__init__(whose)
        if isinstance(rows, XComArg):
            try:
                rows.check_mappable()
            except AirflowException as error:
                raise AirflowException(f"{whose}: {error}") from None
        elif isinstance(rows, Mapping) or not is_mappable(rows):
            raise AirflowException(f"{whose}: expand_kwargs() takes a list of dicts or the output "
                                   f"of a task, not {type_name(rows)}")
        else:
            for row in rows:
                if not isinstance(row, XComArg):
                    self._check_row(row)
        self.rows = rows

    def _check_row(self, row: Any) -> None:
        if not isinstance(row, Mapping):
            raise AirflowException(f"{self.whose}: expand_kwargs() takes a list of dicts, and an "
                                   f"item is {type_name(row)}")
        wrong = [key for key in row if not isinstance(key, str)]
        if wrong:
            raise AirflowException(f"{self.whose}: the keys of expand_kwargs()'s dicts are "
                                   f"argument names, and one is {wrong[0]!r}")

    def literal_names(self) -> set[str]:
        """The argument names that are known while the file is read."""
        rows = [] if isinstance(self.rows, XComArg) else self.rows
        return {name for row in rows if not isinstance(row, XComArg) for name in row}

    def references(self) -> Iterator[XComArg]:
        return find_xcom_args(self.rows if isinstance(self.rows, XComArg) else list(self.rows))

    def nodes(self) -> list[dict]:
        nodes: list[dict] = []
        if isinstance(self.rows, XComArg):
            self.rows.add_nodes(nodes)
        else:
            add_node(nodes, "literal", length=len(self.rows))
        return nodes

    def _find(self, index: int, context: dict) -> tuple[dict[str, Any], list[Any]]:
        rows: Sequence = (self.rows.items(context) if isinstance(self.rows, XComArg)
                          else self.rows)
        self._check_index(index, len(rows))
        row = rows[index]
        published = isinstance(self.rows, XComArg) or isinstance(row, XComArg)
        if isinstance(row, XComArg):
            row = row.resolve(context)
        self._check_row(row)
        return dict(row), list(row.values()) if published else []

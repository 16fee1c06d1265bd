# SPDX-License-Identifier: Apache-2.0
"""A reference to what another task will return; using it as an argument makes an edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, Iterator

from aiflow.edges import Edges
from aiflow.exceptions import AirflowException, XComNotFound
from aiflow.running.task_instance import XCOM_RETURN_KEY
from aiflow.setup_scope import Scope, enter_scope, leave_scope
from aiflow.xcom_items import (NOT_SET, ConcatItems, FilterItems, MapItems, PulledItems, ZipItems,
                               as_list, items_of)


class XComArg(Edges):
    """`task.output`, or what calling a decorated task gives."""

    def __init__(self, operator, key: str = XCOM_RETURN_KEY):
        self.operator = operator
        self.key = key

    def __getitem__(self, key: str) -> XComArg:
        """The member of a dict that a task with multiple_outputs returns."""
        return XComArg(self.operator, key)

    def __iter__(self):
        raise TypeError(f"the output of {self._named()} is known only when it has run; it can't be "
                        "iterated while the DAG is being built")

    def _named(self) -> str:
        return " and ".join(f"'{operator.task_id}'" for operator in self.operators)

    # -- as an argument ---------------------------------------------------------------------------

    def resolve(self, context: dict) -> Any:
        """The value, in the running task; of a mapped task the list of all its values. None when
        the task returned nothing. Raises XComNotFound when it has published no such key, unless it
        has multiple_outputs: then its dict was to have it, and None stands for the skipped task."""
        ti, task_id = context["ti"], self.operator.task_id
        value = ti.xcom_pull(task_id, key=self.key,
                             default=[] if ti.pulls_all_of(task_id) else NOT_SET)
        if value is not NOT_SET:
            return value
        if self.key == XCOM_RETURN_KEY or self.operator.multiple_outputs:
            return None
        raise XComNotFound(ti.dag_id, task_id, self.key)

    def __str__(self) -> str:
        """In a template text: the Jinja expression that pulls the value."""
        return "{{ task_instance.xcom_pull(task_ids=%r, key=%r) }}" % (self.operator.task_id,
                                                                      self.key)

    # -- to be mapped over ------------------------------------------------------------------------

    def map(self, f: Callable[[Any], Any]) -> XComArg:
        """The same list with f applied to each item; f may raise AirflowSkipException."""
        return _MapXComArg(self, f, MapItems)

    def filter(self, f: Callable[[Any], Any]) -> XComArg:
        """The same list; a task mapped over it is skipped where f(item) is false."""
        return _MapXComArg(self, f, FilterItems)

    def zip(self, *others: XComArg, fillvalue: Any = NOT_SET) -> XComArg:
        """Tuples of the items at one position, up to the shortest; with a fillvalue the longest."""
        return _ZipXComArg([self, *others], fillvalue)

    def concat(self, *others: XComArg) -> XComArg:
        """This list and then the others."""
        return _ConcatXComArg([self, *others])

    def check_mappable(self) -> None:
        """Raises AirflowException unless it is a task's return value: only that has a length that
        the scheduler knows."""
        if self.key != XCOM_RETURN_KEY:
            raise AirflowException(f"cannot map over the XCom with custom key {self.key!r} of task "
                                   f"{self._named()}: only over what a task returns")

    def items(self, context: dict) -> Sequence:
        """What is mapped over, in the running task."""
        return self._pulled(context, lambda value: items_of(value, self._whose()))

    def chained(self, context: dict) -> Sequence:
        """As a part of concat(): there a dict counts as its keys, as in Airflow."""
        return self._pulled(context, lambda value: list(value) if isinstance(value, Mapping)
                            else items_of(value, self._whose()))

    def _pulled(self, context: dict, items_of_value: Callable[[Any], Sequence]) -> PulledItems:
        ti = context["ti"]
        return PulledItems(lambda position: ti.xcom_item(self.operator.task_id, self.key, position),
                           items_of_value, likely=max(ti.map_index, 0))

    def _whose(self) -> str:
        return f"the return value of task {self._named()}"

    def add_nodes(self, nodes: list[dict]) -> int:
        """Appends its MapNodes (api/dag.yaml) and returns the position of the last."""
        return add_node(nodes, "xcom", task_id=self.operator.task_id)

    # -- edges: `a_output >> b` works as for tasks ------------------------------------------------

    def __enter__(self) -> Scope:
        """Of a setup or teardown: tasks made in the block run within it."""
        return enter_scope(self.operators)

    def __exit__(self, kind: Any, *_error: Any) -> None:
        leave_scope(wire=kind is None)

    @property
    def operators(self) -> list:
        """The tasks it refers to."""
        return [self.operator]

    def as_setup(self) -> XComArg:
        """Marks the task as a setup."""
        for operator in self.operators:
            operator.as_setup()
        return self

    def as_teardown(self, *, setups: Any = None, on_failure_fail_dagrun: bool = False) -> XComArg:
        """Marks the task as the teardown of `setups`."""
        for operator in self.operators:
            operator.as_teardown(setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)
        return self

    @property
    def leaves(self):
        return self.operators

    @property
    def roots(self):
        return self.operators

    def set_downstream(self, other) -> None:
        for operator in self.operators:
            operator.set_downstream(other)

    def set_upstream(self, other) -> None:
        for operator in self.operators:
            operator.set_upstream(other)


class _DerivedXComArg(XComArg):
    """Made of other references. As an ordinary argument it is a list."""

    def __init__(self, parts: list[XComArg], call: str):
        for part in parts:
            if not isinstance(part, XComArg):
                raise AirflowException(f"{call}() of what {parts[0]._named()} returns takes "
                                       f"outputs of tasks, not a {type(part).__name__}")
            part.check_mappable()
        self.parts = parts

    def __getitem__(self, key: str) -> XComArg:
        raise AirflowException(f"{self!r} has no members by key")

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lstrip('_')} of {self._named()}>"

    def check_mappable(self) -> None:
        """Its parts were checked."""

    def resolve(self, context: dict) -> list:
        return as_list(self.items(context))

    def chained(self, context: dict) -> Sequence:
        return self.items(context)

    @property
    def operators(self) -> list:
        return list(dict.fromkeys(o for part in self.parts for o in part.operators))


class _MapXComArg(_DerivedXComArg):
    """map() and filter(): the scheduler sees the list below, the function runs in the task."""

    def __init__(self, arg: XComArg, function: Callable, kind: Callable[..., Sequence]):
        call = "map" if kind is MapItems else "filter"
        super().__init__([arg], call)
        if not callable(function) or hasattr(function, "expand"):
            given = "a @task" if callable(function) else repr(function)
            raise AirflowException(f"{call}() of what {arg._named()} returns takes a plain "
                                   f"function, not {given}")
        self._function, self._kind = function, kind

    def items(self, context: dict) -> Sequence:
        return self._kind(self.parts[0].items(context), self._function)

    def add_nodes(self, nodes: list[dict]) -> int:
        return self.parts[0].add_nodes(nodes)


class _ZipXComArg(_DerivedXComArg):
    def __init__(self, parts: list[XComArg], fill: Any):
        super().__init__(parts, "zip")
        self._fill = fill

    def items(self, context: dict) -> Sequence:
        return ZipItems([part.items(context) for part in self.parts], self._fill)

    def add_nodes(self, nodes: list[dict]) -> int:
        parts = [part.add_nodes(nodes) for part in self.parts]
        return add_node(nodes, "zip" if self._fill is NOT_SET else "zip_longest", parts=parts)


class _ConcatXComArg(_DerivedXComArg):
    def __init__(self, parts: list[XComArg]):
        super().__init__(parts, "concat")

    def items(self, context: dict) -> Sequence:
        return ConcatItems([part.chained(context) for part in self.parts])

    def add_nodes(self, nodes: list[dict]) -> int:
        return add_node(nodes, "concat", parts=[part.add_nodes(nodes) for part in self.parts])


def add_node(nodes: list[dict], kind: str, **fields: Any) -> int:
    """Appends one MapNode of api/dag.yaml and returns its position."""
    nodes.append({"kind": kind, "length": None, "task_id": None, "parts": [], **fields})
    return len(nodes) - 1


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

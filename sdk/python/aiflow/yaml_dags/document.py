# SPDX-License-Identifier: Apache-2.0
"""A YAML text as nodes that know where they stand. YAML 1.2's core schema, as the editor reads it:
`yes` and `0o8` are text, a date is text. No tags, no merge keys; size, depth and aliases are bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterator

from aiflow.exceptions import AirflowException

BYTES_MAX = 1 << 20
DEPTH_MAX = 20
#: values in the whole document, those behind an alias counted each time
VALUES_MAX = 50_000

_CORE_TAGS = {"tag:yaml.org,2002:" + name for name in ("str", "int", "float", "bool", "null", "seq",
                                                       "map")}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None,
          "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True)
class Problem:
    """What is wrong where: line and column from 1, path as ("tasks", 2, "pool")."""

    message: str
    line: int
    column: int
    path: tuple[str | int, ...] = ()

    def where(self) -> str:
        """tasks[2].pool"""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.removeprefix(".")


    def spec(self) -> dict:
        """ParseProblem of api/dag.yaml."""
        return {"message": self.message[:2000], "line": self.line, "column": self.column,
                "path": [str(part) for part in self.path]}


class YamlDagError(AirflowException):
    """What is wrong with a YAML DAG, all that was found, in the order of the file."""

    def __init__(self, file: str, problems: list[Problem]):
        self.problems = sorted(problems, key=lambda one: (one.line, one.column))
        first = self.problems[0]
        self.lineno = first.line
        at = f"{first.where()}: " if first.path else ""
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        self._file = file
        super().__init__(f"{file}:{first.line}:{first.column}: {at}{first.message}{more}")

    def listing(self) -> str:
        """A line for each problem."""
        return "\n".join(f"{self._file}:{one.line}:{one.column}: "
                         + (f"{one.where()}: " if one.path else "") + one.message
                         for one in self.problems) + "\n"


@dataclass(frozen=True)
class Node:
    """A value with its place. Lists hold Nodes, maps text -> (the key's Node, the value's)."""

    value: Any
    line: int
    column: int
    count: int = 1

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def plain(self) -> Any:
        """The value without places."""
        if self.is_map:
            return {name: node.plain() for name, (_key, node) in self.value.items()}
        return [node.plain() for node in self.value] if self.is_list else self.value

    def problem(self, message: str, *path: str | int) -> Problem:
        return Problem(message, self.line, self.column, path)


class _Refused(Exception):
    def __init__(self, message: str, mark: Any):
        super().__init__(message)
        self.problem = Problem(message, mark.line + 1, mark.column + 1)


def read_document(text: str, file: str) -> Node:
    """The file's one document. Raises YamlDagError; AirflowException without PyYAML."""
    try:
        import yaml
    except ImportError:
        raise AirflowException("DAGs in YAML need PyYAML: install it (apt install python3-yaml, or "
                               "pip install pyyaml) for the interpreter that reads DAG files and "
                               "runs tasks") from None
    if len(text.encode("utf-8", "replace")) > BYTES_MAX:
        raise YamlDagError(file, [Problem(f"the file is larger than {BYTES_MAX} bytes", 1, 1)])
    try:
        return _Reader(yaml, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
                       ).document()
    except _Refused as refused:
        raise YamlDagError(file, [refused.problem]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlDagError(file, [Problem("a character that YAML does not allow", line, 1)]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(filter(None, (error.context, error.problem))) or "this is not YAML"
        raise YamlDagError(file, [Problem(message, mark.line + 1 if mark else 1,
                                          mark.column + 1 if mark else 1)]) from None


class _Reader:
    """Builds nodes from the parser's events, so that nothing is made before it has been counted."""

    def __init__(self, yaml: Any, events: Iterator[Any]):
        self._yaml, self._events = yaml, events
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node:
        yaml = self._yaml
        next(self._events)  # the stream's start
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise _Refused("the file is empty", event.start_mark)
        node = self._node(next(self._events), 0)
        next(self._events)  # the document's end
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _Refused("a file holds one document: one DAG", event.start_mark)
        return node

    def _node(self, event: Any, depth: int) -> Node:
        yaml, mark = self._yaml, event.start_mark
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _Refused(f"*{event.anchor} names nothing above it", mark)
            found = self._anchors[event.anchor]
            return Node(found.value, mark.line + 1, mark.column + 1, found.count)
        if depth > DEPTH_MAX:
            raise _Refused(f"values are nested deeper than {DEPTH_MAX}", mark)
        if event.tag is not None and event.tag not in _CORE_TAGS and event.tag != "!":
            raise _Refused(f"tag {event.tag} is not allowed: values are plain", mark)
        if isinstance(event, yaml.ScalarEvent):
            node = self._made(_scalar(event), mark, 1)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(mark, depth)
        else:
            node = self._map(mark, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _list(self, mark: Any, depth: int) -> Node:
        items, count = [], 1
        while not isinstance(event := next(self._events), self._yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
            count = self._counted(count + items[-1].count, mark)
        return self._made(items, mark, count)

    def _map(self, mark: Any, depth: int) -> Node:
        entries: dict[str, tuple[Node, Node]] = {}
        count = 1
        while not isinstance(event := next(self._events), self._yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            name = event.value if isinstance(event, self._yaml.ScalarEvent) else None
            if name is None:
                raise _Refused("a key is text", event.start_mark)
            if name == "<<" and event.implicit[0]:
                raise _Refused("merge keys are not available: say what is common in default_args",
                               event.start_mark)
            if name in entries:
                raise _Refused(f"'{name}' stands here twice", event.start_mark)
            value = self._node(next(self._events), depth + 1)
            entries[name] = key, value
            count = self._counted(count + value.count, mark)
        return self._made(entries, mark, count)

    @staticmethod
    def _counted(count: int, mark: Any) -> int:
        if count > VALUES_MAX:
            raise _Refused(f"more than {VALUES_MAX} values, aliases counted each time", mark)
        return count

    @staticmethod
    def _made(value: Any, mark: Any, count: int) -> Node:
        return Node(value, mark.line + 1, mark.column + 1, count)


def _scalar(event: Any) -> Any:
    text = event.value
    tag = (event.tag or "").rpartition(":")[2]
    if tag in ("str", "!") or (not tag and not event.implicit[0]):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) <= 400:
        return int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text

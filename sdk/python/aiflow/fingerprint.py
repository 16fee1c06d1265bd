# SPDX-License-Identifier: Apache-2.0
"""What a function does and what it is given, as texts that are equal only when both are.

For the result cache: two tasks with equal fingerprints do the same. So whatever can't be told for
sure is refused, not guessed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import hashlib
import inspect
import logging
import os
import re
import types
from typing import Any, Callable

from aiflow.artifacts import Artifact
from aiflow.exceptions import AirflowException

#: Objects that may be looked through below one function: beyond it a cache_key is to be given.
OBJECTS_MAX = 2000


class NotPlain(AirflowException):
    """A value whose equality can't be told from its text."""


def canonical(value: Any) -> Any:
    """The value as JSON in which different values look different (1 and True, (1,) and [1]).
    Raises NotPlain."""
    if value is None or type(value) in (bool, str):
        return value
    if isinstance(value, Artifact):
        return ["artifact", value.name, value.kind, value.sha256]
    if isinstance(value, (int, float)) and type(value) in (int, float):
        return [type(value).__name__, repr(value)]
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return ["date", type(value).__name__, value.isoformat()]
    if isinstance(value, dt.timedelta):
        return ["timedelta", repr(value)]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if isinstance(value, os.PathLike):
        return ["path", os.fspath(value)]
    if isinstance(value, enum.Enum):
        return ["enum", type(value).__qualname__, value.name]
    if isinstance(value, re.Pattern):
        return ["pattern", canonical(value.pattern), value.flags]
    if isinstance(value, logging.Logger):
        return ["logger", value.name]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *(canonical(item) for item in value)]
    if isinstance(value, (set, frozenset)):
        return ["set", *sorted((canonical(item) for item in value), key=repr)]
    if isinstance(value, dict):
        items = [[canonical(key), canonical(item)] for key, item in value.items()]
        return ["dict", *sorted(items, key=repr)]
    raise NotPlain(f"a {type(value).__name__} can't be compared by its content")


def of_function(function: Callable) -> Any:
    """A function by its code, its defaults, what it closes over, and the functions, classes and
    plain values of its own file that it names, and theirs. Other modules count by their names only.
    Raises NotPlain."""
    return _Walk(_module_of(function)).callable(function)


def digest(parts: Any) -> str:
    """SHA-256 of what canonical() and of_function() gave."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _module_of(function: Any) -> str:
    inner = inspect.unwrap(function) if callable(function) else function
    return getattr(inner, "__module__", "") or ""


class _Walk:
    """Through a function and what it names, each object once: functions may call each other."""

    def __init__(self, module: str):
        self._module = module
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []  # so that no id is given out twice

    def callable(self, value: Any) -> Any:
        if id(value) in self._numbers:
            return ["again", self._numbers[id(value)]]
        if len(self._numbers) >= OBJECTS_MAX:
            raise NotPlain(f"the function names more than {OBJECTS_MAX} things")
        self._numbers[id(value)] = len(self._numbers)
        self._kept.append(value)
        if isinstance(value, functools.partial):
            return ["partial", self.callable(value.func), canonical(value.args),
                    canonical(value.keywords)]
        if isinstance(value, types.MethodType):
            raise NotPlain(f"the method {value.__qualname__} depends on its object")
        wrapped = getattr(value, "__wrapped__", None)
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, type):
            return self._class(value)
        if wrapped is not None:  # a task's decorated function
            return ["wrapped", type(value).__qualname__, self.callable(wrapped)]
        if isinstance(value, types.BuiltinFunctionType):
            return ["builtin", value.__module__, value.__qualname__]
        raise NotPlain(f"a {type(value).__name__} is called, which may hold anything")

    def _function(self, function: types.FunctionType) -> Any:
        cells = [self._value(cell.cell_contents) for cell in function.__closure__ or ()]
        named = [[name, self._value(function.__globals__[name])]
                 for name in sorted(_names(function.__code__)) if name in function.__globals__]
        wrapped = getattr(function, "__wrapped__", None)
        return ["function", function.__qualname__, self._code(function.__code__),
                canonical(function.__defaults__), canonical(function.__kwdefaults__), cells, named,
                None if wrapped is None else self.callable(wrapped)]

    def _class(self, kind: type) -> Any:
        members = []
        for name, member in sorted(vars(kind).items()):
            if name in ("__dict__", "__weakref__", "__doc__", "__annotations__", "__firstlineno__",
                        "__static_attributes__"):
                continue
            inner = getattr(member, "__func__", getattr(member, "fget", member))
            members.append([name, type(member).__name__, self._value(inner)])
        return ["class", kind.__qualname__, [self._value(base) for base in kind.__bases__], members]

    def _value(self, value: Any) -> Any:
        """A global, a member or what a closure holds."""
        if isinstance(value, types.ModuleType):
            return ["module", value.__name__, str(getattr(value, "__version__", ""))]
        if callable(value):
            module = _module_of(value)
            if module == self._module:
                return self.callable(value)
            return ["named", module, getattr(value, "__qualname__", type(value).__qualname__)]
        if dataclasses.is_dataclass(value) and not isinstance(value, (type, Artifact)):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return ["dataclass", type(value).__qualname__, canonical(fields)]
        return canonical(value)

    def _code(self, code: types.CodeType) -> Any:
        """The instructions and constants; not the file's name and lines."""
        constants = [self._code(c) if isinstance(c, types.CodeType) else _constant(c)
                     for c in code.co_consts]
        return ["code", code.co_code.hex(), constants, list(code.co_names), list(code.co_varnames),
                list(code.co_freevars), code.co_flags, code.co_argcount, code.co_kwonlyargcount]


def _constant(value: Any) -> Any:
    if value is ...:
        return ["ellipsis"]
    if isinstance(value, complex):
        return ["complex", repr(value)]
    if isinstance(value, tuple):
        return ["tuple", *(_constant(item) for item in value)]
    if isinstance(value, frozenset):
        return ["set", *sorted((_constant(item) for item in value), key=repr)]
    return canonical(value)


def _names(code: types.CodeType) -> set[str]:
    """The names that the code and the functions inside of it look up."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names

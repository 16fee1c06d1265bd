# SPDX-License-Identifier: Apache-2.0
"""Context members that are worked out when somebody looks: the server is asked only for what is used."""

from __future__ import annotations

import operator
from typing import Any, Callable

_UNKNOWN: Any = object()


class Lazy:
    """Stands for a value in copies of the context and in **kwargs, where Python gives no way to wait
    with it. It behaves as the value, except that `is None` and type() see through nothing."""

    __slots__ = ("_make", "_value")

    def __init__(self, make: Callable[[], Any]):
        object.__setattr__(self, "_make", make)
        object.__setattr__(self, "_value", _UNKNOWN)

    @property  # type: ignore[misc]
    def __class__(self):  # isinstance() asks this
        return type(unwrapped(self))

    def __getattr__(self, name: str) -> Any:
        return getattr(unwrapped(self), name)

    def __hash__(self) -> int:
        return hash(unwrapped(self))

    def __format__(self, spec: str) -> str:
        return format(unwrapped(self), spec)


def unwrapped(value: Any) -> Any:
    """The value that a Lazy stands for, worked out once; anything else as it is."""
    if type(value) is not Lazy:
        return value
    if object.__getattribute__(value, "_value") is _UNKNOWN:
        object.__setattr__(value, "_value", object.__getattribute__(value, "_make")())
    return object.__getattribute__(value, "_value")


def _forward(name: str, function: Callable) -> None:
    def method(self, *others):
        return function(unwrapped(self), *(unwrapped(other) for other in others))

    method.__name__ = name
    setattr(Lazy, name, method)


for _name, _function in {"__str__": str, "__repr__": repr, "__bool__": bool}.items():
    _forward(_name, _function)
for _name in ("eq", "ne", "lt", "le", "gt", "ge", "add", "sub"):
    _forward(f"__{_name}__", getattr(operator, f"__{_name}__"))
_forward("__radd__", lambda own, other: other + own)
_forward("__rsub__", lambda own, other: other - own)


class Context(dict):
    """The context dictionary. Plain copies of it ({**context}) keep the lazy members lazy."""

    def __getitem__(self, key: Any) -> Any:
        return unwrapped(super().__getitem__(key))

    def get(self, key: Any, default: Any = None) -> Any:
        return unwrapped(super().get(key, default))

    def pop(self, key: Any, *default: Any) -> Any:
        return unwrapped(super().pop(key, *default))

    def values(self) -> list:  # type: ignore[override]
        return [self[key] for key in self]

    def items(self) -> list:  # type: ignore[override]
        return [(key, self[key]) for key in self]

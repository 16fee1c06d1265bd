# SPDX-License-Identifier: Apache-2.0
"""XCom values: what can be one, how types that JSON lacks travel, and what comes back."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from typing import Any

from aiflow import artifacts
from aiflow.exceptions import AirflowException
from aiflow.running.lazy import Lazy, unwrapped
from aiflow.running.moments import moment

XCOM_BYTES_MAX = 48 * 1024
XCOM_DEPTH_MAX = 46  # the worker reads no deeper JSON
#: {TYPE_MARK: "datetime", "value": "2026-..."}: a published value of a type that JSON lacks.
TYPE_MARK = "__aiflow_type__"


def to_json_value(value: Any, where: str, *, typed: bool = False) -> Any:
    """Checks that a value can be an XCom and returns it as JSON would give it back.

    Tuples and sets become lists, dates text, paths text, artifacts their references. typed: dates,
    durations and sets are marked, so that revive() gives them back; tuples are lists all the same,
    as what tasks may be mapped over. Raises AirflowException that names `where`.
    """

    def convert(item: Any) -> Any:
        if type(item) is Lazy:
            return unwrapped(item)
        if typed and (kind := _kind_of(item)):
            return {TYPE_MARK: kind, "value": _ENCODERS[kind](item)}
        if isinstance(item, (set, frozenset)):
            return sorted(item, key=str)
        if isinstance(item, (dt.datetime, dt.date)):
            return item.isoformat()
        if _kind_of(item) == "Decimal":
            return str(item)
        if isinstance(item, os.PathLike):
            return os.fspath(item)
        if isinstance(item, artifacts.Artifact):
            return item.to_json()
        raise AirflowException(f"{where}: a {type(item).__name__} is not JSON; return text, numbers, "
                               "lists or dicts, or return artifacts.save() of a file with it")

    _check_measure(value, where, typed)
    try:
        text = json.dumps(value, default=convert, allow_nan=False)
    except RecursionError:
        raise AirflowException(f"{where}: it contains itself, or is nested too deep") from None
    except (ValueError, TypeError) as error:
        raise AirflowException(f"{where}: {error}") from None
    if len(text) > XCOM_BYTES_MAX:
        raise _too_large(where, f"{len(text)} bytes are")
    return json.loads(text)


def _too_large(where: str, amount: str) -> AirflowException:
    return AirflowException(f"{where}: {amount} over the XCom limit of {XCOM_BYTES_MAX} bytes; "
                            "return artifacts.save() of a file with the data")


def _check_measure(value: Any, where: str, typed: bool) -> None:
    """Refuses what is too large or too deep before a text is made of it, which may be gigabytes.

    Every member costs two bytes at least, so that a value which contains itself ends here too.
    """
    bytes_left = XCOM_BYTES_MAX
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        bytes_left -= len(item) if isinstance(item, (str, bytes)) else 1
        if depth > XCOM_DEPTH_MAX:
            raise AirflowException(f"{where}: it is nested deeper than {XCOM_DEPTH_MAX} levels")
        if bytes_left < 0:
            raise _too_large(where, f"it has more than {XCOM_BYTES_MAX} bytes, so it is")
        if isinstance(item, dict):
            if typed and TYPE_MARK in item:
                raise AirflowException(f"{where}: the key {TYPE_MARK} is AIflow's own")
            waiting.extend((member, depth + 1) for pair in item.items() for member in pair)
        elif isinstance(item, (list, tuple, set, frozenset)):
            waiting.extend((member, depth + 1) for member in item)


_ENCODERS = {
    "Decimal": str,
    "datetime": lambda value: value.isoformat(),
    "date": lambda value: value.isoformat(),
    "timedelta": lambda value: [value.days, value.seconds, value.microseconds],
    "set": lambda value: sorted(value, key=str),
    "frozenset": lambda value: sorted(value, key=str),
}

_DECODERS = {
    "Decimal": lambda text: _decimal().Decimal(text),
    "datetime": lambda text: moment(dt.datetime.fromisoformat(text)),
    "date": dt.date.fromisoformat,
    "timedelta": lambda parts: dt.timedelta(*parts),
    "set": lambda items: {_hashable(item) for item in items},
    "frozenset": lambda items: frozenset(_hashable(item) for item in items),
}


def _decimal() -> Any:
    import decimal  # for those only who have one

    return decimal


def _kind_of(value: Any) -> str | None:
    if "decimal" in sys.modules and isinstance(value, sys.modules["decimal"].Decimal):
        return "Decimal"
    for kind in (dt.datetime, dt.date, dt.timedelta, frozenset, set):  # a datetime is a date too
        if isinstance(value, kind):
            return kind.__name__
    return None


def _hashable(item: Any) -> Any:
    """A list in a set was a tuple."""
    return tuple(_hashable(member) for member in item) if isinstance(item, list) else item


def revive(value: Any) -> Any:
    """A published value with its dates, durations, sets and artifacts as such again."""
    if isinstance(value, list):
        return [revive(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(artifacts.MARK) == 1:
        return artifacts.revive(value)
    members = {key: revive(item) for key, item in value.items()}
    if value.keys() == {TYPE_MARK, "value"} and value[TYPE_MARK] in _DECODERS:
        return _DECODERS[value[TYPE_MARK]](members["value"])
    return members

# SPDX-License-Identifier: Apache-2.0
"""Arguments that are times or lengths of time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from aiflow.exceptions import AirflowException


def duration(value: Any, of: str, argument: str) -> dt.timedelta:
    """A timedelta, or a number of seconds. Raises AirflowException that names whose argument it is."""
    if isinstance(value, dt.timedelta):
        return value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        if is_number:
            return dt.timedelta(seconds=value)
    except (ValueError, OverflowError):
        pass  # not a number, or too large a one
    raise AirflowException(f"{of}: {argument} is a timedelta or a number of seconds, "
                           f"not {value!r} (a {type(value).__name__})")


def optional_duration(value: Any, of: str, argument: str) -> dt.timedelta | None:
    """As duration(); None stays None."""
    return None if value is None else duration(value, of, argument)


def optional_moment(value: Any, of: str, argument: str) -> dt.datetime | None:
    """A datetime, also written as text (ISO 8601, as "2026-01-31" or "2026-01-31T08:00+09:00"); None
    stays None. Raises AirflowException that names whose argument it is."""
    if isinstance(value, str):
        try:
            return dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            pass
    elif value is None or isinstance(value, dt.datetime):
        return value
    raise AirflowException(f"{of}: {argument} is a datetime or a text such as '2026-01-31', "
                           f"not {value!r} (a {type(value).__name__})")

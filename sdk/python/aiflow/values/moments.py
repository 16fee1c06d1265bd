# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.timezone and airflow.utils.dates: moments with a zone, by the standard library."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

utc = dt.timezone.utc


def utcnow() -> dt.datetime:
    """Now, in UTC."""
    return dt.datetime.now(utc)


def datetime(*parts: int, tzinfo: dt.tzinfo | None = None, **more: Any) -> dt.datetime:
    """As datetime.datetime(), in UTC when no zone is given."""
    return dt.datetime(*parts, tzinfo=tzinfo or utc, **more)


def parse(text: str, timezone: dt.tzinfo | None = None) -> dt.datetime:
    """ISO 8601; without an offset in `timezone`, or else in UTC. Raises ValueError."""
    return make_aware(dt.datetime.fromisoformat(text.replace("Z", "+00:00")), timezone)


def is_localized(value: dt.datetime) -> bool:
    """Whether it has a zone."""
    return value.utcoffset() is not None


def make_aware(value: dt.datetime | None, timezone: dt.tzinfo | None = None) -> dt.datetime | None:
    """The same wall time in `timezone` (UTC) when it has none."""
    return value if value is None or is_localized(value) else value.replace(tzinfo=timezone or utc)


def convert_to_utc(value: dt.datetime | None) -> dt.datetime | None:
    """The same moment in UTC; one without a zone is taken to be in UTC."""
    made = make_aware(value)
    return None if made is None else made.astimezone(utc)


coerce_datetime = make_aware


def timezone(name: str) -> dt.tzinfo:
    """By its name, such as "Asia/Seoul". Raises ZoneInfoNotFoundError."""
    return ZoneInfo(name)


def days_ago(n: int, hour: int = 0, minute: int = 0, second: int = 0,
             microsecond: int = 0) -> dt.datetime:
    """That time of day, n days ago, in UTC."""
    at = utcnow().replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    return at - dt.timedelta(days=n)

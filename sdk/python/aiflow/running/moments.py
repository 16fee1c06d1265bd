# SPDX-License-Identifier: Apache-2.0
"""Times of the context: pendulum's where it is installed, as Airflow gives them, else datetime's."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any


@functools.cache
def pendulum() -> Any:
    """The module; None when it is not installed. Loading it takes 50 ms: a zygote does so before it
    forks, and a file that is only parsed needs none."""
    try:
        import pendulum as found
    except ImportError:
        return None
    return found


def parse_time(text: str | None) -> dt.datetime | None:
    """RFC 3339 -> aware datetime in UTC; a pendulum.DateTime where pendulum is installed."""
    return None if text is None else moment(dt.datetime.fromisoformat(text.replace("Z", "+00:00")))


def moment(value: dt.datetime) -> dt.datetime:
    """The same time, as a pendulum.DateTime where pendulum is installed."""
    return value if pendulum() is None else pendulum().instance(value)


def utc_now() -> dt.datetime:
    return moment(dt.datetime.now(dt.timezone.utc))

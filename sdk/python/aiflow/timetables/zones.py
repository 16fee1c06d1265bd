# SPDX-License-Identifier: Apache-2.0
"""Time zones as the scheduler reads them: an IANA name, or an offset such as "+09:00"."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import Any

from aiflow.exceptions import AirflowException

_OFFSET = re.compile(r"^[+-]\d{2}:\d{2}$")


def _is_known(name: Any) -> bool:
    try:
        return isinstance(name, str) and bool(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _offset_name(offset: dt.timedelta | None) -> str:
    if not offset:
        return "UTC"
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def zone_name(zone: Any, of: str, at: dt.datetime | None = None) -> str:
    """The name of a tzinfo (of zoneinfo, pendulum, pytz, dateutil, datetime) or of a text. One
    without an IANA name counts as the offset it has at `at`. Raises AirflowException for an unknown
    text; `of` says whose zone it is."""
    if zone is None:
        return "UTC"
    if isinstance(zone, str):
        if _OFFSET.match(zone) or _is_known(zone):
            return zone
        raise AirflowException(f"{of}: time zone '{zone}' is not known; write an IANA name such as "
                               "'Asia/Seoul', or an offset such as '+09:00'")
    for attribute in ("key", "zone", "name"):
        name = getattr(zone, attribute, None)
        if _is_known(name):
            return name
    return _offset_name(zone.utcoffset(at.replace(tzinfo=None) if at else None))

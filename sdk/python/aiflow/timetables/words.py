# SPDX-License-Identifier: Apache-2.0
"""Schedules in words, for people. Unusual crons stay as they are."""

from __future__ import annotations

import datetime as dt
import re

PRESETS = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
           "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@quarterly": "0 0 1 */3 *",
           "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}
_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"]


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _every(count: int, unit: str) -> str:
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def _step(field: str) -> int | None:
    found = re.fullmatch(r"\*/(\d+)", field)
    return int(found[1]) if found else None


def _names(field: str, names: list[str], first: int) -> str | None:
    """"1-5" -> "Monday to Friday", "1,3" -> "Monday and Wednesday"; None: something else."""
    def name(text: str) -> str | None:
        short = [n[:3].lower() for n in names]
        if text.lower() in short:
            return names[short.index(text.lower())]
        number = int(text) - first if text.isdigit() else -1
        return names[number % len(names)] if 0 <= number <= len(names) - first else None

    separator = " to " if "-" in field else None
    parts = [name(p) for p in re.split("-" if separator else ",", field)]
    if None in parts or (separator and len(parts) != 2):
        return None
    return separator.join(parts) if separator else _join(parts)


def _days(day: str, month: str, weekday: str) -> str | None:
    """"every day", "every Monday", "on day 1 of each month"."""
    if (day, month, weekday) == ("*", "*", "*"):
        return "every day"
    if day == month == "*":
        names = _names(weekday, _DAYS, 0)
        return f"every {names}" if names else None
    if weekday != "*" or not re.fullmatch(r"\d+|[lL]", day):
        return None
    which = "the last day" if day in "lL" else f"day {day}"
    if month == "*":
        return f"on {which} of each month"
    months = _names(month, _MONTHS, 1)
    return f"on {which} of {months}" if months else None


def cron_words(text: str) -> str:
    """"every day at 09:00"; without a zone."""
    fields = PRESETS.get(text, text).split()
    other = f"cron '{text}'"
    if len(fields) != 5:
        return other
    minute, hour, *date = fields
    days = _days(*date)
    if days == "every day" and hour == "*":
        step = 1 if minute == "*" else _step(minute)
        if step:
            return _every(step, "minute")
        return f"every hour at :{minute:0>2}" if minute.isdigit() else other
    if not minute.isdigit() or days is None:
        return other
    if days == "every day" and _step(hour):
        return f"{_every(_step(hour), 'hour')} at :{minute:0>2}"
    if not re.fullmatch(r"\d+(,\d+)*", hour):
        return other
    return f"{days} at " + _join([f"{h:0>2}:{minute:0>2}" for h in hour.split(",")])


def duration_words(delta: dt.timedelta, months: int = 0) -> str:
    """"2 hours and 30 minutes"."""
    seconds = round(delta.total_seconds())
    counts = [(months // 12, "year"), (months % 12, "month"), (seconds // 86400, "day"),
              (seconds // 3600 % 24, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second")]
    parts = [f"{n} {unit}" + ("s" if n > 1 else "") for n, unit in counts if n]
    return _join(parts) if parts else f"{delta.total_seconds():g} seconds"


def interval_words(delta: dt.timedelta, months: int = 0) -> str:
    """"every hour", "every 2 days and 1 hour"."""
    words = duration_words(delta, months)
    return "every " + (words[2:] if re.fullmatch(r"1 [a-z]+", words) else words)

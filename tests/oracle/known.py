# SPDX-License-Identifier: Apache-2.0
"""Where the product differs from Airflow on purpose. Each difference is a correction of Airflow's
code, put into it here; an answer that differs must be the corrected Airflow's. The reasons are in
docs/guide/schedules.md."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any, Callable, Iterator

from croniter import CroniterBadDateError

import airflow.timetables.trigger as trigger_module
from airflow.timetables._cron import CronMixin, _covers_every_hour, convert_to_utc, croniter
from airflow.timetables._cron import make_aware, make_naive

TASK_STATES = ["no_status", "scheduled", "queued", "running", "success", "failed", "up_for_retry",
               "up_for_reschedule", "upstream_failed", "skipped", "deferred", "removed",
               "restarting", "awaiting_input"]
HOUR = dt.timedelta(hours=1)
_plain_next, _plain_prev = CronMixin._get_next, CronMixin._get_prev


def _local(timetable: CronMixin, current, method: str):
    naive = make_naive(current, timetable._timezone)
    cron = croniter(timetable._expression, start_time=naive)
    return naive, getattr(cron, method)(dt.datetime), _covers_every_hour(cron)


def _next_by_local_time(self, current):
    """An hourly cron keeps its distance only over an hour; over a day or more, as between two
    Mondays, its local time counts."""
    naive, scheduled, hourly = _local(self, current, "get_next")
    if hourly and scheduled - naive <= HOUR:
        return _plain_next(self, current)
    return convert_to_utc(make_aware(scheduled, self._timezone))


def _prev_by_local_time(self, current):
    naive, scheduled, hourly = _local(self, current, "get_prev")
    if hourly and naive - scheduled <= HOUR:
        return _plain_prev(self, current)
    return convert_to_utc(make_aware(scheduled, self._timezone))


def _prev_before_now(self, current):
    """The tick before a time is before it, in an hour that comes twice and after one left out."""
    naive, at = make_naive(current, self._timezone), current
    while True:
        found = _prev_by_local_time(self, at)
        if found < current:
            return found
        cron = croniter(self._expression, start_time=naive)
        naive = cron.get_prev(dt.datetime)
        earlier = croniter(self._expression, start_time=naive).get_prev(dt.datetime)
        found = convert_to_utc(make_aware(earlier, self._timezone))
        if found < current:
            return found


class _Due:
    """Sorts runs of several crons by when they start, not by their logical date."""

    @staticmethod
    def key(info, *, now: float) -> float:
        if info is None:
            return float("inf")
        at = info.run_after.timestamp()
        return -at if at <= now else at


CORRECTIONS: dict[str, Callable[[], Any]] = {
    "an hourly cron of some days begins them at its local time": lambda: (
        setattr(CronMixin, "_get_next", _next_by_local_time),
        setattr(CronMixin, "_get_prev", _prev_by_local_time)),
    "the tick before a time is before it": lambda: setattr(
        CronMixin, "_get_prev", _prev_before_now),
    "several crons with a data interval: the next due one runs": lambda: setattr(
        trigger_module.MultipleCronTriggerTimetable, "_dagrun_info_sort_key_no_catchup",
        staticmethod(_Due.key)),
}


@contextlib.contextmanager
def corrected(names: list[str]) -> Iterator[None]:
    multiple = trigger_module.MultipleCronTriggerTimetable
    plain_key = multiple.__dict__["_dagrun_info_sort_key_no_catchup"]
    try:
        for name in names:
            CORRECTIONS[name]()
        yield
    finally:
        CronMixin._get_next, CronMixin._get_prev = _plain_next, _plain_prev
        multiple._dagrun_info_sort_key_no_catchup = plain_key


def reason(question: dict, ours: Any, answer: Callable[[dict], Any]) -> str | None:
    """The correction with which Airflow gives our answer; None: there is none."""
    for names in [*([name] for name in CORRECTIONS), list(CORRECTIONS)]:
        with corrected(names), contextlib.suppress(AssertionError, CroniterBadDateError):
            if answer(question) == ours:
                return names[0] if len(names) == 1 else "several of these"
    return None

# SPDX-License-Identifier: Apache-2.0
"""Triggers that wait for a moment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from aiflow.exceptions import AirflowException
from aiflow.triggers.base import ServerTrigger


class DateTimeTrigger(ServerTrigger):
    """Fires at `moment`, a datetime with a zone; its event is the moment as text.

    end_from_trigger is taken for Airflow's sake: the task goes on in its own process.
    """

    def __init__(self, moment: dt.datetime, *, end_from_trigger: bool = False):
        super().__init__()
        if not isinstance(moment, dt.datetime):
            raise TypeError(f"Expected datetime.datetime type for moment. Got {type(moment)}")
        if moment.tzinfo is None:
            raise AirflowException("DateTimeTrigger: moment has no time zone")
        self.moment = moment.astimezone(dt.timezone.utc)
        self.end_from_trigger = end_from_trigger

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("airflow.providers.standard.triggers.temporal.DateTimeTrigger",
                {"moment": self.moment, "end_from_trigger": self.end_from_trigger})

    def server_trigger(self) -> dict:
        return {"kind": "time", "at": self.moment.isoformat()}


class TimeDeltaTrigger(DateTimeTrigger):
    """Fires `delta` from now."""

    def __init__(self, delta: dt.timedelta, *, end_from_trigger: bool = False):
        super().__init__(dt.datetime.now(dt.timezone.utc) + delta,
                         end_from_trigger=end_from_trigger)

# SPDX-License-Identifier: Apache-2.0
"""WeekDay: the days of the week, Monday first."""

from enum import IntEnum


class WeekDay(IntEnum):
    """As datetime.isoweekday() counts."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

# SPDX-License-Identifier: Apache-2.0
"""airflow.timetables.simple"""

from aiflow.timetables import ContinuousTimetable as ContinuousTimetable
from aiflow.timetables import NullTimetable as NullTimetable
from aiflow.timetables import OnceTimetable as OnceTimetable

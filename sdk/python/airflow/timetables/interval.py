# SPDX-License-Identifier: Apache-2.0
"""airflow.timetables.interval"""

from aiflow.timetables import CronDataIntervalTimetable as CronDataIntervalTimetable
from aiflow.timetables import DeltaDataIntervalTimetable as DeltaDataIntervalTimetable

# SPDX-License-Identifier: Apache-2.0
"""airflow.timetables.trigger"""

from aiflow.timetables import CronTriggerTimetable as CronTriggerTimetable
from aiflow.timetables import DeltaTriggerTimetable as DeltaTriggerTimetable
from aiflow.timetables import MultipleCronTriggerTimetable as MultipleCronTriggerTimetable

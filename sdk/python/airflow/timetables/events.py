# SPDX-License-Identifier: Apache-2.0
"""airflow.timetables.events"""

from aiflow.timetables import EventsTimetable as EventsTimetable

# SPDX-License-Identifier: Apache-2.0
"""airflow.timetables.base"""

from aiflow.timetables import Timetable as Timetable

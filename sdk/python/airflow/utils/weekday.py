# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.weekday"""

from aiflow.values.weekday import WeekDay as WeekDay

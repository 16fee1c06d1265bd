# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.weekday"""

from aiflow.sensors.time import DayOfWeekSensor as DayOfWeekSensor

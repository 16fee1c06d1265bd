# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.sensors.weekday"""

from aiflow.sensors.time import DayOfWeekSensor as DayOfWeekSensor

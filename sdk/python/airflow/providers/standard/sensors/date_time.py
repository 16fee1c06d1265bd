# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.sensors.date_time"""

from aiflow.sensors.time import DateTimeSensor as DateTimeSensor
from aiflow.sensors.time import DateTimeSensorAsync as DateTimeSensorAsync

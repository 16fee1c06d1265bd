# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.time_sensor"""

from aiflow.sensors.time import TimeSensor as TimeSensor
from aiflow.sensors.time import TimeSensorAsync as TimeSensorAsync

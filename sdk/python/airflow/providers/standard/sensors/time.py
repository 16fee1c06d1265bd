# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.sensors.time"""

from aiflow.sensors.time import TimeSensor as TimeSensor
from aiflow.sensors.time import TimeSensorAsync as TimeSensorAsync

# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.time_delta"""

from aiflow.sensors.time import TimeDeltaSensor as TimeDeltaSensor
from aiflow.sensors.time import TimeDeltaSensorAsync as TimeDeltaSensorAsync

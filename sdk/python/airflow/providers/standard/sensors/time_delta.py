# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.sensors.time_delta"""

from aiflow.sensors.time import TimeDeltaSensor as TimeDeltaSensor
from aiflow.sensors.time import TimeDeltaSensorAsync as TimeDeltaSensorAsync

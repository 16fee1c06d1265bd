# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.sensors.bash"""

from aiflow.sensors.bash import BashSensor as BashSensor

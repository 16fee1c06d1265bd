# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.bash"""

from aiflow.sensors.bash import BashSensor as BashSensor

# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.python"""

from aiflow.sensors.python import PythonSensor as PythonSensor

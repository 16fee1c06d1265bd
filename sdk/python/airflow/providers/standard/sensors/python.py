# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.sensors.python"""

from aiflow.sensors.python import PythonSensor as PythonSensor

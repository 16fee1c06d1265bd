# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.http.sensors.http"""

from aiflow.sensors.http import HttpSensor as HttpSensor

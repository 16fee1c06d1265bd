# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.http.triggers.http"""

from aiflow.triggers.http import HttpSensorTrigger as HttpSensorTrigger

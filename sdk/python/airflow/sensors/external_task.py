# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.external_task"""

from aiflow.sensors.external_task import ExternalTaskSensor as ExternalTaskSensor

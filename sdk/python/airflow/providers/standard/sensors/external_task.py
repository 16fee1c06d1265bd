# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.sensors.external_task"""

from aiflow.sensors.external_task import ExternalTaskSensor as ExternalTaskSensor

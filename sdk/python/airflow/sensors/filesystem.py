# SPDX-License-Identifier: Apache-2.0
"""airflow.sensors.filesystem"""

from aiflow.sensors.filesystem import FileSensor as FileSensor

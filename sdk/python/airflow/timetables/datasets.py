# SPDX-License-Identifier: Apache-2.0
"""airflow.timetables.datasets (Airflow 2)"""

from aiflow.assets import AssetOrTimeSchedule as DatasetOrTimeSchedule

__all__ = ["DatasetOrTimeSchedule"]

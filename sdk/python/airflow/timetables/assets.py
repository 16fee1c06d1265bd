# SPDX-License-Identifier: Apache-2.0
"""airflow.timetables.assets"""

from aiflow.assets import AssetOrTimeSchedule as AssetOrTimeSchedule

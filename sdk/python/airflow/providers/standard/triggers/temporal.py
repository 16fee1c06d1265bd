# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.triggers.temporal"""

from aiflow.triggers.temporal import DateTimeTrigger as DateTimeTrigger
from aiflow.triggers.temporal import TimeDeltaTrigger as TimeDeltaTrigger

# SPDX-License-Identifier: Apache-2.0
"""airflow.triggers.base"""

from aiflow.triggers.base import BaseEventTrigger as BaseEventTrigger
from aiflow.triggers.base import BaseTrigger as BaseTrigger
from aiflow.triggers.base import TriggerEvent as TriggerEvent

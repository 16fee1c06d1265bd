# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.trigger_rule"""

from aiflow.values.trigger_rule import TriggerRule as TriggerRule

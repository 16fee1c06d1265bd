# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.trigger_rule"""

from aiflow.wire_gen import TriggerRule as TriggerRule

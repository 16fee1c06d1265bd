# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.trigger_dagrun"""

from aiflow.operators.trigger_dagrun import TriggerDagRunOperator as TriggerDagRunOperator

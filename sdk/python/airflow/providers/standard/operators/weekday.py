# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.operators.weekday"""

from aiflow.operators.branch import BranchDayOfWeekOperator as BranchDayOfWeekOperator

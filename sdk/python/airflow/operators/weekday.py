# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.weekday"""

from aiflow.operators.branch import BranchDayOfWeekOperator as BranchDayOfWeekOperator

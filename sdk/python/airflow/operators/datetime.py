# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.datetime"""

from aiflow.operators.branch import BranchDateTimeOperator as BranchDateTimeOperator

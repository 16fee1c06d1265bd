# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.branch"""

from aiflow.operators.branch import BaseBranchOperator as BaseBranchOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.python"""

from aiflow.operators.python import BranchPythonOperator as BranchPythonOperator
from aiflow.operators.python import PythonOperator as PythonOperator
from aiflow.operators.python import ShortCircuitOperator as ShortCircuitOperator
from aiflow.operators.python import get_current_context as get_current_context

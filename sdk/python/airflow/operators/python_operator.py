# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.python_operator"""

from aiflow.operators.python import BranchPythonOperator as BranchPythonOperator
from aiflow.operators.python import PythonOperator as PythonOperator
from aiflow.operators.python import ShortCircuitOperator as ShortCircuitOperator

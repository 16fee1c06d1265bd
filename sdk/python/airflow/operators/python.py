# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.python"""

from aiflow.operators.python import BranchPythonOperator as BranchPythonOperator
from aiflow.operators.python import PythonOperator as PythonOperator
from aiflow.operators.python import ShortCircuitOperator as ShortCircuitOperator
from aiflow.operators.python import get_current_context as get_current_context
from aiflow.operators.virtualenv import BranchExternalPythonOperator as BranchExternalPythonOperator
from aiflow.operators.virtualenv import BranchPythonVirtualenvOperator as BranchPythonVirtualenvOperator
from aiflow.operators.virtualenv import ExternalPythonOperator as ExternalPythonOperator
from aiflow.operators.virtualenv import PythonVirtualenvOperator as PythonVirtualenvOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.operators.python"""

from airflow.operators.python import BranchPythonOperator as BranchPythonOperator
from airflow.operators.python import PythonOperator as PythonOperator
from airflow.operators.python import ShortCircuitOperator as ShortCircuitOperator
from airflow.operators.python import get_current_context as get_current_context
from aiflow.operators.virtualenv import BranchExternalPythonOperator as BranchExternalPythonOperator
from aiflow.operators.virtualenv import BranchPythonVirtualenvOperator as BranchPythonVirtualenvOperator
from aiflow.operators.virtualenv import ExternalPythonOperator as ExternalPythonOperator
from aiflow.operators.virtualenv import PythonVirtualenvOperator as PythonVirtualenvOperator

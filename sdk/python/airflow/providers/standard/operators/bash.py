# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.operators.bash"""

from aiflow.operators.bash import BashOperator as BashOperator

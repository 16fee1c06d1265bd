# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.bash_operator"""

from aiflow.operators.bash import BashOperator as BashOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.empty"""

from aiflow.operators.empty import EmptyOperator as EmptyOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.operators.empty"""

from aiflow.operators.empty import EmptyOperator as EmptyOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.dummy_operator"""

from aiflow.operators.empty import EmptyOperator as DummyOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.dummy (Airflow 2)"""

from aiflow.operators.empty import EmptyOperator as DummyOperator  # noqa: F401

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.postgres.operators.postgres"""

from aiflow.operators.sql import PostgresOperator as PostgresOperator

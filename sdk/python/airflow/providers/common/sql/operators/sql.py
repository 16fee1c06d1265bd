# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.common.sql.operators.sql"""

from aiflow.operators.sql import SQLExecuteQueryOperator as SQLExecuteQueryOperator

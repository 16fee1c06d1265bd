# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.mysql.operators.mysql"""

from aiflow.operators.sql import MySqlOperator as MySqlOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.sqlite.operators.sqlite"""

from aiflow.operators.sql import SqliteOperator as SqliteOperator

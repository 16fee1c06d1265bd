# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.http_operator"""

from aiflow.operators.http import SimpleHttpOperator as SimpleHttpOperator

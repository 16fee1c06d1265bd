# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.http.operators.http"""

from aiflow.operators.http import HttpOperator as HttpOperator
from aiflow.operators.http import SimpleHttpOperator as SimpleHttpOperator

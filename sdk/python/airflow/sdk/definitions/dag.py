# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.dag"""

from aiflow.dag import DAG as DAG
from aiflow.decorators import dag as dag

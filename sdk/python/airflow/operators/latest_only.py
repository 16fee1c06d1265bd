# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.latest_only"""

from aiflow.operators.latest_only import LatestOnlyOperator as LatestOnlyOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.operators.latest_only"""

from aiflow.operators.latest_only import LatestOnlyOperator as LatestOnlyOperator

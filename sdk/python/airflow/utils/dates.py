# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.dates"""

from aiflow.values.moments import days_ago as days_ago

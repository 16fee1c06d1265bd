# SPDX-License-Identifier: Apache-2.0
"""airflow.models.connection"""

from aiflow.environment.variable import Connection as Connection

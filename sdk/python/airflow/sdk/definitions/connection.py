# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.connection"""

from aiflow.environment.variable import Connection as Connection

# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.connection"""

from aiflow.variable import Connection as Connection

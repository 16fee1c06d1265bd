# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.postgres.hooks.postgres"""

from aiflow.hooks.sql import PostgresHook as PostgresHook

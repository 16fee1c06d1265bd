# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.sqlite.hooks.sqlite"""

from aiflow.hooks.sql import SqliteHook as SqliteHook

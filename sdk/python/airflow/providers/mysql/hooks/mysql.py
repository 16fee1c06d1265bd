# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.mysql.hooks.mysql"""

from aiflow.hooks.sql import MySqlHook as MySqlHook

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.common.sql.hooks.handlers"""

from aiflow.hooks.sql import fetch_all_handler as fetch_all_handler
from aiflow.hooks.sql import fetch_one_handler as fetch_one_handler

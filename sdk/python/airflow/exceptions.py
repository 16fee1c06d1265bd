# SPDX-License-Identifier: Apache-2.0
"""airflow.exceptions"""

from aiflow.exceptions import *  # noqa: F403

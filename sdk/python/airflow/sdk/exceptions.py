# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.exceptions"""

from aiflow.exceptions import *  # noqa: F403

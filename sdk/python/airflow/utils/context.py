# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.context"""

from aiflow.context import Context as Context

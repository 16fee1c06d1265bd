# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.context"""

from aiflow.context import Context as Context
from aiflow.context import get_current_context as get_current_context

# SPDX-License-Identifier: Apache-2.0
"""airflow.decorators.setup_teardown"""

from aiflow.decorators import setup as setup_task
from aiflow.decorators import teardown as teardown_task
from aiflow.setup_scope import ContextWrapper as ContextWrapper
from aiflow.setup_scope import context_wrapper as context_wrapper

__all__ = ["ContextWrapper", "context_wrapper", "setup_task", "teardown_task"]

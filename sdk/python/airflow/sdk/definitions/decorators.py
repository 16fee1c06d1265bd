# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.decorators"""

from aiflow.decorators import dag as dag
from aiflow.decorators import setup as setup
from aiflow.decorators import task as task
from aiflow.decorators import task_group as task_group
from aiflow.decorators import teardown as teardown

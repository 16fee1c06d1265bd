# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.taskgroup"""

from aiflow.dag import TaskGroup as TaskGroup

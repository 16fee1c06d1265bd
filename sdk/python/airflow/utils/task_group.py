# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.task_group"""

from aiflow.dag import TaskGroup as TaskGroup

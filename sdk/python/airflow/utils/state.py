# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.state"""

from aiflow.values.states import DagRunState as DagRunState
from aiflow.values.states import State as State
from aiflow.values.states import TaskInstanceState as TaskInstanceState

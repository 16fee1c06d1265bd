# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.triggers.external_task"""

from aiflow.triggers.external_task import DagStateTrigger as DagStateTrigger
from aiflow.triggers.external_task import WorkflowTrigger as WorkflowTrigger

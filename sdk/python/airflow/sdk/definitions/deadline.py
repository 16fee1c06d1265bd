# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.deadline"""

from aiflow.policies.deadline import DeadlineAlert as DeadlineAlert
from aiflow.policies.deadline import DeadlineReference as DeadlineReference

# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.deadline"""

from aiflow.deadline import DeadlineAlert as DeadlineAlert
from aiflow.deadline import DeadlineReference as DeadlineReference

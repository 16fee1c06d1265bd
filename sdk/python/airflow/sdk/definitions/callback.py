# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.callback"""

from aiflow.policies.deadline import AsyncCallback as AsyncCallback
from aiflow.policies.deadline import SyncCallback as SyncCallback

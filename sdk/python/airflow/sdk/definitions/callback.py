# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.callback"""

from aiflow.deadline import AsyncCallback as AsyncCallback
from aiflow.deadline import SyncCallback as SyncCallback

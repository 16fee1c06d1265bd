# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.asset"""

from aiflow.assets import Asset as Asset
from aiflow.assets import AssetAlias as AssetAlias
from aiflow.assets import AssetAll as AssetAll
from aiflow.assets import AssetAny as AssetAny
from aiflow.assets import Dataset as Dataset
from aiflow.watcher import AssetWatcher as AssetWatcher

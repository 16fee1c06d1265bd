# SPDX-License-Identifier: Apache-2.0
"""airflow.datasets (Airflow 2's name of assets)"""

from aiflow.assets import AssetAlias as DatasetAlias
from aiflow.assets import AssetAll as DatasetAll
from aiflow.assets import AssetAny as DatasetAny
from aiflow.assets import Dataset as Dataset

__all__ = ["Dataset", "DatasetAlias", "DatasetAll", "DatasetAny"]

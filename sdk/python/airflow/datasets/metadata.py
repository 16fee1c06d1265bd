# SPDX-License-Identifier: Apache-2.0
"""airflow.datasets.metadata"""

from aiflow.assets import Metadata as Metadata

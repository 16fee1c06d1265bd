# SPDX-License-Identifier: Apache-2.0
"""Airflow's import paths, for DAG files written for it. Behaviour is in `aiflow`."""

from aiflow.assets import Asset as Asset
from aiflow.assets import Dataset as Dataset
from aiflow.dag import DAG as DAG

__version__ = "3.0.0"

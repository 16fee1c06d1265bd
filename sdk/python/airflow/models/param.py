# SPDX-License-Identifier: Apache-2.0
"""airflow.models.param"""

from aiflow.dag import Param as Param

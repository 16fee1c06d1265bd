# SPDX-License-Identifier: Apache-2.0
"""airflow.models.variable"""

from aiflow.environment.variable import Variable as Variable

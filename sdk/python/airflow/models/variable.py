# SPDX-License-Identifier: Apache-2.0
"""airflow.models.variable"""

from aiflow.variable import Variable as Variable

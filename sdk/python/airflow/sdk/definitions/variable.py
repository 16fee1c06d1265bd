# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.variable"""

from aiflow.environment.variable import Variable as Variable

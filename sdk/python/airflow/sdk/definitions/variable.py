# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.variable"""

from aiflow.variable import Variable as Variable

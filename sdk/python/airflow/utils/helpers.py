# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.helpers"""

from aiflow.baseoperator import chain as chain
from aiflow.baseoperator import cross_downstream as cross_downstream

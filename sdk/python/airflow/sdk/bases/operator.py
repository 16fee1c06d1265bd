# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.bases.operator"""

from aiflow.baseoperator import BaseOperator as BaseOperator
from aiflow.baseoperator import chain as chain
from aiflow.baseoperator import chain_linear as chain_linear
from aiflow.baseoperator import cross_downstream as cross_downstream

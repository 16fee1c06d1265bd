# SPDX-License-Identifier: Apache-2.0
"""airflow.models.mappedoperator"""

from aiflow.mapped import MappedOperator as MappedOperator

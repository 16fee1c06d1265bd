# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.weight_rule"""

from aiflow.values.weight_rule import WeightRule as WeightRule

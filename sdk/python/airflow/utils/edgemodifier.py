# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.edgemodifier"""

from aiflow.edges import Label as Label

# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.types"""

from aiflow.wire_gen import RunType as DagRunType

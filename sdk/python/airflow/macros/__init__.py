# SPDX-License-Identifier: Apache-2.0
"""airflow.macros"""

from aiflow.context import Macros

ds_add = Macros.ds_add
ds_format = Macros.ds_format

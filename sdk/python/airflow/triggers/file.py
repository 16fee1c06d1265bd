# SPDX-License-Identifier: Apache-2.0
"""airflow.triggers.file"""

from aiflow.triggers.file import FileTrigger as FileTrigger

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.standard.triggers.file"""

from aiflow.triggers.file import FileTrigger as FileTrigger

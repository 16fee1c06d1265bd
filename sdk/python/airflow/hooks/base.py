# SPDX-License-Identifier: Apache-2.0
"""airflow.hooks.base"""

from aiflow.variable import BaseHook as BaseHook

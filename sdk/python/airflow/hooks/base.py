# SPDX-License-Identifier: Apache-2.0
"""airflow.hooks.base"""

from aiflow.environment.variable import BaseHook as BaseHook

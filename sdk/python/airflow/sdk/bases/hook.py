# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.bases.hook"""

from aiflow.environment.variable import BaseHook as BaseHook

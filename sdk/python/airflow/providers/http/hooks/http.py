# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.http.hooks.http"""

from aiflow.hooks.http import HttpHook as HttpHook

# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.bases.notifier"""

from aiflow.policies.notifier import BaseNotifier as BaseNotifier

# SPDX-License-Identifier: Apache-2.0
"""airflow.notifications.basenotifier"""

from aiflow.policies.notifier import BaseNotifier as BaseNotifier

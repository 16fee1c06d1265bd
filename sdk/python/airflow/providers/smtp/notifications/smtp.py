# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.smtp.notifications.smtp"""

from aiflow.policies.notifiers import SmtpNotifier as SmtpNotifier
from aiflow.policies.notifiers import send_smtp_notification as send_smtp_notification

# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.smtp.hooks.smtp"""

from aiflow.hooks.smtp import SmtpHook as SmtpHook

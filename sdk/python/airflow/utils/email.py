# SPDX-License-Identifier: Apache-2.0
"""airflow.utils.email"""

from aiflow.hooks.smtp import send_email as send_email

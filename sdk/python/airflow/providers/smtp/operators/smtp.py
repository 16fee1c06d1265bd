# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.smtp.operators.smtp"""

from aiflow.operators.email import EmailOperator as EmailOperator

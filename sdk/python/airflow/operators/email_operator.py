# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.email_operator"""

from aiflow.operators.email import EmailOperator as EmailOperator

# SPDX-License-Identifier: Apache-2.0
"""airflow.operators.email"""

from aiflow.operators.email import EmailOperator as EmailOperator

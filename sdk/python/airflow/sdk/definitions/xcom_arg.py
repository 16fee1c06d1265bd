# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.xcom_arg"""

from aiflow.xcom_arg import XComArg as XComArg

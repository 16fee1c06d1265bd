# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.retry_policy"""

from aiflow.retry_policy import ExceptionRetryPolicy as ExceptionRetryPolicy
from aiflow.retry_policy import RetryAction as RetryAction
from aiflow.retry_policy import RetryDecision as RetryDecision
from aiflow.retry_policy import RetryPolicy as RetryPolicy
from aiflow.retry_policy import RetryRule as RetryRule

# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.definitions.retry_policy"""

from aiflow.policies.retry_policy import ExceptionRetryPolicy as ExceptionRetryPolicy
from aiflow.policies.retry_policy import RetryAction as RetryAction
from aiflow.policies.retry_policy import RetryDecision as RetryDecision
from aiflow.policies.retry_policy import RetryPolicy as RetryPolicy
from aiflow.policies.retry_policy import RetryRule as RetryRule

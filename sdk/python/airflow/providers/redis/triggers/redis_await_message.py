# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.redis.triggers.redis_await_message"""

from aiflow.triggers.message import AwaitMessageTrigger as AwaitMessageTrigger

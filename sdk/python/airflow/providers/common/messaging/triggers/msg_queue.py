# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.common.messaging.triggers.msg_queue"""

from aiflow.triggers.message import MessageQueueTrigger as MessageQueueTrigger

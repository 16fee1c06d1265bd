# SPDX-License-Identifier: Apache-2.0
"""airflow.providers.redis.sensors.redis_pub_sub"""

from aiflow.sensors.message import RedisPubSubSensor as RedisPubSubSensor

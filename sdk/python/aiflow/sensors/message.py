# SPDX-License-Identifier: Apache-2.0
"""Sensors that wait for a message. They always defer: the server listens."""

from __future__ import annotations

from typing import Any, Sequence

from aiflow.exceptions import AirflowException
from aiflow.sensors.base import BaseSensorOperator
from aiflow.triggers.message import AwaitMessageTrigger, MqttTrigger, WebhookTrigger


class MessageSensor(BaseSensorOperator):
    """Waits for the next message of a trigger (MessageQueueTrigger(...)); returns its event.

    A message that came before the sensor has begun to wait is not seen.
    """

    def __init__(self, *, trigger: Any, deferrable: bool = True, **kwargs):
        super().__init__(**kwargs)
        if isinstance(trigger, WebhookTrigger) or not hasattr(trigger, "server_trigger"):
            raise AirflowException(f"sensor '{self.task_id}': its trigger is one for messages of Redis "
                                   "or MQTT")
        if not deferrable:
            raise AirflowException(f"sensor '{self.task_id}': it can only wait deferred")
        self.trigger = trigger

    def execute(self, context: dict) -> None:
        self.defer_to(self.trigger, context)

    def execute_complete(self, context: dict, event: Any = None) -> Any:
        del context
        return event


class RedisPubSubSensor(MessageSensor):
    """Waits for a message on one of these Redis channels."""

    template_fields: Sequence[str] = ("channels",)

    def __init__(self, *, channels: list[str] | str, redis_conn_id: str = "redis_default", **kwargs):
        super().__init__(trigger=AwaitMessageTrigger(channels, redis_conn_id), **kwargs)
        self.channels, self.redis_conn_id = channels, redis_conn_id

    def execute(self, context: dict) -> None:
        self.trigger = AwaitMessageTrigger(self.channels, self.redis_conn_id)
        super().execute(context)


class MqttSensor(MessageSensor):
    """Waits for a message on one of these MQTT topics. AIflow's own."""

    template_fields: Sequence[str] = ("topics",)

    def __init__(self, *, topics: list[str] | str, mqtt_conn_id: str = "mqtt_default", qos: int = 1,
                 **kwargs):
        super().__init__(trigger=MqttTrigger(topics, mqtt_conn_id, qos), **kwargs)
        self.topics, self.mqtt_conn_id, self.qos = topics, mqtt_conn_id, qos

    def execute(self, context: dict) -> None:
        self.trigger = MqttTrigger(self.topics, self.mqtt_conn_id, self.qos)
        super().execute(context)

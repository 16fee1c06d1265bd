# SPDX-License-Identifier: Apache-2.0
"""Triggers that wait for messages: Redis channels, MQTT topics, webhooks, and Airflow's
MessageQueueTrigger, which names one of them by its scheme."""

from __future__ import annotations

from typing import Any, Sequence
from urllib.parse import unquote, urlsplit

from aiflow.exceptions import AirflowException
from aiflow.triggers.base import BaseEventTrigger, ServerTrigger


class _MessageTrigger(ServerTrigger, BaseEventTrigger):
    """Fires for each message when an AssetWatcher has it; for one when a task waits for it."""


def _names(value: str | Sequence[str], what: str) -> list[str]:
    names = [value] if isinstance(value, str) else list(value)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise AirflowException(f"{what} are one or more names")
    return names


class AwaitMessageTrigger(_MessageTrigger):
    """A message on one of these Redis channels. Its event: {"type", "channel", "data"}."""

    def __init__(self, channels: list[str] | str, redis_conn_id: str = "redis_default",
                 poll_interval: float = 60, *, host: str | None = None, port: int = 6379):
        super().__init__()
        self.channels = _names(channels, "channels")
        self.redis_conn_id, self.poll_interval = redis_conn_id, poll_interval
        self.host, self.port = host, port

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("airflow.providers.redis.triggers.redis_await_message.AwaitMessageTrigger",
                {"channels": self.channels, "redis_conn_id": self.redis_conn_id,
                 "poll_interval": self.poll_interval, "host": self.host, "port": self.port})

    def server_trigger(self) -> dict:
        place = ({"conn_id": self.redis_conn_id} if self.host is None
                 else {"host": self.host, "port": self.port})
        return {"kind": "redis", "channels": self.channels, **place}


class _RedisQueueTrigger(_MessageTrigger):
    _argument = ""  #: its name: "lists" or "streams"
    _kind = ""

    def __init__(self, names: list[str] | str, redis_conn_id: str, group: str, host: str | None,
                 port: int):
        super().__init__()
        self.names, self.redis_conn_id, self.group = _names(names, self._argument), redis_conn_id, group
        self.host, self.port = host, port

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (f"aiflow.triggers.message.{type(self).__name__}",
                {self._argument: self.names, "redis_conn_id": self.redis_conn_id, "group": self.group,
                 "host": self.host, "port": self.port})

    def server_trigger(self) -> dict:
        place = ({"conn_id": self.redis_conn_id} if self.host is None
                 else {"host": self.host, "port": self.port})
        return {"kind": self._kind, self._argument: self.names, "group": self.group, **place}


class RedisListTrigger(_RedisQueueTrigger):
    """The next member of one of these Redis lists (LPOP's side). Its event: {"type", "list", "data"}.

    Until what it leads to is stored, it stays in the list "NAME:group". group: a name that no other
    AIflow takes messages of these lists under. AIflow's own, as is RedisStreamTrigger.
    """

    _argument, _kind = "lists", "redis_list"

    def __init__(self, lists: list[str] | str, redis_conn_id: str = "redis_default",
                 group: str = "aiflow", *, host: str | None = None, port: int = 6379):
        super().__init__(lists, redis_conn_id, group, host, port)


class RedisStreamTrigger(_RedisQueueTrigger):
    """The next entry of one of these Redis streams. Its event: {"type", "stream", "id", "fields"}.

    It is read as consumer group `group` (made if it is not there, from the stream's beginning), and
    acknowledged when what it leads to is stored.
    """

    _argument, _kind = "streams", "redis_stream"

    def __init__(self, streams: list[str] | str, redis_conn_id: str = "redis_default",
                 group: str = "aiflow", *, host: str | None = None, port: int = 6379):
        super().__init__(streams, redis_conn_id, group, host, port)


class MqttTrigger(_MessageTrigger):
    """A message on one of these MQTT topics (filters with + and #).

    Its event: {"topic", "payload", "qos", "retain"}. AIflow's own: Airflow has no MQTT provider.
    """

    def __init__(self, topics: list[str] | str, mqtt_conn_id: str = "mqtt_default", qos: int = 1, *,
                 host: str | None = None, port: int = 1883):
        super().__init__()
        self.topics = _names(topics, "topics")
        self.mqtt_conn_id, self.qos, self.host, self.port = mqtt_conn_id, qos, host, port

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("aiflow.triggers.message.MqttTrigger",
                {"topics": self.topics, "mqtt_conn_id": self.mqtt_conn_id, "qos": self.qos,
                 "host": self.host, "port": self.port})

    def server_trigger(self) -> dict:
        place = ({"conn_id": self.mqtt_conn_id} if self.host is None
                 else {"host": self.host, "port": self.port})
        return {"kind": "mqtt", "topics": self.topics, "qos": self.qos, **place}


class WebhookTrigger(_MessageTrigger):
    """A POST to /api/v2/dags/<dag_id>/webhooks/<watcher's name>. For an AssetWatcher only.

    webhook_conn_id: the connection whose password is the hook's secret. A sender shows it in the
    header X-Webhook-Token, or signs the body with it as GitHub does (X-Hub-Signature-256). Without
    one, senders need an API token.
    """

    def __init__(self, webhook_conn_id: str | None = None):
        super().__init__()
        self.webhook_conn_id = webhook_conn_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("aiflow.triggers.message.WebhookTrigger", {"webhook_conn_id": self.webhook_conn_id})

    def server_trigger(self) -> dict:
        return {"kind": "webhook", "conn_id": self.webhook_conn_id or ""}


_QUEUES: dict[str, type] = {"redis+pubsub": AwaitMessageTrigger, "redis+list": RedisListTrigger,
                            "redis+stream": RedisStreamTrigger, "mqtt": MqttTrigger}


def MessageQueueTrigger(*, scheme: str | None = None, queue: str | None = None,
                        **kwargs: Any) -> _MessageTrigger:
    """Airflow's one name for all queues.

    scheme "redis+pubsub" with AwaitMessageTrigger's arguments, "redis+list" and "redis+stream" with
    RedisListTrigger's and RedisStreamTrigger's, "mqtt" with MqttTrigger's, "webhook" with
    WebhookTrigger's; or queue "redis+pubsub://host:6379/channel", "redis+list://host/list",
    "redis+stream://host/stream", "mqtt://host:1883/topic/+".
    """
    if queue is not None and "://" in queue:
        parts = urlsplit(queue.replace("#", "%23"))
        if parts.password or parts.username:
            raise AirflowException("MessageQueueTrigger: credentials belong in a connection, not in "
                                   "the queue's address")
        names = [unquote(parts.path).removeprefix("/")]
        place = {"host": parts.hostname, **({"port": parts.port} if parts.port else {})}
        if parts.scheme in _QUEUES:
            return _QUEUES[parts.scheme](names, **place, **kwargs)
        scheme = parts.scheme
    kinds = {**_QUEUES, "webhook": WebhookTrigger}
    if scheme not in kinds:
        raise AirflowException(f"MessageQueueTrigger: scheme {scheme!r} is not known; known are "
                               + ", ".join(kinds))
    return kinds[scheme](**kwargs)

# SPDX-License-Identifier: Apache-2.0
"""AssetWatcher: messages that start runs."""

from __future__ import annotations

from typing import Any

from aiflow.exceptions import AirflowException
from aiflow.triggers.base import BaseEventTrigger, BaseTrigger
from aiflow.triggers.message import WebhookTrigger


class AssetWatcher:
    """Each message of the trigger makes an asset new, Asset(..., watchers=[AssetWatcher(...)]), or
    starts a run by itself: DAG(schedule=AssetWatcher(...)), or a list of them.

    name: letters, digits, '_', '-' and '.'; a webhook is reached by it. trigger: MessageQueueTrigger,
    AwaitMessageTrigger, RedisListTrigger, RedisStreamTrigger, MqttTrigger or WebhookTrigger.
    """

    def __init__(self, name: str, *, trigger: BaseEventTrigger | dict):
        from aiflow.dag import check_id

        self.name = check_id("watcher", name)
        known = isinstance(trigger, BaseEventTrigger) and isinstance(trigger, BaseTrigger)
        if not known or trigger.server_trigger() is None:
            raise AirflowException(f"watcher '{name}': its trigger is one for messages "
                                   "(aiflow.triggers.message)")
        self.trigger = trigger

    def spec(self) -> dict:
        """WatcherSpec of api/dag.yaml."""
        return {"name": self.name, "trigger": self.trigger.server_trigger()}


def watchers_of(schedule: Any, of: str) -> list[AssetWatcher]:
    """The watchers that a DAG's schedule consists of; [] when it is another schedule."""
    items = list(schedule) if isinstance(schedule, (list, tuple)) else [schedule]
    found = [item for item in items if isinstance(item, AssetWatcher)]
    if found and len(found) < len(items):
        raise AirflowException(f"{of}: a schedule is of watchers alone, or of none")
    _check_names(found, of)
    return found


def asset_watchers(watchers: Any, of: str) -> list[AssetWatcher]:
    """The watchers of an asset. Raises AirflowException when one of them is something else."""
    found = list(watchers or [])
    wrong = [one for one in found if not isinstance(one, AssetWatcher)]
    if wrong:
        raise AirflowException(f"{of}: watchers is a list of AssetWatcher, not of {wrong[0]!r}")
    if any(isinstance(watcher.trigger, WebhookTrigger) for watcher in found):
        raise AirflowException(f"{of}: a webhook makes no asset new; its sender can call "
                               "POST /api/v2/assets/events")
    _check_names(found, of)
    return found


def _check_names(watchers: list[AssetWatcher], of: str) -> None:
    names = [watcher.name for watcher in watchers]
    if len(set(names)) < len(names):
        raise AirflowException(f"{of}: two watchers have one name")

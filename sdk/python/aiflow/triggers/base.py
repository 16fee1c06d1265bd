# SPDX-License-Identifier: Apache-2.0
"""BaseTrigger, and how a deferral travels: as data to the server, or, for a trigger class of
one's own, as a wait inside the task's process."""

from __future__ import annotations

import datetime as dt
from typing import Any, AsyncIterator

from aiflow.exceptions import AirflowException, TaskDeferralTimeout, TaskDeferred
from aiflow.running.values import to_json_value

#: Bytes of a trigger with the arguments of the method that goes on (src/trigger/trigger.h).
DEFERRAL_BYTES_MAX = 64 << 10


class TriggerEvent:
    """What a trigger of one's own yields."""

    def __init__(self, payload: Any):
        self.payload = payload

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TriggerEvent) and other.payload == self.payload

    def __repr__(self) -> str:
        return f"TriggerEvent<{self.payload!r}>"


class BaseTrigger:
    """A trigger. Those of AIflow say by server_trigger() what the server is to wait for.

    A class of one's own writes run(), an async generator of TriggerEvents, as in Airflow. The server
    runs no code of DAG files, so that such a trigger runs in the task's own process: the task works,
    but keeps its worker slot while it waits.
    """

    def __init__(self, **kwargs: Any):
        del kwargs

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class's path and the arguments that make an equal one."""
        raise NotImplementedError(f"{type(self).__name__}.serialize")

    def server_trigger(self) -> dict | None:
        """{kind, arguments} for the server; None: the server does not know this trigger."""
        return None

    async def run(self) -> AsyncIterator[TriggerEvent]:
        raise NotImplementedError(f"{type(self).__name__}.run")
        yield

    async def cleanup(self) -> None:
        """Called when the wait has ended."""

    def __repr__(self) -> str:
        return type(self).__name__


class BaseEventTrigger(BaseTrigger):
    """A trigger that an AssetWatcher may use: it fires again and again."""


class ServerTrigger(BaseTrigger):
    """A trigger that the server runs: its arguments are its attributes."""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        raise AirflowException(f"{type(self).__name__} is run by the AIflow server")
        yield


def deferral_of(deferred: TaskDeferred) -> dict:
    """The Deferral of api/worker.yaml. Raises AirflowException when it can't travel."""
    where = f"the arguments of {deferred.method_name}()"
    timeout = deferred.timeout
    return {"trigger": to_json_value(deferred.trigger.server_trigger(), repr(deferred.trigger)),
            "next_method": deferred.method_name,
            "next_kwargs": to_json_value(encode(deferred.kwargs or {}), where),
            "timeout_ms": None if timeout is None else max(0, round(timeout.total_seconds() * 1000))}


_CODED = "__aiflow_type__"


def encode(value: Any) -> Any:
    """JSON of plain values, dates, durations, tuples and sets, as decode() reads it."""
    if isinstance(value, dt.datetime):
        return {_CODED: "datetime", "value": value.isoformat()}
    if isinstance(value, dt.date):
        return {_CODED: "date", "value": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {_CODED: "timedelta", "value": value.total_seconds()}
    if isinstance(value, (tuple, set, frozenset)):
        kind = "tuple" if isinstance(value, tuple) else "set"
        return {_CODED: kind, "value": [encode(item) for item in value]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return value


_DECODERS = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
    "tuple": lambda items: tuple(decode(item) for item in items),
    "set": lambda items: {decode(item) for item in items},
}


def decode(value: Any) -> Any:
    """What encode() was given."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        if _CODED in value:
            return _DECODERS[value[_CODED]](value["value"])
        return {key: decode(item) for key, item in value.items()}
    return value


def wait_here(deferred: TaskDeferred) -> Any:
    """Runs a trigger of one's own until its first event; returns the event's payload.

    Raises TaskDeferralTimeout, AirflowException when it ends without an event, or what it raises.
    """
    import asyncio  # costs 30 ms: for those who need it only

    trigger = deferred.trigger

    async def first_event() -> Any:
        events = trigger.run()
        try:
            async for event in events:
                return event.payload
            raise AirflowException(f"{trigger!r} ended without an event")
        finally:
            await events.aclose()
            await trigger.cleanup()

    timeout = None if deferred.timeout is None else deferred.timeout.total_seconds()

    async def bounded() -> Any:
        return await asyncio.wait_for(first_event(), timeout)

    try:
        return asyncio.run(bounded())
    except asyncio.TimeoutError as error:
        raise TaskDeferralTimeout("Trigger timeout") from error

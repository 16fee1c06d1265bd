# SPDX-License-Identifier: Apache-2.0
"""The XComs of a run in this process, and what stands for a task's socket."""

from __future__ import annotations

import io
import struct
from typing import Any

from aiflow import protocol
from aiflow.running.task_instance import ALL_INDEXES, XCOM_RETURN_KEY

_Place = tuple[str, str, int]  # task id, key, map index


class Exchange:
    """What the tasks of one run have published. Others see a value when its task has succeeded."""

    def __init__(self, dag_id: str, run_id: str):
        self._where = (dag_id, run_id)
        self._values: dict[_Place, Any] = {}

    def commit(self, task_id: str, map_index: int, pushed: dict[str, Any]) -> None:
        for key, value in pushed.items():
            self._values[task_id, key, map_index] = value

    def returned(self, task_id: str, map_index: int = -1) -> Any:
        """As the task returned it, in JSON; None when it returned nothing."""
        return self._values.get((task_id, XCOM_RETURN_KEY, map_index))

    def count(self, task_id: str) -> int:
        """How many instances have returned something."""
        return sum(1 for place in self._values if place[:2] == (task_id, XCOM_RETURN_KEY))

    def answer(self, frame: dict) -> dict:
        """TaskXComValue for TaskXComGet."""
        found = self._found(frame) if (frame["dag_id"], frame["run_id"]) == self._where else []
        if not found:
            return {"found": False}
        value, item = found[0], frame.get("item")
        if isinstance(value, list) and item is not None and 0 <= item < len(value):
            return {"found": True, "value": value[item], "length": len(value)}
        return {"found": True, "value": value}

    def _found(self, frame: dict) -> list:
        task_id, key, index = frame["task_id"], frame["key"], frame["map_index"]
        if index != ALL_INDEXES:
            place = (task_id, key, index)
            return [self._values[place]] if place in self._values else []
        places = sorted(place for place in self._values
                        if place[:2] == (task_id, key) and place[2] >= 0)
        return [[self._values[place] for place in places]] if places else []


class TaskSocket:
    """A task's socket as far as aiflow.protocol uses one; at its other end is an Exchange."""

    def __init__(self, exchange: Exchange):
        self._exchange = exchange
        self._answers = io.BytesIO()
        self.pushed: dict[str, Any] = {}

    def sendall(self, data: bytes) -> None:
        """One whole frame."""
        frame = protocol.parse(data[4:])
        if frame["type"] == "TaskXComPush":
            self.pushed[frame["key"]] = frame.get("value")
        elif frame["type"] == "TaskXComGet":
            protocol.send(_Writer(self._answers), "TaskXComValue",
                          request_id=frame["request_id"], **self._exchange.answer(frame))

    def recv(self, count: int) -> bytes:
        return self._answers.read(count)


class _Writer:
    """Puts a frame where the next read begins: each question is answered at once."""

    def __init__(self, to: io.BytesIO):
        self._to = to

    def sendall(self, data: bytes) -> None:
        assert struct.unpack(">I", data[:4])[0] == len(data) - 4
        self._to.seek(0)
        self._to.truncate()
        self._to.write(data)
        self._to.seek(0)

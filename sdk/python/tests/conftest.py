# SPDX-License-Identifier: Apache-2.0
"""A zygote forks task processes; each conversation is held as a supervisor would hold it."""

import json
import os
import socket
import struct
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from aiflow import protocol

SDK = Path(__file__).resolve().parent.parent


def whole_text(fd: int) -> str:
    """All that comes until the other end is closed."""
    with os.fdopen(fd) as file:
        return file.read()


def published(xcoms: dict, frame: dict) -> list:
    """The value that a TaskXComGet asks for, as the one member of a list; [] without one."""
    key = (frame["task_id"], frame["key"])
    if frame["map_index"] == -1:
        return [xcoms[key]] if key in xcoms else []
    of_instances = {k[2]: value for k, value in xcoms.items() if k[:2] == key and len(k) == 3}
    if frame["map_index"] == -2:
        return [[of_instances[i] for i in sorted(of_instances)]] if of_instances else []
    return [of_instances[frame["map_index"]]] if frame["map_index"] in of_instances else []


def answer(xcoms: dict, frame: dict) -> dict:
    """As the server does: one item of a list where that is what is asked for, else the whole."""
    found, item = published(xcoms, frame), frame.get("item")
    if not found:
        return {"found": False, "value": None}
    if isinstance(found[0], list) and item is not None and 0 <= item < len(found[0]):
        return {"found": True, "value": found[0][item], "length": len(found[0])}
    return {"found": True, "value": found[0]}


class Supervisor:
    """The other end: a zygote process and one task at a time."""

    def __init__(self, dag_file: Path):
        self.dag_file = dag_file
        self.questions: list[dict] = []  # for an XCom
        self.env: dict[str, str] = {}  # more of it for the tasks
        self.start_words: dict[str, object] = {}  # what a TaskStart says besides the job
        self.sock, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "import os,sys; os.dup2(int(sys.argv[1]), 3); "
             "os.execv(sys.executable, [sys.executable, '-m', 'aiflow.zygote'])",
             str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env={**os.environ, "PYTHONPATH": str(SDK)})
        theirs.close()

    def start(self, task_id: str, map_index: int = -1, **job):
        task_side, child_side = socket.socketpair()
        out_read, out_write = os.pipe()
        null = os.open(os.devnull, os.O_RDONLY)
        body = json.dumps({"type": "ZygoteFork", "request_id": 1, "cwd": "/tmp",
                           "env": {"PATH": os.environ["PATH"], **self.env},
                           "dag_file": str(self.dag_file)}).encode()
        socket.send_fds(self.sock, [struct.pack(">I", len(body)) + body],
                        [null, out_write, out_write, child_side.fileno()])
        for fd in (null, out_write):
            os.close(fd)
        child_side.close()
        forked = protocol.recv(self.sock)
        assert forked["type"] == "ZygoteForked"
        protocol.send(task_side, "TaskStart", job={
            "key": {"dag_id": "d", "run_id": "r", "task_id": task_id,
                    "map_index": map_index},
            "try_number": 1, "max_tries": 0, "epoch": 1, "dag_file": str(self.dag_file),
            "run_type": "manual", "params": {"n": 4}, "logical_date": "2026-01-02T03:04:05Z", **job},
            **self.start_words)
        return task_side, out_read, forked["pid"]

    def run(self, task_id: str, xcoms=None, **job):
        """-> (TaskDone frame, pushed xcoms, log text, ZygoteExited frame)

        xcoms: (task_id, key) -> value, of a mapped task (task_id, key, map_index) -> value.
        """
        task_side, out_read, _pid = self.start(task_id, **job)
        log: list[str] = []
        reader = threading.Thread(target=lambda: log.append(whole_text(out_read)))
        reader.start()
        pushed, frame = {}, None
        while frame is None or frame["type"] != "TaskDone":
            try:
                frame = protocol.recv(task_side)
            except (protocol.ConnectionLost, ConnectionError):
                reader.join()
                pytest.fail("the task said nothing; its log: " + log[0])
            if frame["type"] == "TaskXComPush":
                pushed[frame["key"]] = frame.get("value")
            if frame["type"] == "TaskXComGet":
                self.questions.append(frame)
                protocol.send(task_side, "TaskXComValue", request_id=frame["request_id"],
                              **answer(xcoms or {}, frame))
        reader.join()
        return frame, pushed, log[0], protocol.recv(self.sock)

    def close(self):
        self.sock.close()
        assert self.process.wait(10) == 0


@pytest.fixture
def supervisor(tmp_path):
    made = []

    def make(source: str) -> Supervisor:
        path = tmp_path / "flow.py"
        path.write_text(textwrap.dedent(source))
        made.append(Supervisor(path))
        return made[-1]

    yield make
    for one in made:
        one.close()

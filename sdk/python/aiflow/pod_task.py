# SPDX-License-Identifier: Apache-2.0
"""Runs one attempt in a pod, without a worker: `python3 -m aiflow.pod_task FOLDER FILES`.

FOLDER has what the server sent for this attempt: job and token; FILES are those of the DAG's folder
(dag_files/packed.py), whose names of modules and templates are the same here as at the server. What a worker's supervisor does for a
task is done here: values of other tasks are asked from the server (AIFLOW_API_URL), and what the
task publishes and how it ended goes into the log, in lines "::aiflow:result ..." whose rests together
are JSON {"done": TaskDone, "xcoms": [{key, value}], "rendered": {field: value}}. The server takes them out of the log.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import threading
from typing import Any

from aiflow import api, protocol, run_task
from aiflow.containers import fetched_pack
from aiflow.dag_files.packed import unpack
from aiflow.environment.log_mask import mask_secret
from aiflow.exceptions import AirflowException

LINE_BYTES = 4000
#: map_index of a question for the values of all instances of a mapped task
ALL_INSTANCES = -2


def main(folder: str, files: str) -> int:
    with open(os.path.join(folder, "job"), encoding="utf-8") as file:
        job = json.load(file)
    with open(os.path.join(folder, "token"), encoding="utf-8") as file:
        mask_secret(file.read().strip())
    own = tempfile.mkdtemp(prefix="aiflow-")
    dags = os.path.join(own, "dags")
    unpack(files, dags)
    os.environ["AIFLOW_DAG_FOLDERS"] = dags
    job["dag_file"] = os.path.join(dags, job["dag_file"])
    ours, theirs = socket.socketpair()
    said: dict[str, Any] = {"xcoms": []}
    pack = (job.get("executor_config") or {}).get("pack")
    if pack is not None:
        try:
            print("aiflow: pack", fetched_pack.fetch(pack, os.path.join(own, "pack")), flush=True)
        except (AirflowException, OSError) as error:
            _say({**said, "done": _failed(f"its pack could not be fetched: {error}")})
            return 1
        os.environ["AIFLOW_PACK"] = os.path.join(own, "pack")
    server = threading.Thread(target=_serve, args=(ours, job, said), daemon=True)
    server.start()
    code = run_task.main(theirs)
    theirs.close()
    server.join()
    _say(said)
    return code


def _failed(cause: str) -> dict:
    """A TaskDone."""
    return {"outcome": "failed", "cause": cause, "skip_all_downstream": False}


def _serve(sock: socket.socket, job: dict, said: dict) -> None:
    """The other end of the task's socket, until the task closes it."""
    protocol.send(sock, "TaskStart", job=job, takes_rendered=True)
    while True:
        try:
            frame = protocol.recv(sock)
        except (protocol.ConnectionLost, OSError):
            return
        kind = frame.pop("type")
        if kind == "TaskXComPush":
            said["xcoms"] = [one for one in said["xcoms"] if one["key"] != frame["key"]] + [frame]
        elif kind == "TaskXComGet":
            try:
                value = _value(frame)
            except Exception as error:
                # Not "there is none": the task would go on with None, whatever the value is.
                said["done"] = _failed(f"a value of task '{frame['task_id']}' cannot be read: {error}")
                print("aiflow:", said["done"]["cause"], flush=True)
                sock.shutdown(socket.SHUT_RDWR)
                return
            protocol.send(sock, "TaskXComValue", request_id=frame["request_id"], **value)
        elif kind == "TaskRendered":
            said["rendered"] = frame["fields"]
        elif kind == "TaskDone":
            said["done"] = frame


def _value(question: dict) -> dict:
    """{found, value, length?}, as a worker would get it. Raises when the server cannot be asked."""
    found, value = _look_up(question)
    item = question.get("item")
    if not found or item is None:
        return {"found": found, "value": value}
    if not isinstance(value, list) or not 0 <= item < len(value):
        return {"found": False, "length": len(value) if isinstance(value, list) else None}
    return {"found": True, "value": value[item], "length": len(value)}


def _look_up(question: dict) -> tuple[bool, Any]:
    task = api.path_of("dags", question["dag_id"], "dagRuns", question["run_id"], "taskInstances",
                       question["task_id"])
    if question["map_index"] != ALL_INSTANCES:
        return _entry(task, question["key"], question["map_index"])
    instances = task.rpartition("/")[0]
    indexes: list[int] = []
    while True:
        page = api.call("GET", instances, query={"task_id": question["task_id"],
                                                 "limit": 100, "offset": len(indexes)})
        indexes += [one["map_index"] for one in page["items"]]
        if not page["items"] or len(indexes) >= page["total_entries"]:
            break
    values = [_entry(task, question["key"], index) for index in sorted(indexes) if index >= 0]
    return True, [value for found, value in values if found]


def _entry(task: str, key: str, map_index: int) -> tuple[bool, Any]:
    try:
        entry = api.call("GET", f"{task}/xcomEntries/{api.quoted(key)}",
                         query={"map_index": map_index})
    except api.ApiError as error:
        if error.status == 404:
            return False, None
        raise
    return True, entry["value"]


def _say(said: dict) -> None:
    text = json.dumps(said)  # ASCII: it can be cut anywhere
    sys.stdout.flush()
    with open(1, "w", encoding="ascii", closefd=False) as out:  # values are not masked
        for at in range(0, len(text), LINE_BYTES):
            out.write("::aiflow:result " + text[at:at + LINE_BYTES] + "\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

# SPDX-License-Identifier: Apache-2.0
"""Triggers that a server would run, waited for in this process."""

from __future__ import annotations

import datetime as dt
import glob
import os
import time
from typing import Any, Callable

from aiflow.exceptions import AirflowException, TaskDeferralTimeout


def wait_for(trigger: dict, timeout_ms: int | None) -> Any:
    """Waits for a trigger of the Deferral of api/worker.yaml; returns its event.

    Raises TaskDeferralTimeout, and AirflowException for kinds that need a server.
    """
    kind = trigger["kind"]
    if kind not in _KINDS:
        raise AirflowException(f"a trigger of kind '{kind}' needs a server: run the DAG there, or "
                               "let the test leave the task out with mark_success_pattern")
    give_up_at = None if timeout_ms is None else time.monotonic() + timeout_ms / 1000
    pause_s = max(0.05, trigger.get("poll_ms", 200) / 1000)
    while (event := _KINDS[kind](trigger)) is None:
        left = pause_s if give_up_at is None else give_up_at - time.monotonic()
        if left <= 0:
            raise TaskDeferralTimeout("Trigger timeout")
        time.sleep(min(pause_s, left))
    return event


def _moment(trigger: dict) -> Any:
    at = dt.datetime.fromisoformat(trigger["at"])
    return trigger["at"] if dt.datetime.now(dt.timezone.utc) >= at else None


def _file(trigger: dict) -> Any:
    for path in glob.iglob(trigger["pattern"], recursive=trigger["recursive"]):
        if os.path.isfile(path) or any(files for _folder, _below, files in os.walk(path)):
            return True
    return None


def _http(trigger: dict) -> Any:
    from aiflow.hooks.http import DEFAULT_CONN_ID, HttpHook
    from aiflow.sensors.http import value_at

    answer = HttpHook(trigger["method"], trigger["conn_id"] or DEFAULT_CONN_ID).run(
        trigger["url"], trigger.get("body"), trigger["headers"],
        {"timeout": trigger["timeout_ms"] / 1000, "check_response": False})
    if answer.status_code in trigger["not_yet"]:
        return None
    answer.raise_for_status()
    pointer = trigger.get("json_pointer")
    fits = pointer is None or value_at(answer.json(), pointer) == trigger["json_equals"]
    return True if fits else None


_KINDS: dict[str, Callable[[dict], Any]] = {"time": _moment, "file": _file, "http": _http}

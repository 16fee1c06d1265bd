# SPDX-License-Identifier: Apache-2.0
"""The result cache (opt in): a task whose inputs were seen before takes the result of that time.

Decided in the task's own process, after its templates are rendered and before it executes: only
there are the function, the rendered arguments and the upstream values all known. What the key holds:
docs/guide/result-cache.md.
"""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

from aiflow import api, fingerprint, protocol
from aiflow.exceptions import AirflowException

SCHEME = 1


def key_of(operator: Any, context: dict) -> str | None:
    """The key of this task with these inputs; None, with a line in the log, when it can't be told."""
    try:
        parts = ([["given", operator.rendered_cache_key(context)]] if operator.cache_key
                 else operator.cache_inputs(context))
        return fingerprint.digest([
            SCHEME, list(sys.version_info[:2]), operator.dag.dag_id, operator.task_id,
            type(operator).__module__, type(operator).__qualname__, operator.do_xcom_push,
            operator.multiple_outputs, fingerprint.canonical(operator.cache_version), parts])
    except (fingerprint.NotPlain, RecursionError) as error:
        print(f"The result cache is not used: {error}; say with cache_key= what the result "
              "depends on.", flush=True)
        return None


def look_up(key: str) -> dict | None:
    """The kept result of an earlier run; its artifacts are this attempt's from now on. None: there
    is none, or the server can't say."""
    try:
        return api.call("POST", "/api/v2/resultCache/lookup", {"key": key})
    except AirflowException as error:  # a server that is away is no reason to fail
        if getattr(error, "status", None) != 404:
            print(f"The result cache can't be asked: {error}", flush=True)
        return None


def kept_as(key: str, ttl: dt.timedelta | None, emits: list[dict]) -> dict:
    """The fields of TaskDone by which a success is kept; none, with a line in the log, when it said
    something of assets: a later task that takes the result would make plain events of its outlets."""
    if any(emit["extra"] or emit["alias"] for emit in emits):
        print("The result is not kept: what the task said of its assets would be lost.", flush=True)
        return {}
    return {"cache_key": key,
            "cache_ttl_ms": None if ttl is None else int(ttl.total_seconds() * 1000)}


def publish(sock, hit: dict) -> str:
    """Publishes what the earlier task did, and returns the cause of this one's success."""
    for entry in hit["xcoms"]:
        protocol.send(sock, "TaskXComPush", key=entry["key"], value=entry["value"])
    name = hit["task_id"] + (f"[{hit['map_index']}]" if hit["map_index"] >= 0 else "")
    return f"result of run {hit['dag_run_id']}, task {name}, same inputs"

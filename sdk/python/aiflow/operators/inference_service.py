# SPDX-License-Identifier: Apache-2.0
"""An inference service that AIflow serves, in the place of a process: ServiceOperator(service="...")."""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from aiflow import api
from aiflow.exceptions import AirflowException
from aiflow.operators.service_rate import Rate

#: What a deployment says; of `aiflow service deploy`.
DEPLOY_KEYS = {"model", "version", "variant", "pack", "threads", "report_id"}
DEPLOY_NEEDS = ("model", "variant", "pack")


def check_deploy(deploy: Any, named: str) -> dict | None:
    """What the service is deployed as, complete; None: it is there already, or somebody deploys it."""
    if deploy is None:
        return None
    if not isinstance(deploy, dict) or set(deploy) - DEPLOY_KEYS:
        raise AirflowException(f"{named}: deploy is a dict with {', '.join(sorted(DEPLOY_KEYS))}")
    missing = [key for key in DEPLOY_NEEDS if not deploy.get(key)]
    if missing:
        raise AirflowException(f"{named}: deploy lacks {', '.join(missing)}")
    return {"version": 1, **deploy}


class InferenceService:
    """Found or deployed, asked, and removed when this task instance has deployed it."""

    def __init__(self, task: Any, context: dict):
        instance = context["ti"]
        self._name, self._deploy_as = task.service, check_deploy(task.deploy, f"task '{task.task_id}'")
        self._owner = (instance.dag_id, instance.run_id, instance.task_id)
        self._started = False
        self._seen: dict | None = None  # when it was last asked for
        self._rate = Rate()
        self.address = f"{_server_url(task)}/v2/models/{api.quoted(self._name)}"

    def start(self) -> None:
        """Deploys it if need be. Raises AirflowException when it is another one, or cannot be."""
        found = self._find()
        if found is None and self._deploy_as is not None:
            self._deploy()
        elif found is not None and self._deploy_as is not None:
            self._check_same(found)
        self._started = True

    def ended(self, wait_s: float) -> str:
        """AIflow starts it again itself: here it never ends."""
        if not self._started:
            return "not started"
        time.sleep(wait_s)
        return ""

    def port_is_taken(self) -> bool:
        return False

    def problem(self) -> str:
        """Asks AIflow how it does; "" when it is ready."""
        try:
            service = self._find()
            if service is None and self._deploy_as is not None:
                service = self._deploy()  # somebody has removed it
        except api.ApiError as error:
            if error.status < 500:
                raise
            return str(error)
        except AirflowException as error:
            return str(error)
        if service is None:
            return f"there is no inference service '{self._name}': aiflow service deploy"
        self._seen = service
        if service["state"] == "ready":
            return ""
        return f"the inference service is {service['state']}" + (
            f": {service['cause']}" if service["cause"] else "")

    def tell_rate(self) -> None:
        """Of the requests that went through AIflow."""
        if self._seen is not None:
            p50 = self._seen.get("latency_ms_p50")
            self._rate.tell(self._seen["requests"], "" if p50 is None else f", p50 {p50:.1f} ms")

    def stop(self) -> None:
        """Removes it if this task instance has deployed it, in this try or an earlier one."""
        try:
            found = self._find()
            if found is not None and self._is_own(found):
                api.call("DELETE", api.path_of("services", self._name))
                print(f"the inference service '{self._name}' is removed", flush=True)
        except AirflowException as error:
            print(f"the inference service '{self._name}' is not removed: {error}", flush=True)

    def _find(self) -> dict | None:
        try:
            return api.call("GET", api.path_of("services", self._name))
        except api.ApiError as error:
            if error.status != 404:
                raise
            return None

    def _deploy(self) -> dict:
        body = {"name": self._name, **self._deploy_as}
        print(f"deploys the inference service '{self._name}': {json.dumps(self._deploy_as)}", flush=True)
        return api.call("POST", "/api/v2/services", body, key=uuid.uuid4().hex)

    def _is_own(self, service: dict) -> bool:
        made_by = service["lineage"]
        return (made_by["dag_id"], made_by["dag_run_id"], made_by["task_id"]) == self._owner

    def _check_same(self, service: dict) -> None:
        for key in ("model", "version", "variant"):
            if service[key] != self._deploy_as[key]:
                raise AirflowException(
                    f"the inference service '{self._name}' is there with the {key} {service[key]!r}, "
                    f"not {self._deploy_as[key]!r}: take another name, or leave out deploy=")


def _server_url(task: Any) -> str:
    """Where programs reach the server."""
    url = task.server_url or os.environ.get("AIFLOW_API_URL")
    if not url:
        try:
            url = json.loads((Path(os.environ["AIFLOW_HOME"]) / "run/server.json").read_text())["url"]
        except (OSError, ValueError, KeyError):
            raise AirflowException(
                f"task '{task.task_id}': where the server is reached is not known here; say "
                "server_url='https://...'") from None
    return url.rstrip("/")

# SPDX-License-Identifier: Apache-2.0
"""ServiceOperator(service=...): a DAG follows an inference service that AIflow serves, deploys it when it
is not there, and has it removed when nobody needs it any more."""

import re
import shutil

import pytest
from onnx_file import affine_model
from product import cli
from server import ROOT, Server

DAG = """
import time
from pathlib import Path
from urllib.parse import urlsplit
from aiflow import DAG, api, task
from aiflow.operators.service import ServiceOperator

GO = Path({go!r})
INPUT = {{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}}

with DAG({name!r}):
    eye = ServiceOperator(task_id="eye", health_interval=0.3, {arguments})

    @task
    def ask(url):
        while not GO.exists():
            try:
                answer = api.call("POST", urlsplit(url).path + "/infer", {{"inputs": [INPUT]}})
            except api.ApiError:  # it is away for a moment
                pass
            time.sleep(0.05)
        return [url, answer["outputs"][0]["data"]]

    ask(eye.output)
"""
DEPLOY = 'deploy={"model": "affine", "variant": "fp32", "pack": "onnxruntime"}'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("eye") / "home"
    (home / "downloads").mkdir(parents=True)
    for wheel in (ROOT / "build/downloads").glob("onnxruntime-*.whl"):
        shutil.copy2(wheel, home / "downloads")
    (home / "affine.onnx").write_bytes(affine_model())
    with Server(home, keep=True) as one:
        aiflow(one, "model", "add", "affine", "--file", str(home / "affine.onnx"))
        aiflow(one, "runtime", "add", "onnxruntime")
        yield one


def aiflow(server, *words):
    done = cli(server, *words)
    assert done.returncode == 0, done.stderr


def services(server):
    return {one["name"]: one["state"] for one in server.get("/api/v2/services")["items"]}


def start(server, name, arguments):
    go = server.home / f"go-{name}"
    server.add_dag(name, DAG.format(name=name, go=str(go), arguments=arguments))
    return go, server.trigger(name)


def seen(server, dag, run, is_it, what):
    def look():
        eye = server.tasks(dag, run)["eye"]
        return eye if is_it(eye) else None

    return server.wait_for(look, what, 60)


def test_a_dag_deploys_what_it_needs_and_removes_it(server):
    go, run = start(server, "own", f'service="own", {DEPLOY}')
    serving = seen(server, "own", run, lambda eye: eye.get("service") == "serving", "the service")
    assert re.match(r"serving: http://127.0.0.1:\d+/v2/models/own$", serving["cause"])
    made = server.get("/api/v2/services/own")
    assert (made["state"], made["variant"], made["lineage"]["task_id"]) == ("ready", "fp32", "eye")
    asked = seen(server, "own", run, lambda eye: (eye.get("progress") or {}).get("done", 0) > 5,
                 "the rate")["progress"]
    assert asked["unit"] == "requests" and float(asked["what"].split("/s")[0]) > 0
    aiflow(server, "service", "remove", "own")  # behind its back: degraded or not, it serves again
    server.wait_for(lambda: services(server).get("own") == "ready", "it to be deployed again", 60)
    go.touch()
    tries = server.wait_run("own", run, 60)
    states = {name: one["state"] for name, one in server.tasks("own", run).items()}
    assert states["eye"] == "success", states
    assert tries["state"] == "success"
    assert services(server) == {}


def test_one_that_somebody_has_deployed_is_followed_and_stays(server):
    go, run = start(server, "others", 'service="shared"')
    seen(server, "others", run, lambda eye: eye.get("service") == "starting", "the task to wait")
    aiflow(server, "service", "deploy", "shared", "--model", "affine", "--variant", "fp32",
           "--pack", "onnxruntime")
    seen(server, "others", run, lambda eye: eye.get("service") == "serving", "the service")
    server.wait_for(lambda: server.get("/api/v2/services/shared")["requests"] > 0, "a request", 30)
    go.touch()
    assert server.wait_run("others", run, 60)["state"] == "success"
    path = f"/api/v2/dags/others/dagRuns/{run}/taskInstances/ask/xcomEntries/return_value"
    url, answer = server.get(path)["value"]
    assert url.endswith("/v2/models/shared") and answer == [3.0, 6.0, 9.0]
    assert services(server) == {"shared": "ready"}
    aiflow(server, "service", "remove", "shared")


def test_a_task_may_not_remove_what_another_one_deployed(server):
    aiflow(server, "service", "deploy", "mine", "--model", "affine", "--variant", "fp32",
           "--pack", "onnxruntime")
    server.add_dag("thief", """
from aiflow import DAG, api, task

with DAG("thief"):
    @task
    def take():
        try:
            api.call("DELETE", "/api/v2/services/mine")
        except api.ApiError as error:
            return [error.status, str(error)]

    take()
""")
    run = server.trigger("thief")
    assert server.wait_run("thief", run, 60)["state"] == "success"
    path = f"/api/v2/dags/thief/dagRuns/{run}/taskInstances/take/xcomEntries/return_value"
    assert server.get(path)["value"] == [403, "another one has deployed this service"]
    assert services(server) == {"mine": "ready"}

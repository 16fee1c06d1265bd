# SPDX-License-Identifier: Apache-2.0
"""Queues and labels of tasks, and what an operator asks of workers."""

import json
import os
import subprocess
import time

from product import cli
from server import BIN, Server

DAGS = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("plain"):
    BashOperator(task_id="a", bash_command="echo fine")
with DAG("far"):
    BashOperator(task_id="gpu", bash_command="true", queue="gpu")
    BashOperator(task_id="site", bash_command="true", placement={"site": "busan"})
    BashOperator(task_id="here", bash_command="true")
with DAG("says"):
    BashOperator(task_id="a", bash_command="echo it is $AIRFLOW_VAR_CITY")
with DAG("slow"):
    BashOperator(task_id="a", bash_command="sleep 3; echo done")
"""


def explanation(server, dag, run, task):
    found = server.get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}")["explanation"]
    return found and found["code"], found and found["text"]


def test_a_task_whose_place_nobody_serves_waits_and_says_so_and_holds_up_no_other(server):
    server.add_dag("workers", DAGS, first="far")
    run = server.trigger("far")
    server.wait_for(lambda: server.tasks("far", run)["here"]["state"] == "success", "the other task")
    assert explanation(server, "far", run, "gpu") == (
        "place_unserved", "waiting: no connected worker serves queue 'gpu'")
    assert explanation(server, "far", run, "site") == (
        "place_unserved", "waiting: no connected worker serves label site=busan")


def test_a_cordon_holds_over_restarts_and_a_drained_worker_ends_after_its_last_task(server):
    server.add_dag("workers", DAGS, first="slow")
    worker = server.get("/api/v2/workers")["items"][0]["worker_id"]
    slow = server.trigger("slow")
    server.wait_for(lambda: server.tasks("slow", slow)["a"]["state"] == "running", "the start")
    said = cli(server, "workers", "cordon", worker, "--json").stdout
    assert json.loads(said) == [{"worker_id": worker, "order": "cordon"}]
    assert "cordoned" in cli(server, "workers", "list").stdout
    plain = server.trigger("plain")
    server.stop_server()
    server.start()
    assert server.get("/api/v2/workers")["items"][0]["cordoned"]
    assert server.wait_run("slow", slow)["state"] == "success"
    assert server.tasks("plain", plain)["a"]["state"] == "scheduled"
    assert cli(server, "workers", "uncordon", worker).returncode == 0
    assert server.wait_run("plain", plain)["state"] == "success"

    pid = server.worker_pid()
    slow = server.trigger("slow")
    server.wait_for(lambda: server.tasks("slow", slow)["a"]["state"] == "running", "the start")
    assert cli(server, "workers", "drain", worker).returncode == 0
    assert server.wait_run("slow", slow)["state"] == "success"
    # The server starts a worker when none is there; the cordon of a drained one stays.
    def another():
        workers = server.get("/api/v2/workers")["items"]
        return workers and workers[0]["pid"] != pid and workers[0]

    assert server.wait_for(another, "its end, and the next one")["cordoned"]
    refused = cli(server, "workers", "drain", "nobody")
    assert refused.returncode == 1 and "there is no worker 'nobody'" in refused.stderr


def test_a_worker_shows_what_it_runs_and_what_its_machine_has_to_do(server):
    server.add_dag("workers", DAGS, first="slow")
    run = server.trigger("slow")
    server.wait_for(lambda: server.tasks("slow", run)["a"]["state"] == "running", "the start")
    worker = server.wait_for(lambda: next(
        (one for one in server.get("/api/v2/workers")["items"] if one.get("load") is not None), None),
        "a heartbeat")
    assert worker["cpus"] >= 1 and worker["load"] >= 0 and worker["packs"] == []
    name = worker["worker_id"]
    shown = json.loads(cli(server, "workers", "show", name, "--json").stdout)
    assert shown["worker_id"] == name
    assert [(task["dag_id"], task["dag_run_id"], task["task_id"], task["try_number"])
            for task in shown["tasks"]] == [("slow", run, "a", 1)]
    text = cli(server, "workers", "show", name).stdout
    assert "no packs" in text and run in text and f"of {worker['cpus']}" in text
    assert server.wait_run("slow", run)["state"] == "success"
    assert "no tasks" in cli(server, "workers", "show", name).stdout
    unknown = cli(server, "workers", "show", "nobody")
    assert unknown.returncode == 1 and "aiflow workers list" in unknown.stderr


OF_NOBODY = """
from aiflow import DAG
from airflow.sdk import task
with DAG("of_nobody"):
    @task(run_as_user="nobody")
    def who():
        import getpass, os
        open("mine", "w").write("x")
        return [os.getuid(), getpass.getuser(), os.environ["HOME"]]

    @task(run_as_user="daemon")
    def waits(): pass

    who() >> waits()
"""


def test_a_task_runs_as_a_user_that_the_worker_allows_and_as_no_other():
    with Server(extra=("--run-as-users", "nobody")) as server:
        os.chmod(server.home, 0o711)
        os.chmod(server.dags, 0o755)
        server.add_dag("of_nobody", OF_NOBODY)
        os.chmod(server.dags / "of_nobody.py", 0o644)
        run = server.trigger("of_nobody")
        server.wait_for(lambda: server.tasks("of_nobody", run)["who"]["state"] == "success", "the user")
        value = server.get(f"/api/v2/dags/of_nobody/dagRuns/{run}/taskInstances/who/xcomEntries/return_value")
        assert value["value"] == [65534, "nobody", "/nonexistent"]
        server.wait_for(lambda: "no connected worker serves tasks of user 'daemon' "
                        "(start one with --run-as-users daemon)"
                        in server.tasks("of_nobody", run)["waits"]["cause"], "the reason")
        assert "run_as:nobody=true" in cli(server, "workers", "list").stdout


def first_worker(server):
    workers = server.get("/api/v2/workers")["items"]
    return workers[0] if workers else None


def test_a_drained_worker_is_shown_so_and_its_cordon_is_taken_back_after_its_end(server):
    server.add_dag("workers", DAGS, first="slow")
    worker = first_worker(server)
    run = server.trigger("slow")
    server.wait_for(lambda: server.tasks("slow", run)["a"]["state"] == "running", "the start")
    assert cli(server, "workers", "drain", worker["worker_id"]).returncode == 0
    drains = server.wait_for(
        lambda: first_worker(server)["state"] == "draining" and first_worker(server), "the drain")
    assert (drains["running"], drains["slots"]) == (1, worker["slots"])
    assert "draining" in cli(server, "workers", "list").stdout
    assert "1 worker is draining" in cli(server, "health").stdout
    waits = server.trigger("plain")
    # The list says why it waits, not why it might start.
    server.wait_for(lambda: f"worker '{worker['worker_id']}' is draining"
                    in cli(server, "tasks", "list", "plain", "--run", waits).stdout, "the reason")
    assert server.wait_run("slow", run)["state"] == "success"
    server.wait_for(lambda: (first_worker(server) or {}).get("state") != "draining", "its end")
    back = cli(server, "workers", "uncordon", worker["worker_id"])
    assert back.returncode == 0, back.stderr
    assert server.wait_run("plain", waits)["state"] == "success"
    assert not first_worker(server)["cordoned"]
    assert cli(server, "workers", "uncordon", "nobody").returncode == 1


def test_a_restart_with_other_options_ends_no_task_and_the_next_worker_has_them(server, monkeypatch):
    server.add_dag("workers", DAGS, first="slow")
    before = server.worker_pid()
    slow = server.trigger("slow")
    server.wait_for(lambda: server.tasks("slow", slow)["a"]["state"] == "running", "the start")
    monkeypatch.setenv("AIRFLOW_VAR_CITY", "canary-seoul")
    server._slots = ("--slots", "3")
    for _ in range(2):  # again while it drains: that ends no task either
        server.stop_server()
        server.start()
    log = server.home / "logs/server.log"
    assert "the worker has options or variables of before" in log.read_text()
    says = server.trigger("says")
    assert server.wait_run("slow", slow)["state"] == "success"
    assert server.tasks("slow", slow)["a"]["try_number"] == 1
    assert server.wait_run("says", says)["state"] == "success"
    assert "it is canary-seoul" in cli(server, "tasks", "log", "says", "a", "--run", says).stdout
    after = first_worker(server)
    assert after["slots"] == 3 and after["pid"] != before
    for file in (log, server.home / "run/worker.start", server.home / "logs/worker.log"):
        assert "canary-seoul" not in file.read_text()
    # The same options again: it stays.
    server.stop_server()
    server.start()
    assert server.worker_pid() == after["pid"]
    assert log.read_text().count("the worker has options or variables of before") == 2


def test_options_that_name_what_is_not_there_say_so_at_the_start(server, tmp_path):
    def ends(*words):
        return cli(server, *words)

    nobody = ends("serve", "--run-as-users", "root,nosuchuser")
    assert nobody.returncode == 2 and "--run-as-users: the worker's machine has no user" in nobody.stderr
    nobody = ends("worker", "--run-as-users", "nosuchuser")
    assert nobody.returncode == 2 and "nosuchuser" in nobody.stderr
    keyless = ends("serve", "--tls-cert", str(tmp_path / "no.pem"), "--tls-key", str(tmp_path / "no.key"))
    assert keyless.returncode == 2 and "--tls-cert: read" in keyless.stderr
    second = ends("worker", "--docker", "/nope.sock")  # a worker has this home already
    assert second.returncode == 1
    assert "--docker: there is no socket '/nope.sock' now" in second.stderr
    assert "held by process" in second.stderr and "another --home" in second.stderr


def test_a_worker_whose_redis_is_away_names_it(tmp_path):
    with open(tmp_path / "out", "w+b") as out:
        worker = subprocess.Popen(
            [BIN / "aiflow", "worker", "--broker", "redis://127.0.0.1:1", "--home", tmp_path / "home"],
            stdout=out, stderr=out)
        try:
            deadline = time.monotonic() + 30
            while b"trying again" not in (tmp_path / "out").read_bytes():
                assert time.monotonic() < deadline and worker.poll() is None
                time.sleep(0.05)
        finally:
            worker.terminate()
            worker.wait(30)
    said = (tmp_path / "out").read_text()
    assert "127.0.0.1:1" in said and "refused" in said
    assert "worker.sock" not in said

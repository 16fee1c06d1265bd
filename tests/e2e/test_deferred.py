# SPDX-License-Identifier: Apache-2.0
"""Deferred tasks with the real programs: no slot is held, waits outlive the server."""

import http.server
import signal
import threading

from product import cli

FILES = """
from datetime import timedelta
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.providers.standard.sensors.filesystem import FileSensor
with DAG("files"):
    FileSensor(task_id="file", filepath="{file}", deferrable=True, poke_interval=3600, retries=2) >> \\
        BashOperator(task_id="after", bash_command="cat {file}")
    BashOperator(task_id="other", bash_command="echo a slot was free")
    FileSensor(task_id="late", filepath="{file}.never", deferrable=True, timeout=1, retries=3)
    FileSensor(task_id="optional", filepath="{file}.never", deferrable=True, timeout=1, soft_fail=True)
"""


def states(server, dag, run):
    return {name: task["state"] for name, task in server.tasks(dag, run).items()}


def log_of(server, dag, run, task, try_number):
    path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{try_number}"
    return server.get(path)["content"]


def test_a_deferred_sensor_holds_no_slot_and_outlives_the_server(make_server, tmp_path):
    file = tmp_path / "ready"
    server = make_server(slots=1).start()
    server.add_dag("files", FILES.replace("{file}", str(file)))
    run = server.trigger("files")
    server.wait_for(lambda: states(server, "files", run) == {
        "file": "deferred", "after": "no_status", "other": "success", "late": "failed",
        "optional": "skipped"}, "one deferred task")
    tasks = server.tasks("files", run)
    assert tasks["late"]["try_number"] == 1 and "timeout of 1 s" in tasks["late"]["cause"]
    why = cli(server, "tasks", "explain", "files", "file", "--run", run)
    assert f"waits for file '{file}'; its trigger times out at" in why.stdout, why
    server.stop_server(signal.SIGKILL)
    server.start()
    assert states(server, "files", run)["file"] == "deferred"
    file.write_text("here")
    assert server.wait_run("files", run)["state"] == "failed"  # as `late` is
    tasks = server.tasks("files", run)
    assert {tasks["file"]["state"], tasks["after"]["state"]} == {"success"}
    assert tasks["file"]["try_number"] == 1
    log = log_of(server, "files", run, "file", 1)
    assert "deferred to FileTrigger" in log and f"found {file}" in log


OTHERS = """
from datetime import datetime, timedelta, timezone
from airflow import DAG
from airflow.exceptions import TaskDeferred
from airflow.models.baseoperator import BaseOperator
from airflow.operators.bash import BashOperator
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.http.sensors.http import HttpSensor
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sensors.external_task import ExternalTaskSensor

class Twice(BaseOperator):
    def execute(self, context):
        context["ti"].xcom_push("early", "bird")
        self.defer(trigger=TimeDeltaTrigger(timedelta(milliseconds=100)), method_name="again",
                   kwargs={"rounds": 1})
    def again(self, context, event, rounds):
        if rounds < 2:
            self.defer(trigger=TimeDeltaTrigger(timedelta(milliseconds=100)), method_name="again",
                       kwargs={"rounds": rounds + 1})
        return rounds

with DAG("child"):
    BashOperator(task_id="work", bash_command="sleep 1")
with DAG("others"):
    start = TriggerDagRunOperator(task_id="start", trigger_dag_id="child", deferrable=True,
                                  trigger_run_id="made", wait_for_completion=True,
                                  logical_date="{{ ts }}")
    ExternalTaskSensor(task_id="task", external_dag_id="child", external_task_id="work",
                       deferrable=True)
    HttpSensor(task_id="http", endpoint="{url}", deferrable=True, poke_interval=1)
    DateTimeSensorAsync(task_id="time", target_time=datetime.now(timezone.utc) + timedelta(seconds=2))
    twice = Twice(task_id="twice")
    twice >> BashOperator(task_id="pulls",
        bash_command="echo {{ ti.xcom_pull('twice') }} {{ ti.xcom_pull('twice', key='early') }}")
"""


class Site(http.server.BaseHTTPRequestHandler):
    """Answers 404 twice, then 200."""

    asked = 0

    def do_GET(self):
        Site.asked += 1
        self.send_response(200 if Site.asked > 2 else 404)
        self.end_headers()

    def log_message(self, *_args):
        pass


def test_every_kind_of_trigger_fires(make_server):
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    server = make_server(slots=2).start()
    server.add_dag("others", OTHERS.replace("{url}", f"http://127.0.0.1:{site.server_port}/"))
    run = server.trigger("others")
    ended = server.wait_run("others", run)
    assert ended["state"] == "success", states(server, "others", run)
    assert "2 bird" in log_of(server, "others", run, "pulls", 1)
    assert {task["try_number"] for task in server.tasks("others", run).values()} == {1}
    assert Site.asked == 3
    site.shutdown()
    site.server_close()

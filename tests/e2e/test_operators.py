# SPDX-License-Identifier: Apache-2.0
"""Sensors and operators that speak with the server, in real task processes."""

from datetime import datetime, timezone

from product import cli

WAITING = """
from aiflow import DAG, task
from aiflow.operators.bash import BashOperator
from aiflow.sensors.filesystem import FileSensor
with DAG("waiting"):
    FileSensor(task_id="file", filepath="{file}", poke_interval=0.2, mode="reschedule") >> \\
        BashOperator(task_id="after", bash_command="cat {file}")
    BashOperator(task_id="other", bash_command="echo a slot was free")
    FileSensor(task_id="late", filepath="{file}.never", poke_interval=0.2, timeout=1,
               mode="reschedule", retries=3)
    FileSensor(task_id="optional", filepath="{file}.never", poke_interval=0.2, timeout=0.5,
               soft_fail=True)
"""


def test_a_rescheduled_sensor_gives_its_slot_back_and_times_out_without_a_retry(make_server, tmp_path):
    file = tmp_path / "ready"
    server = make_server(slots=1).start()
    server.add_dag("waiting", WAITING.replace("{file}", str(file)))
    run = server.trigger("waiting")
    server.wait_for(lambda: server.tasks("waiting", run)["other"]["state"] == "success",
                    "the task that needs the slot")
    assert server.tasks("waiting", run)["after"]["state"] == "no_status"
    why = cli(server, "tasks", "explain", "waiting", "after", "--run", run)
    assert why.returncode == 0 and "file" in why.stdout, why
    file.write_text("here")
    assert server.wait_run("waiting", run)["state"] == "failed"
    tasks = server.tasks("waiting", run)
    assert {name: t["state"] for name, t in tasks.items()} == {
        "file": "success", "after": "success", "other": "success", "late": "failed",
        "optional": "skipped"}
    assert tasks["late"]["try_number"] == 1 and "its timeout is 1 s" in tasks["late"]["cause"]
    assert tasks["file"]["try_number"] == 1


CHILD = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("child", params={"who": "nobody"}):
    BashOperator(task_id="work", bash_command="echo for {{ params.who }}; exit {{ params.get('code', 0) }}")
    BashOperator.partial(task_id="many").expand(bash_command=["true", "exit {{ params.get('code', 0) }}"])
"""
PARENT = """
from airflow import DAG
from airflow.operators.trigger_dagrun import TriggerDagRunOperator as Trigger
from airflow.sensors.external_task import ExternalTaskSensor as Sensor
with DAG("parent"):
    start = Trigger(task_id="start", trigger_dag_id="child", trigger_run_id="made", wait_for_completion=True,
                    conf={"who": "{{ dag_run.run_id }}"}, logical_date="{{ ts }}", poke_interval=0.1)
    start >> [Sensor(task_id="task", external_dag_id="child", external_task_id="work", poke_interval=0.2),
              Sensor(task_id="all", external_dag_id="child", external_task_id="many", poke_interval=0.2),
              Sensor(task_id="run", external_dag_id="child", poke_interval=0.2, check_existence=True),
              Sensor(task_id="gone", external_dag_id="nowhere", check_existence=True),
              Trigger(task_id="again", trigger_dag_id="child", trigger_run_id="made",
                      skip_when_already_exists=True),
              Trigger(task_id="fails", trigger_dag_id="child", wait_for_completion=True,
                      conf={"code": 3}, poke_interval=0.1)]
"""


def test_a_task_triggers_another_dag_waits_for_it_and_senses_its_tasks(server):
    server.add_dag("child", CHILD)
    server.add_dag("parent", PARENT)
    run = server.trigger("parent", logical_date="2026-01-02T03:00:00Z")
    assert server.wait_run("parent", run)["state"] == "failed"
    tasks = server.tasks("parent", run)
    assert {name: t["state"] for name, t in tasks.items()} == {
        "start": "success", "task": "success", "all": "success", "run": "success", "gone": "failed",
        "again": "skipped", "fails": "failed"}
    assert "dag 'nowhere' does not exist" in tasks["gone"]["cause"]
    assert "of dag 'child' is failed" in tasks["fails"]["cause"]
    made = server.get("/api/v2/dags/child/dagRuns/made")
    assert made["conf"] == {"who": run} and made["logical_date"].startswith("2026-01-02T03:00:00")


LATEST = """
from aiflow import DAG
from aiflow.operators.empty import EmptyOperator
from airflow.operators.latest_only import LatestOnlyOperator
with DAG("latest", schedule="0 0 1 1 *", catchup=True, start_date="{start}", is_paused_upon_creation=False):
    LatestOnlyOperator(task_id="latest") >> EmptyOperator(task_id="only_now")
"""


def test_of_a_schedules_runs_only_the_latest_goes_on(server):
    this_year = datetime.now(timezone.utc).year
    server.add_dag("latest", LATEST.replace('"{start}"', f"__import__('datetime').datetime({this_year - 2}, 1, 1)"))
    def runs():
        found = server.get("/api/v2/dags/latest/dagRuns")["items"]
        return found if len(found) == 3 and {r["state"] for r in found} == {"success"} else None
    server.wait_for(runs, "three runs")
    states = {run["logical_date"][:4]: server.tasks("latest", run["dag_run_id"])["only_now"]["state"]
              for run in runs()}
    assert states == {str(this_year - 2): "skipped", str(this_year - 1): "skipped",
                      str(this_year): "success"}


def test_runs_are_found_by_their_logical_date(server):
    server.add_dag("child", CHILD)
    for day in (1, 2, 3):
        server.trigger("child", logical_date=f"2026-02-0{day}T00:00:00Z")
    path = "/api/v2/dags/child/dagRuns?logical_date_gte=2026-02-02T00:00:00Z"
    assert server.get(path)["total_entries"] == 2
    only = server.get(path + "&logical_date_lte=2026-02-02T00:00:00Z")["items"]
    assert [run["logical_date"][:10] for run in only] == ["2026-02-02"]


LIMITED = """
import time
from datetime import timedelta
from aiflow import DAG, task
from airflow.exceptions import AirflowTaskTimeout
with DAG("limited"):
    def told(context): print("told:", type(context["exception"]).__name__)
    @task(execution_timeout=timedelta(seconds=1), on_failure_callback=told)
    def slow(): time.sleep(60)
    slow()
    @task(execution_timeout=timedelta(seconds=1), retries=1, retry_delay=0, on_retry_callback=told)
    def catches():
        try:
            try:
                time.sleep(60)
            except Exception:  # it is none, as in Airflow
                return "caught by the way"
        except AirflowTaskTimeout as error:
            return str(error)
    catches()
"""


def test_a_python_tasks_time_limit_is_an_exception_in_it(server):
    server.add_dag("limited", LIMITED)
    run = server.trigger("limited")
    assert server.wait_run("limited", run)["state"] == "failed"
    tasks = server.tasks("limited", run)
    assert tasks["slow"]["cause"] == "AirflowTaskTimeout: timed out after 1 s"
    path = f"/api/v2/dags/limited/dagRuns/{run}/taskInstances"
    assert "told: AirflowTaskTimeout" in server.get(f"{path}/slow/logs/1")["content"]
    assert tasks["catches"]["state"] == "success"
    assert server.get(f"{path}/catches/xcomEntries")["items"][0]["value"] == "timed out after 1 s"

# SPDX-License-Identifier: Apache-2.0
"""Whole runs with the real programs: callbacks and deadlines, versions, pools, retries by error."""

import datetime as dt
import json
import signal

from product import cli

TOLD = """
import datetime as dt, pathlib
from airflow.sdk import DAG, DeadlineAlert, DeadlineReference, SyncCallback, task
HERE = pathlib.Path("{folder}")
def note(context):
    (HERE / context["notice"]["name"]).write_text(context["run_id"] + ": " + context["reason"])
    print("told of", context["run_id"])
def late(who, context):
    (HERE / "late").write_text(who + " " + context["deadline"]["name"])
with DAG("told", on_failure_callback=note, on_success_callback=note, params={{"ok": True}},
         deadline=DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, dt.timedelta(seconds=1),
                                SyncCallback(late, {{"who": "{{{{ run_id }}}}"}}), name="soon")):
    @task
    def work(params):
        import time
        if not params["ok"]: raise ValueError("not good")
        time.sleep(params.get("seconds", 0))
    work()
"""


def notices(server, dag, run):
    return {one["name"]: one for one in
            server.get(f"/api/v2/dags/{dag}/dagRuns/{run}/notices")["items"]}


def wait_notice(server, dag, run, name):
    def ended():
        one = notices(server, dag, run).get(name)
        return one if one and one["state"] in ("success", "failed") else None
    return server.wait_for(ended, f"callback {name}")


def test_a_dags_callbacks_are_run_by_the_worker_and_tell_why(server, tmp_path):
    server.add_dag("told", TOLD.format(folder=tmp_path))
    bad = server.trigger("told", conf={"ok": False})
    assert server.wait_run("told", bad)["state"] == "failed"
    one = wait_notice(server, "told", bad, "failure.0")
    assert (one["state"], one["reason"]) == ("success", "task 'work' ended as failed")
    assert (tmp_path / "failure.0").read_text() == f"{bad}: task 'work' ended as failed"
    log = cli(server, "runs", "callback-log", "told", bad, "failure.0").stdout
    assert f"told of {bad}" in log
    shown = cli(server, "runs", "explain", "told", bad).stdout
    assert "callback failure.0 success: task 'work' ended as failed" in shown
    good = server.trigger("told")
    assert server.wait_run("told", good)["state"] == "success"
    wait_notice(server, "told", good, "success.0")
    assert not (tmp_path / "late").exists()


def test_a_missed_deadline_is_told_while_the_run_goes_on(server, tmp_path):
    server.add_dag("told", TOLD.format(folder=tmp_path))
    run = server.trigger("told", conf={"seconds": 4})
    one = wait_notice(server, "told", run, "deadline.0.0")
    assert one["state"] == "success" and one["reason"].startswith("deadline 'soon' of ")
    assert (tmp_path / "late").read_text() == f"{run} soon"
    assert server.wait_run("told", run)["deadlines_missed"] == 1


AVERAGE = """
import datetime as dt, pathlib
from airflow.sdk import DAG, DeadlineAlert, DeadlineReference, task
def late(context):
    pathlib.Path("{folder}/late").write_text(context["run_id"])
with DAG("average", params={{"seconds": 0}},
         deadline=DeadlineAlert(DeadlineReference.AVERAGE_RUNTIME(max_runs=2, min_runs=2),
                                dt.timedelta(seconds=1), late)):
    @task
    def work(params):
        import time
        time.sleep(params["seconds"])
    work()
"""


def test_a_run_that_takes_longer_than_those_before_is_told_of(server, tmp_path):
    server.add_dag("average", AVERAGE.format(folder=tmp_path))
    for seconds in (2.5, 0):  # with fewer than two before there is no deadline
        server.wait_run("average", server.trigger("average", conf={"seconds": seconds}))
    assert not (tmp_path / "late").exists()
    run = server.trigger("average", conf={"seconds": 4})
    server.wait_for(lambda: (tmp_path / "late").exists(), "the callback")
    assert (tmp_path / "late").read_text() == run
    assert server.get(f"/api/v2/dags/average/dagRuns/{run}")["state"] == "running"


def test_a_callback_outlives_the_server(server, tmp_path):
    source = TOLD.format(folder=tmp_path).replace('    print("told of"',
                                                  '    import time; time.sleep(3)\n    print("told of"')
    server.add_dag("told", source)
    run = server.trigger("told", conf={"ok": False})
    server.wait_for(lambda: (tmp_path / "failure.0").exists(), "the callback")
    server.stop_server(signal.SIGKILL)
    server.start()
    assert wait_notice(server, "told", run, "failure.0")["state"] == "success"


KINDS = """
import datetime as dt
from airflow.sdk import DAG, ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.providers.standard.operators.bash import BashOperator
POLICY = ExceptionRetryPolicy([
    RetryRule(exit_code=3, action=RetryAction.FAIL, reason="bad input"),
    RetryRule(exit_code=4, retry_delay=dt.timedelta(seconds=0))])
with DAG("kinds", default_args={"retries": 1, "retry_delay": 600, "retry_policy": POLICY}):
    BashOperator(task_id="gives_up", bash_command="exit 3")
    BashOperator(task_id="again", bash_command="exit 4")
"""


def test_the_kind_of_error_decides_about_the_next_try(server):
    server.add_dag("kinds", KINDS)
    run = server.trigger("kinds")
    assert server.wait_run("kinds", run)["state"] == "failed"
    tasks = server.tasks("kinds", run)
    assert (tasks["gives_up"]["try_number"], tasks["again"]["try_number"]) == (1, 2)
    assert "(retry policy: bad input)" in tasks["gives_up"]["cause"]


def test_a_run_moves_to_the_newest_version_only_when_asked(server):
    one = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("grows"):
    BashOperator(task_id="a", bash_command="echo 1")
    BashOperator(task_id="gone", bash_command="echo 1")
"""
    server.add_dag("grows", one)
    run = server.trigger("grows")
    server.wait_run("grows", run)
    (server.home / "dags" / "grows.py").write_text(one.replace('"gone"', '"fresh"'))
    server.wait_for(lambda: server.get("/api/v2/dags/grows")["version"] == 2, "version 2")
    done = cli(server, "tasks", "clear", "grows", "a", "--run", run)
    assert done.returncode == 0, done
    server.wait_run("grows", run)
    assert set(server.tasks("grows", run)) == {"a", "gone"}
    preview = cli(server, "tasks", "clear", "grows", "--all", "--run-on-latest-version", "--dry-run",
                  "--json")
    assert {i["task_id"] for i in json.loads(preview.stdout)["items"]} == {"a", "fresh"}
    assert set(server.tasks("grows", run)) == {"a", "gone"}
    cli(server, "runs", "clear", "grows", run, "--run-on-latest-version")
    assert server.wait_run("grows", run)["dag_version"] == 2
    tasks = server.tasks("grows", run)
    assert set(tasks) == {"a", "fresh"} and tasks["fresh"]["state"] == "success"
    assert cli(server, "runs", "delete", "grows", run).returncode == 0
    assert cli(server, "runs", "explain", "grows", run).returncode == 1


def test_a_task_waits_for_its_pool_and_says_so(server):
    server.add_dag("pooled", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("pooled"):
    BashOperator(task_id="a", bash_command="true", pool="gpu")
""")
    run = server.trigger("pooled")
    why = server.wait_for(lambda: server.get(
        f"/api/v2/dags/pooled/dagRuns/{run}/taskInstances/a").get("explanation"), "an explanation")
    assert (why["code"], why["params"]) == ("pool_unknown", {"pool": "gpu"})
    assert "1 of 1 task instances are left" in cli(server, "runs", "explain", "pooled", run).stdout
    assert cli(server, "pools", "set", "gpu", "unlimited").returncode == 0
    assert server.wait_run("pooled", run)["state"] == "success"
    pools = {p["name"]: p["slots"] for p in json.loads(cli(server, "pools", "list", "--json").stdout)}
    assert pools == {"default_pool": 128, "gpu": -1}
    refused = cli(server, "pools", "delete", "default_pool")
    assert refused.returncode != 0 and "default_pool cannot be removed" in refused.stderr
    assert "no schedule" in cli(server, "dags", "explain", "pooled").stdout


def test_a_run_for_later_waits_says_until_when_and_starts_then(server):
    server.add_dag("later", """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
with DAG("later"):
    BashOperator(task_id="a", bash_command="true")
with DAG("asks"):
    TriggerDagRunOperator(task_id="t", trigger_dag_id="later", trigger_run_id="in_2099",
                          run_after="2099-01-01T00:00:00Z")
""")
    server.wait_run("asks", server.trigger("asks"))
    soon = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=3)).isoformat()
    cli(server, "dags", "trigger", "later", "--run-id", "soon", "--run-after", soon)
    run = server.get("/api/v2/dags/later/dagRuns/soon")
    assert dt.datetime.fromisoformat(run["run_after"]) == dt.datetime.fromisoformat(soon)
    if run["state"] == "queued":  # or this machine slept for three seconds
        assert run["explanation"]["code"] == "run_after"
    server.stop_server(signal.SIGKILL)
    server.start()
    done = server.wait_run("later", "soon")
    assert done["state"] == "success" and done["start_date"] >= run["run_after"]
    shown = cli(server, "runs", "explain", "later", "in_2099").stdout
    assert "waiting: the run starts at 2099-01-01T00:00:00" in shown
    assert server.get("/api/v2/dags/later/dagRuns/in_2099")["state"] == "queued"

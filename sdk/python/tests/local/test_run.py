# SPDX-License-Identifier: Apache-2.0
"""dag.test(): runs in this process, without a server."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aiflow import DAG, task, task_group
from aiflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator
from aiflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from aiflow.sensors.filesystem import FileSensor
from aiflow.sensors.time import TimeDeltaSensor

SDK = Path(__file__).resolve().parents[2]


def states(run) -> dict[str, str]:
    return {t.task_id if t.map_index < 0 else f"{t.task_id}[{t.map_index}]": t.state
            for t in run.get_task_instances()}


def value(run, task_id, index=-1):
    return run.exchange.returned(task_id, index)


def test_values_templates_and_mapped_tasks():
    with DAG("d", params={"n": 3}) as dag:
        @task
        def numbers(n): return list(range(int(n)))

        @task
        def double(x): return 2 * x

        @task
        def total(xs): return sum(xs)

        @task
        def pair(a, b): return [a, b]

        doubled = double.expand(x=numbers("{{ params.n }}"))
        pair.expand(a=doubled, b=[10, 20])
        end = BashOperator(task_id="end", bash_command="echo {{ ti.xcom_pull('total') }} on {{ ds }}")
        total(doubled) >> end
    run = dag.test(dt.datetime(2026, 1, 2), run_conf={"n": 4})
    assert run.state == "success" and value(run, "total") == 12
    assert value(run, "end") == "12 on 2026-01-02"
    assert value(run, "pair", 7) == [6, 20] and len(states(run)) == 1 + 4 + 1 + 8 + 1
    assert dag.test().state == "success" and dag.tasks["end"].bash_command.startswith("echo {{")


def test_mapped_groups_and_empty_lists():
    with DAG("d") as dag:
        @task
        def add(x): return x + 1

        @task
        def none(): return []

        @task_group
        def steps(x): return add.override(task_id="second")(add(x))

        @task(trigger_rule="all_done")
        def collect(xs): return list(xs)

        collect(steps.expand(x=[1, 5]))
        add.override(task_id="never").expand(x=none())
    run = dag.test()
    assert value(run, "collect") == [3, 7] and states(run)["never"] == "skipped"
    assert states(run)["steps.second[1]"] == "success"


def test_branches_and_short_circuits():
    with DAG("d") as dag:
        a, b, join, never, late = (EmptyOperator(task_id=i) for i in ("a", "b", "join", "never", "late"))
        join.trigger_rule = "none_failed_min_one_success"
        BranchPythonOperator(task_id="choose", python_callable=lambda: "a") >> [a, b, join]
        [a, b] >> join
        late.trigger_rule = "all_done"
        ShortCircuitOperator(task_id="stop", python_callable=lambda: False) >> never >> late
    run = dag.test()
    assert run.state == "success"
    assert states(run) == {"choose": "success", "a": "success", "b": "skipped", "join": "success",
                           "stop": "success", "never": "skipped", "late": "skipped"}


def test_failures_retries_and_callbacks():
    heard = []
    with DAG("d", on_failure_callback=lambda context: heard.append(context["reason"])) as dag:
        tries = []

        def flaky():
            tries.append(1)
            if len(tries) < 3:
                raise ValueError("not yet")

        def fails(): raise AirflowFailException("for good")
        def skips(): raise AirflowSkipException("no need")
        PythonOperator(task_id="flaky", python_callable=flaky, retries=2,
                       on_retry_callback=lambda context: heard.append("retry"))
        bad = PythonOperator(task_id="bad", python_callable=fails, retries=5)
        bad >> EmptyOperator(task_id="after")
        PythonOperator(task_id="skips", python_callable=skips) >> EmptyOperator(task_id="skipped")
    run = dag.test()
    assert run.state == "failed" and len(tries) == 3
    assert states(run) == {"flaky": "success", "bad": "failed", "after": "upstream_failed",
                           "skips": "skipped", "skipped": "skipped"}
    assert heard == ["retry", "retry", "the run has ended: failed"]
    assert run.get_task_instance("bad").cause == "AirflowFailException: for good"


def test_a_teardown_runs_after_a_failure_and_its_own_does_not_count():
    with DAG("d") as dag:
        def fail(): raise ValueError
        made, work, gone = EmptyOperator(task_id="s"), EmptyOperator(task_id="w"), \
            PythonOperator(task_id="t", python_callable=fail)
        with made >> gone.as_teardown(setups=made):
            work >> PythonOperator(task_id="ok", python_callable=lambda: 1)
    assert dag.test().state == "success"
    with DAG("d") as dag:
        made, work, gone = (PythonOperator(task_id=i, python_callable=f)
                            for i, f in (("s", print), ("w", fail), ("t", print)))
        made >> work >> gone.as_teardown(setups=made)
    run = dag.test()
    assert run.state == "failed" and states(run)["t"] == "success"


def test_sensors_that_are_rescheduled_or_deferred_wait(tmp_path):
    file = tmp_path / "there"
    with DAG("d") as dag:
        file.write_text("x")
        FileSensor(task_id="deferred", filepath=str(file), deferrable=True)
        FileSensor(task_id="late", filepath=str(file) + "no", poke_interval=0.05, timeout=0.15,
                   mode="reschedule", retries=3)
        FileSensor(task_id="never", filepath=str(file) + "no", poke_interval=0.05, timeout=0.15,
                   deferrable=True, soft_fail=True)
        TimeDeltaSensor(task_id="soon", delta=dt.timedelta(seconds=0), deferrable=True)
    run = dag.test()
    assert states(run) == {"deferred": "success", "late": "failed", "never": "skipped",
                           "soon": "success"}


def test_a_deferred_http_sensor_asks_by_itself():
    from operators.test_http import Site
    from aiflow.sensors.http import HttpSensor
    site = Site()
    site.answers = {"/job": (200, {}, '{"state": "done"}'), "/bad": (500, {}, ""), "/not": (404, {}, "")}
    with DAG("d") as dag:
        def wait(task_id, path, **how):
            HttpSensor(task_id=task_id, endpoint=site.url + path, deferrable=True, poke_interval=0.05, **how)
        wait("done", "/job", json_pointer="/state", json_equals="done")
        wait("bad", "/bad", soft_fail=True)
        wait("never", "/not", timeout=0.2)
        wait("other", "/job", json_pointer="/state", json_equals="x", timeout=0.2)
    found = states(dag.test())
    site.shutdown()
    site.server_close()
    assert found == {"done": "success", "bad": "failed", "never": "failed", "other": "failed"}


def test_what_is_marked_is_not_run_and_what_is_missing_is_said():
    with DAG("d", params={"n": 1}) as dag:
        PythonOperator(task_id="wait_long", python_callable=lambda: 1 / 0) >> EmptyOperator(task_id="b")
    assert dag.test(mark_success_pattern="wait_.*").state == "success"
    from aiflow import Param
    dag.params["m"] = Param(type="integer")
    with pytest.raises(AirflowException, match="needs a value for param m"):
        dag.test()


def test_connections_and_variables_from_files(tmp_path):
    (tmp_path / "c.json").write_text('{"db": {"conn_type": "sqlite", "host": "/x"}, "web": "http://h/"}')
    (tmp_path / "v.env").write_text("# mine\nday = 3\n")
    (tmp_path / "bad.env").write_text("topsecret\n")
    with DAG("d") as dag:
        BashOperator(task_id="a", bash_command="echo {{ conn.db.host }} {{ conn.web.host }} {{ var.value.day }}")
    before = dict(os.environ)
    run = dag.test(conn_file_path=str(tmp_path / "c.json"), variable_file_path=str(tmp_path / "v.env"))
    assert value(run, "a") == "/x h 3" and dict(os.environ) == before
    with pytest.raises(AirflowException, match="bad.env, line 1") as said:
        dag.test(variable_file_path=str(tmp_path / "bad.env"))
    assert "topsecret" not in str(said.value)


FLOW = """
from airflow import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
with DAG("program") as dag:
    @task(execution_timeout=1)
    def slow():
        import time; time.sleep({seconds})
    BashOperator(task_id="bash", bash_command="sleep {seconds}; echo slept", execution_timeout=1) >> slow()
    {more}
if __name__ == "__main__":
    import sys
    sys.exit(dag.test().state != "success")
"""


def program(path, *words):
    return subprocess.run([sys.executable, *words, str(path)], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(SDK)}, timeout=60,
                          process_group=0)  # as a shell does it


@pytest.mark.parametrize("seconds, code", [(0, 0), (60, 1)])
def test_a_dag_file_is_a_program(tmp_path, seconds, code):
    file = tmp_path / "flow.py"
    file.write_text(FLOW.format(seconds=seconds, more=""))
    done = program(file)
    assert done.returncode == code, done.stdout + done.stderr
    if code:
        assert "bash: failed after" in done.stdout and "timed out after 1 s" in done.stdout
        assert "slow: upstream_failed" in done.stdout
    else:
        assert "slept" in done.stdout


def command(tmp_path, *words):
    return subprocess.run([sys.executable, "-m", "aiflow.local", *words, "--dags", str(tmp_path)],
                          capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PYTHONPATH": str(SDK)})


def test_by_name_from_a_folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/flow.py").write_text(FLOW.format(seconds=0, more="""
    BashOperator.partial(task_id="many").expand(bash_command=["echo one", "exit 3"])"""))
    (tmp_path / "other.py").write_text("from airflow import DAG\nraise SystemExit('other')\n")
    done = command(tmp_path, "dag", "program", "2026-01-31")
    assert done.returncode == 1 and "run manual__2026-01-31T00:00:00+00:00" in done.stdout, done
    assert "many[1]: failed" in done.stdout
    assert command(tmp_path, "task", "program", "many", "--map-index", "0").returncode == 0
    done = command(tmp_path, "task", "program", "many")
    assert done.returncode == 1 and "name an instance by --map-index" in done.stderr
    done = command(tmp_path, "dag", "nothere")
    assert done.returncode == 1 and "defines dag 'nothere'" in done.stderr
    for wrong in (("dag", "program", "soon"), ("dag", "program", "--conf", "[]")):
        done = command(tmp_path, *wrong)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr

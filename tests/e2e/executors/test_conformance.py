# SPDX-License-Identifier: Apache-2.0
"""What every executor must do, seen from outside: the same cases for all of them."""

import itertools
from pathlib import Path

import pytest

HEAD = """
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
from aiflow.operators.python import PythonOperator
PLACE = dict({arguments})
"""
#: No two tasks of the suite sleep for as long, so that each is known by its command line.
SLEEPS = itertools.count(71_000)
NUMBERS = itertools.count(1)


def add(place, tasks: str) -> str:
    """A DAG of these tasks in that place; -> its id."""
    dag = f"c{next(NUMBERS)}"
    body = "\n".join("    " + line for line in tasks.strip().splitlines())
    place.server.add_dag(dag, HEAD.format(arguments=place.arguments) + f'with DAG("{dag}"):\n{body}\n')
    return dag


def run(place, tasks: str) -> tuple[str, str, dict]:
    """Runs them to the end; -> DAG, run, its tasks."""
    dag = add(place, tasks)
    run_id = place.server.trigger(dag)
    place.server.wait_run(dag, run_id)
    return dag, run_id, place.server.tasks(dag, run_id)


def log_of(place, dag, run_id, task, number=1) -> dict:
    return place.server.get(f"/api/v2/dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/logs/{number}")


def xcom(place, dag, run_id, task):
    path = f"/api/v2/dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/xcomEntries/return_value"
    return place.server.get(path)["value"]


def tries(place, dag, run_id, task) -> list[dict]:
    return place.server.get(
        f"/api/v2/dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/tries")["items"]


def runs(seconds: int) -> bool:
    """Whether a `sleep SECONDS` of a task is alive; processes of containers are seen as well."""
    wanted = b"sleep\0%d\0" % seconds
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cmdline").read_bytes().endswith(wanted):
                return True
        except OSError:
            continue
    return False


def started(place, dag, run_id, seconds) -> None:
    place.server.wait_for(lambda: place.server.tasks(dag, run_id)["a"]["state"] == "running",
                          "the start")
    place.server.wait_for(lambda: runs(seconds), "its process")


def gone(place, seconds) -> None:
    place.server.wait_for(lambda: not runs(seconds), "the end of its process", timeout=30)


def test_a_task_starts_and_finishes(place):
    dag, run_id, tasks = run(place, """
BashOperator(task_id="a", bash_command="echo one; echo two", **PLACE)
BashOperator(task_id="b", bash_command="true", **PLACE)
""")
    assert tasks["a"]["state"] == tasks["b"]["state"] == "success"
    assert xcom(place, dag, run_id, "a") == "two"
    log = log_of(place, dag, run_id, "a")
    assert log["complete"] and "] one\n" in log["content"] and "] two\n" in log["content"]
    assert log_of(place, dag, run_id, "b")["complete"]
    assert tasks["a"]["start_date"] <= tasks["a"]["end_date"] and tasks["a"]["hostname"]


def test_a_task_fails_with_its_exit_code(place):
    dag, run_id, tasks = run(place, """
BashOperator(task_id="a", bash_command="echo bad >&2; exit 3", **PLACE)
BashOperator(task_id="b", bash_command="exit 99", **PLACE)
""")
    assert tasks["a"]["state"] == "failed" and tasks["a"]["cause"] == "exit code 3"
    assert tasks["b"]["state"] == "skipped"
    assert "] bad\n" in log_of(place, dag, run_id, "a")["content"]


def test_python_code_templates_and_values_pass_between_tasks(place):
    dag, run_id, tasks = run(place, """
give = PythonOperator(task_id="give", python_callable=lambda: {"n": 3, "가": ["b"]}, **PLACE)
take = PythonOperator(task_id="take", python_callable=lambda ti: ti.xcom_pull("give")["n"] + 1, **PLACE)
say = BashOperator(task_id="say", bash_command="echo {{ ti.xcom_pull('take') }} of {{ run_id }}", **PLACE)
fail = PythonOperator(task_id="fail", python_callable=lambda: 1 / 0, **PLACE)
give >> take >> say
""")
    assert {name: task["state"] for name, task in tasks.items()} == {
        "give": "success", "take": "success", "say": "success", "fail": "failed"}, tasks
    assert xcom(place, dag, run_id, "give") == {"n": 3, "가": ["b"]}
    assert xcom(place, dag, run_id, "say") == f"4 of {run_id}"
    assert tasks["fail"]["cause"] == "ZeroDivisionError: division by zero"
    assert "Traceback" in log_of(place, dag, run_id, "fail")["content"]


def test_a_long_log_is_whole_and_seen_while_it_grows(place):
    dag = add(place, """
BashOperator(task_id="a", bash_command="echo 시작; for i in $(seq 3000); do echo line $i; done; "
             "sleep 4; echo last", **PLACE)
""")
    run_id = place.server.trigger(dag)

    def first():
        log = log_of(place, dag, run_id, "a")
        return "line 3000\n" in log["content"] and log

    assert not place.server.wait_for(first, "the lines")["complete"]
    place.server.wait_run(dag, run_id)
    place.server.wait_for(lambda: log_of(place, dag, run_id, "a")["complete"], "the end of the log")
    lines = [line.partition("] ")[2] for line in log_of(place, dag, run_id, "a")["content"].splitlines()]
    wanted = ["시작", *(f"line {i}" for i in range(1, 3001)), "last"]
    assert [line for line in lines if not line.startswith("aiflow: ")] == wanted


def test_a_cancelled_task_ends_with_all_it_started(place):
    seconds = next(SLEEPS)
    dag = add(place, f"""
BashOperator(task_id="a", bash_command="setsid sleep {seconds} & wait", **PLACE)
""")
    run_id = place.server.trigger(dag)
    started(place, dag, run_id, seconds)
    place.server.call("PATCH", f"/api/v2/dags/{dag}/dagRuns/{run_id}/taskInstances/a",
                      {"new_state": "failed"})
    assert place.server.tasks(dag, run_id)["a"]["state"] == "failed"
    gone(place, seconds)


def test_a_task_that_takes_too_long_is_ended(place):
    seconds = next(SLEEPS)
    dag, run_id, tasks = run(place, f"""
BashOperator(task_id="a", bash_command="trap '' TERM; sleep {seconds}", execution_timeout=2, **PLACE)
""")
    assert tasks["a"]["state"] == "failed" and tasks["a"]["cause"] == "timed out after 2s"
    gone(place, seconds)


def test_what_is_lost_is_tried_again_once(place):
    seconds = next(SLEEPS)
    dag = add(place, f"""
BashOperator(task_id="a", bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ] || sleep {seconds}",
             retries=1, retry_delay=0, **PLACE)
""")
    run_id = place.server.trigger(dag)
    started(place, dag, run_id, seconds)
    place.lose()
    assert place.server.wait_run(dag, run_id)["state"] == "success"
    assert [one["try_number"] for one in tries(place, dag, run_id, "a")] == [1, 2]
    gone(place, seconds)


def test_a_task_goes_on_while_the_server_starts_again(place):
    dag = add(place, """
BashOperator(task_id="a", bash_command="echo here; sleep 4; echo there", **PLACE)
""")
    run_id = place.server.trigger(dag)
    place.server.wait_for(lambda: "here" in log_of(place, dag, run_id, "a")["content"], "the start")
    place.restart_server()
    assert place.server.wait_run(dag, run_id)["state"] == "success"
    assert place.server.tasks(dag, run_id)["a"]["try_number"] == 1
    place.server.wait_for(lambda: log_of(place, dag, run_id, "a")["complete"], "the end of the log")
    assert log_of(place, dag, run_id, "a")["content"].count("] here\n") == 1
    assert log_of(place, dag, run_id, "a")["content"].count("] there\n") == 1


def test_a_task_that_is_submitted_again_runs_once(place):
    # A server sends what was queued again when it starts: it cannot know whether it had arrived.
    dag = add(place, """
for i in range(6):
    BashOperator(task_id=f"t{i}", bash_command="echo ran; sleep 1", **PLACE)
""")
    run_id = place.server.trigger(dag)
    place.restart_server()
    assert place.server.wait_run(dag, run_id)["state"] == "success"
    for i in range(6):
        place.server.wait_for(lambda i=i: log_of(place, dag, run_id, f"t{i}")["complete"], "the log")
        assert log_of(place, dag, run_id, f"t{i}")["content"].count("] ran\n") == 1
        assert len(tries(place, dag, run_id, f"t{i}")) == 1


def test_a_task_stays_within_its_limits(place):
    dag, run_id, tasks = run(place, """
BashOperator(task_id="a", bash_command="x=$(head -c 134217728 /dev/zero | tr '\\\\0' x); echo $x | wc -c",
             resources={"memory": "48m"}, **PLACE)
BashOperator(task_id="b", bash_command="echo fine",
             resources={"memory": "64m", "cpus": 0.5, "pids": 50}, **PLACE)
""")
    assert tasks["a"]["state"] == "failed" and "out of memory" in tasks["a"]["cause"], tasks["a"]
    assert tasks["b"]["state"] == "success", tasks["b"]

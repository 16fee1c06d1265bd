# SPDX-License-Identifier: Apache-2.0
"""Workers that take their tasks from Redis, and all that can go wrong on the way."""

import json
import signal
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from far import FarWorker
from product import cli, not_installed
from through_redis import Party, RedisWorker, with_redis

PASSWORD = "canary-7f3a9c"

WIDE = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("wide", max_active_tasks=64):
    for i in range({count}):
        BashOperator(task_id=f"t{{i}}", bash_command=f"echo {{i}} >> {out}; {then}", executor="redis")
"""


@pytest.fixture
def party(tmp_path, request):
    if not with_redis.find("redis-server"):
        not_installed("redis-server")
    options = getattr(request, "param", {})
    one = Party(tmp_path, **options)
    yield one
    one.stop()


def add_wide(party, count, then="true"):
    """Each task writes its number; -> the file."""
    out = party.folder / "out"
    party.server.add_dag("wide", WIDE.format(count=count, out=out, then=then))
    return out


def each_once(party, out, run, count):
    assert party.server.wait_run("wide", run)["state"] == "success"
    assert Counter(out.read_text().split()) == Counter(str(i) for i in range(count))
    tasks = tasks_of(party, run)
    assert len(tasks) == count and {task["try_number"] for task in tasks} == {1}
    return tasks


def tasks_of(party, run):
    return list(party.server.tasks("wide", run).values())


def wait_lines(party, out, count):
    party.server.wait_for(lambda: out.exists() and len(out.read_text().split()) >= count,
                          f"{count} tasks")


def at(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_a_worker_of_a_database_that_no_server_uses_says_so(party):
    worker = RedisWorker(party, "lost", slots=1, with_server=False)
    worker.words[worker.words.index("--broker") + 1] += "/7"
    worker.start()
    try:
        party.server.wait_for(lambda: "no AIflow server uses this database" in worker.text(), "a word", 20)
        assert "/7" in worker.text()
    finally:
        worker.stop()


@pytest.mark.parametrize("party", [{"password": PASSWORD}], indirect=True)
def test_a_dag_runs_over_four_workers_and_the_password_is_nowhere(party):
    out = add_wide(party, 120, "sleep 0.1")
    for i in range(4):
        party.add_worker(f"w{i}", slots=8)
    run = party.server.trigger("wide")
    tasks = each_once(party, out, run, 120)
    assert {task["hostname"] for task in tasks} == {"w0", "w1", "w2", "w3"}
    session = party.ask("GET", "aiflow:session")
    lane = f"aiflow:{session}:lane:default"
    assert party.ask("XLEN", lane) == "0"
    assert party.ask("XPENDING", lane, "workers").split()[0] == "0"
    assert party.ask("EXISTS", "aiflow:dead") == "0"
    processes = [party.server.process, *(worker.process for worker in party.workers)]
    for process in processes:
        for name in ("cmdline", "environ"):
            assert PASSWORD.encode() not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    for file in party.folder.rglob("*"):
        if file.is_file() and "redis" not in file.parts:
            assert PASSWORD.encode() not in file.read_bytes(), file


def test_a_worker_takes_what_its_queues_and_labels_allow(party):
    party.server.add_dag("mixed", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("mixed"):
    BashOperator(task_id="plain", bash_command="true", executor="redis")
    BashOperator(task_id="reports", bash_command="true", executor="redis", queue="reports")
    BashOperator(task_id="gpu", bash_command="true", executor="redis", placement={"gpu": "true"})
""")
    party.add_worker("plain")
    party.add_worker("reports", extra=("--queues", "reports"))
    party.add_worker("gpu", slots=1, extra=("--queues", "none,default", "--label", "gpu=true"))
    run = party.server.trigger("mixed")
    assert party.server.wait_run("mixed", run)["state"] == "success"
    tasks = party.server.tasks("mixed", run)
    assert tasks["reports"]["hostname"] == "reports" and tasks["gpu"]["hostname"] == "gpu"
    assert tasks["plain"]["hostname"] in ("plain", "gpu")


def test_a_drained_worker_leaves_without_an_alarm_and_is_gone_at_once(party):
    worker = party.add_worker("drains")
    assert cli(party.server, "workers", "drain", "drains").returncode == 0
    assert worker.process.wait(20) == 0
    assert "lost" not in worker.text()
    party.server.wait_for(lambda: party.server.get("/api/v2/workers")["items"] == [], "its end", 8)


@pytest.mark.parametrize("with_server", [True, False])
def test_sigterm_lets_a_worker_end_its_tasks(party, with_server):
    party.server.add_dag("brief", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("brief"):
    BashOperator(task_id="t", executor="redis", bash_command="sleep 3; echo done")
""")
    worker = party.add_worker("ends", with_server=with_server)
    run = party.server.trigger("brief")
    party.server.wait_for(lambda: party.server.tasks("brief", run)["t"]["state"] == "running", "the start")
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(30) == 0
    assert party.server.wait_run("brief", run)["state"] == "success"
    assert "lost" not in worker.text()


def test_a_killed_workers_tasks_are_taken_up(party):
    party.server.add_dag("long", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("long"):
    for i in range(3):
        BashOperator(task_id=f"t{i}", retries=1, retry_delay=0, executor="redis",
                     bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ] || sleep 600")
""")
    first = party.add_worker("first")
    run = party.server.trigger("long")
    party.server.wait_for(
        lambda: [t["state"] for t in party.server.tasks("long", run).values()] == ["running"] * 3,
        "the start")
    party.add_worker("second")
    killed = time.time()
    first.kill()
    assert party.server.wait_run("long", run)["state"] == "success"
    for task in party.server.tasks("long", run).values():
        assert task["try_number"] == 2 and task["hostname"] == "second"
        assert at(task["start_date"]) - killed <= 17


@pytest.mark.parametrize("party", [{}, {"keeps": True}], indirect=True, ids=["memory", "file"])
def test_a_redis_that_is_killed_mid_run_loses_nothing_and_doubles_nothing(party):
    out = add_wide(party, 150, "sleep 0.1")
    for name in ("w0", "w1"):
        party.add_worker(name, slots=8)
    run = party.server.trigger("wide")
    for lines in (20, 60, 100):
        wait_lines(party, out, lines)
        party.redis.kill()
        time.sleep(0.3)
        party.redis.start()
    each_once(party, out, run, 150)


def test_a_redis_that_forgets_everything_mid_run_loses_nothing(party):
    out = add_wide(party, 120, "sleep 0.1")
    for name in ("w0", "w1"):
        party.add_worker(name, slots=4)
    run = party.server.trigger("wide")
    for lines in (10, 50):
        wait_lines(party, out, lines)
        party.ask("FLUSHALL")
    each_once(party, out, run, 120)


def start_wide(party, count, then, lines):
    """On two workers of four slots; returns when so many tasks have begun -> the file and the run."""
    out = add_wide(party, count, then)
    for name in ("w0", "w1"):
        party.add_worker(name, slots=4)
    run = party.server.trigger("wide")
    wait_lines(party, out, lines)
    return out, run


def test_a_server_that_is_killed_mid_run_loses_nothing(party):
    out, run = start_wide(party, 120, "sleep 0.1", lines=20)
    party.server.stop_server(signal.SIGKILL)
    party.server.start()
    each_once(party, out, run, 120)


def test_a_server_that_stops_by_plan_may_be_away_for_longer_than_the_lease(party):
    out, run = start_wide(party, 12, "sleep 20", lines=8)
    party.server.stop_server()
    time.sleep(18)
    party.server.start()
    each_once(party, out, run, 12)


def states(party, dag, run):
    return {task: row["state"] for task, row in party.server.tasks(dag, run).items()}


def test_a_worker_is_cordoned_over_restarts_of_all_and_drained(party):
    party.server.add_dag("orders", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("slow"):
    BashOperator(task_id="a", bash_command="sleep 3", executor="redis")
with DAG("plain"):
    BashOperator(task_id="a", bash_command="true", executor="redis")
""", first="slow")
    first = party.add_worker("first")
    health = {part["name"]: part["status"]
              for part in party.server.get("/api/v2/monitor/health")["components"]}
    assert health["worker"] == "healthy"
    slow = party.server.trigger("slow")
    party.server.wait_for(lambda: states(party, "slow", slow) == {"a": "running"}, "the start")
    assert cli(party.server, "workers", "cordon", "first").returncode == 0
    plain = party.server.trigger("plain")
    party.server.stop_server()
    party.server.start()
    first.wait()
    assert party.server.get("/api/v2/workers")["items"][0]["cordoned"]
    assert party.server.wait_run("slow", slow)["state"] == "success"
    assert states(party, "plain", plain) == {"a": "scheduled"}
    said = "this worker is cordoned: it gets no tasks until 'aiflow workers uncordon NAME'"
    assert first.text().count(said) == 1
    assert cli(party.server, "workers", "uncordon", "first").returncode == 0
    assert party.server.wait_run("plain", plain)["state"] == "success"

    slow = party.server.trigger("slow")
    party.server.wait_for(lambda: states(party, "slow", slow) == {"a": "running"}, "the start")
    assert cli(party.server, "workers", "drain", "first").returncode == 0
    assert first.process.wait(20) == 0
    assert party.server.wait_run("slow", slow)["state"] == "success"
    first.start().wait()
    party.server.wait_for(lambda: first.text().count(said) == 2, "the word at its start", 10)


def test_what_is_queued_at_a_restart_waits_for_workers_of_redis_alone(party):
    party.server.add_dag("two", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("far"):
    BashOperator(task_id="a", bash_command="sleep 600")
with DAG("two"):
    BashOperator(task_id="first", bash_command="sleep 3", executor="redis", priority_weight=2)
    BashOperator(task_id="next", bash_command="true", executor="redis")
""", first="far")
    elsewhere = FarWorker(party.server, party.folder / "elsewhere", name="elsewhere",
                          url=f"http://127.0.0.1:{party.server.port}").start().wait()
    party.workers.append(elsewhere)
    worker = party.add_worker("w0", slots=1)
    far = party.server.trigger("far")
    run = party.server.trigger("two")
    party.server.wait_for(lambda: states(party, "far", far) == {"a": "running"} and states(
        party, "two", run) == {"first": "running", "next": "queued"}, "the start")
    party.server.stop_server()
    elsewhere.stop()
    party.server.start()
    worker.wait()
    began = time.monotonic()
    assert party.server.wait_run("two", run)["state"] == "success"
    assert time.monotonic() - began < 8  # not a lease, for the other that does not come back


def test_a_task_that_asks_the_api_without_a_way_to_it_is_told_which_option(party):
    party.server.add_dag("asks", """
from airflow.sdk import DAG, task
with DAG("asks", schedule=None):
    @task(executor="redis")
    def ask():
        from aiflow import api
        api.call("GET", "/api/v2/dags/asks")
    ask()
""")
    worker = RedisWorker(party, "alone", 2)
    at_server = worker.words.index("--server")
    del worker.words[at_server:at_server + 2]
    party.workers.append(worker.start().wait())
    began = time.monotonic()
    run = party.server.trigger("asks")
    assert party.server.wait_run("asks", run)["state"] == "failed"
    assert time.monotonic() - began < 20
    log = party.server.get(f"/api/v2/dags/asks/dagRuns/{run}/taskInstances/ask/logs/1")["content"]
    assert "start the worker with --server URL" in str(log)


def test_a_full_redis_is_said_and_tasks_wait(party):
    out = add_wide(party, 10)
    party.add_worker("w0")
    party.ask("CONFIG", "SET", "maxmemory", "1")
    run = party.server.trigger("wide")
    party.wait_health("OOM")
    assert party.server.get("/api/v2/monitor/health")["status"] == "degraded"
    party.ask("CONFIG", "SET", "maxmemory", "0")
    each_once(party, out, run, 10)
    party.wait_health("")


def test_a_redis_that_evicts_is_refused(party):
    party.add_worker("w0")
    party.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    party.redis.kill()
    party.redis.args += ["--maxmemory-policy", "allkeys-lru"]
    party.redis.start()
    party.wait_health("noeviction")


def test_messages_that_are_of_no_use_do_not_stop_the_queue(party):
    out = add_wide(party, 20)
    party.add_worker("w0")
    session = party.ask("GET", "aiflow:session")
    lane = f"aiflow:{session}:lane:default"
    stray = {"key": {"dag_id": "no", "run_id": "r", "task_id": "t", "map_index": -1},
             "try_number": 1, "epoch": 7}
    party.ask("XADD", lane, "*", "a", "\x02{bad")
    party.ask("XADD", lane, "*", "b", "no attempt")
    party.ask("XADD", lane, "*", "a", json.dumps(stray))
    party.ask("XADD", f"aiflow:{session}:reports", "*", "w", "w0", "f", "[1,")
    party.ask("XADD", f"aiflow:{session}:worker:w0", "*", "f", "bad")
    run = party.server.trigger("wide")
    each_once(party, out, run, 20)
    dead = party.ask("XRANGE", "aiflow:dead", "-", "+")
    assert party.ask("XLEN", "aiflow:dead") == "5", dead
    assert "no such job waits" in dead and "reason" in dead


def test_a_message_that_is_delivered_again_runs_nothing_again(party):
    out = add_wide(party, 40, "sleep 0.2")
    party.add_worker("w0")
    session = party.ask("GET", "aiflow:session")
    lane = f"aiflow:{session}:lane:default"
    run = party.server.trigger("wide")
    wait_lines(party, out, 4)
    # All that waits once more, in the wrong order.
    texts = party.ask("--json", "XREVRANGE", lane, "+", "-")
    for _, fields in json.loads(texts):
        party.ask("XADD", lane, "*", "a", fields[1])
    each_once(party, out, run, 40)


def test_a_wrong_password_ends_the_worker_with_a_word(party):
    party.ask("CONFIG", "SET", "requirepass", "other")
    made = RedisWorker(party, "w0", 1).start()
    assert made.process.wait(20) == 1
    assert "wants a password" in made.text()

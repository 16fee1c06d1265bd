# SPDX-License-Identifier: Apache-2.0
"""The views of a DAG in a real browser: graph, Gantt, durations, calendar, tree, details, code by
version; the page of a task, assets, and what the event stream is for."""

from specs import run_specs

FIRST = '''
import time
from datetime import datetime, timedelta
from aiflow import DAG, Asset, TaskGroup, task
from aiflow.edges import Label
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator

with DAG("views", description="What the views are tried with", schedule="30 6 * * *",
         start_date=datetime(2026, 1, 1), catchup=False, tags=["views", "test"],
         default_args={"owner": "ada", "retries": 1, "retry_delay": timedelta(seconds=1)},
         params={"count": 3, "word": "x"}, max_active_runs=2) as dag:
    start = BashOperator(task_id="start", bash_command="sleep 0.3")

    @task
    def items(params): return list(range(params["count"]))

    @task
    def shout(item):
        time.sleep(0.2 * (item + 1))
        print("shouting", item)
        return item

    @task
    def shaky(ti):
        assert ti.try_number > 1, "the first try fails"

    with TaskGroup("load") as load:
        one = BashOperator(task_id="one", bash_command="sleep 0.5", outlets=[Asset("table")])
        two = EmptyOperator(task_id="two")
        one >> two

    @task.branch
    def choose(): return "left"

    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    said = shout.expand(item=items())
    start >> [said, load]
    choice = choose()
    start >> shaky() >> choice
    choice >> Label("to the left") >> left
    choice >> Label("otherwise") >> right

with DAG("reader", schedule=[Asset("table")]):
    EmptyOperator(task_id="read")
'''
SECOND = FIRST.replace("max_active_runs=2", "max_active_runs=4").replace(
    'right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")',
    'right = EmptyOperator(task_id="left"), BashOperator(task_id="right", bash_command="true")')

NEVER_RAN = '''
from aiflow import DAG
from aiflow.operators.empty import EmptyOperator

with DAG("idle", schedule=None):
    EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")

with DAG("bare", schedule=None):
    pass
'''

MANY = '''
from aiflow import DAG
from aiflow.operators.empty import EmptyOperator

with DAG("many", schedule=None):
    layer = [EmptyOperator(task_id=f"t0_{at}") for at in range(20)]
    for depth in range(1, 15):
        after = [EmptyOperator(task_id=f"t{depth}_{at}") for at in range(20)]
        for at, task in enumerate(after):
            [layer[at], layer[(at + 1) % 20]] >> task
        layer = after
'''


def prepare(server) -> str:
    """A DAG with two versions, a few finished runs of which one failed; the newest run's id. Beside
    it one that never ran, one without tasks, and one of 300."""
    server.add_dag("never_ran", NEVER_RAN, first="bare")
    server.add_dag("many", MANY, first="many")
    server.wait_run("many", server.trigger("many"))
    server.add_dag("views", FIRST, first="views")
    server.call("PATCH", "/api/v2/dags/reader", {"is_paused": False})
    server.wait_run("views", server.trigger("views"))
    (server.dags / "views.py").write_text(SECOND)
    server.wait_for(lambda: server.get("/api/v2/dags/views")["version"] == 2, "version 2")
    bad = server.trigger("views", conf={"count": 0})
    for run in [server.trigger("views"), server.trigger("views"), bad]:  # at the same time
        server.wait_run("views", run)
    server.call("PATCH", f"/api/v2/dags/views/dagRuns/{bad}", {"state": "failed"})
    newest = server.trigger("views", conf={"count": 5})
    assert server.wait_run("views", newest)["state"] == "success"
    return newest


def test_the_views_of_a_dag_in_a_browser(server):
    run_specs(server, "views", "task", "dag-pages", role="admin", limit_s=900,
              AIFLOW_E2E_RUN=prepare(server))

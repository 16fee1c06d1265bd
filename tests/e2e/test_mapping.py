# SPDX-License-Identifier: Apache-2.0
"""Mapped tasks and groups through the whole system: values, logs, clearing, restarts, the CLI."""

import json

from product import cli

MAPPED = """
from aiflow import DAG, task, task_group
from aiflow.operators.bash import BashOperator
with DAG("mapped", params={"items": ["a", "b", "c"], "fail": ""}):
    @task
    def items(params): return params["items"]

    @task
    def shout(item, params):
        assert item != params["fail"], f"{item} is not wanted"
        print("shouting", item)
        return None if item == "quiet" else item.upper()

    @task
    def join(texts): return "-".join(texts)

    said = shout.expand(item=items())
    join(said)
    BashOperator.partial(task_id="say").expand(bash_command=["echo one; echo 1", "echo two; echo 2"])

    @task_group
    def pair(word):
        first = BashOperator(task_id="first", bash_command="echo got {{ params['items'][0] }}; echo $W",
                             env={"W": word}, append_env=True)
        @task
        def second(text): return text * 2
        second(first.output)
    pair.expand(word=said)
"""


def instances(server, run, task):
    path = f"/api/v2/dags/mapped/dagRuns/{run}/taskInstances"
    return {t["map_index"]: t for t in server.get(path)["items"] if t["task_id"] == task}


def states(server, run, task):
    return {index: t["state"] for index, t in sorted(instances(server, run, task).items())}


def value(server, run, task, index=-1):
    path = f"/api/v2/dags/mapped/dagRuns/{run}/taskInstances/{task}/xcomEntries?map_index={index}"
    return [x["value"] for x in server.get(path)["items"]]


def log_of(server, run, task, index):
    path = f"/api/v2/dags/mapped/dagRuns/{run}/taskInstances/{task}/logs/1?map_index={index}"
    return server.get(path)["content"]


def test_one_instance_for_each_item(server):
    server.add_dag("mapped", MAPPED)
    run = server.trigger("mapped")
    assert server.wait_run("mapped", run)["state"] == "success"
    assert states(server, run, "shout") == {0: "success", 1: "success", 2: "success"}
    assert value(server, run, "join") == ["A-B-C"]
    assert "shouting b" in log_of(server, run, "shout", 1)
    assert [value(server, run, "say", i) for i in (0, 1)] == [[1], [2]]
    assert states(server, run, "pair.second") == {0: "success", 1: "success", 2: "success"}
    assert [value(server, run, "pair.second", i) for i in range(3)] == [["AA"], ["BB"], ["CC"]]


def test_a_value_that_is_none_is_left_out_and_no_items_skip(server):
    server.add_dag("mapped", MAPPED)
    run = server.trigger("mapped", conf={"items": ["a", "quiet", "c"]})
    assert server.wait_run("mapped", run)["state"] == "success"
    assert value(server, run, "join") == ["A-C"]
    assert states(server, run, "pair.first") == {0: "success", 1: "success"}
    none = server.trigger("mapped", conf={"items": []})
    assert server.wait_run("mapped", none)["state"] == "success"
    assert states(server, none, "shout") == {-1: "skipped"}
    assert states(server, none, "pair.second") == {-1: "skipped"}


def test_one_instance_is_explained_cleared_and_survives_a_restart(make_server):
    server = make_server(slots=4).start()
    server.add_dag("mapped", MAPPED)
    run = server.trigger("mapped", conf={"items": ["a", "b"], "fail": "b"})
    assert server.wait_run("mapped", run)["state"] == "failed"
    assert states(server, run, "shout") == {0: "success", 1: "failed"}
    assert "b is not wanted" in instances(server, run, "shout")[1]["cause"]
    assert "1 of 2 instances" in instances(server, run, "join")[-1]["cause"]
    assert server.get(f"/api/v2/dags/mapped/dagRuns/{run}")["cause"] == "task 'shout' [1] ended as failed"
    server.process.kill()
    server.process.wait()
    server.start()
    before = instances(server, run, "shout")[0]
    cleared = server.call("POST", "/api/v2/dags/mapped/clearTaskInstances",
                          {"dag_run_id": run, "task_ids": ["shout"], "map_index": 1})["items"]
    assert ("shout", 1) in {(t["task_id"], t["map_index"]) for t in cleared}
    assert ("shout", 0) not in {(t["task_id"], t["map_index"]) for t in cleared}
    assert server.wait_run("mapped", run)["state"] == "failed"
    after = instances(server, run, "shout")
    assert (after[0]["try_number"], after[1]["try_number"]) == (1, 2)
    assert after[0]["end_date"] == before["end_date"]


def test_the_command_line_shows_instances(server):
    server.add_dag("mapped", MAPPED)
    run = server.trigger("mapped", conf={"fail": "b"})
    server.wait_run("mapped", run)
    listed = json.loads(cli(server, "tasks", "list", "mapped", "--run", run, "--json").stdout)
    indexes = {t["map_index"] for t in listed if t["task_id"] == "shout"}
    assert indexes == {0, 1, 2}
    assert "shout[1]" in cli(server, "tasks", "list", "mapped", "--run", run).stdout
    assert "b is not wanted" in cli(server, "tasks", "explain", "mapped", "shout", "--run", run,
                                    "--map-index", "1").stdout
    for name in ("shout", "shout[9]"):
        wrong = cli(server, "tasks", "log", "mapped", name, "--run", run)
        assert (wrong.returncode, wrong.stderr) == (1, "error: task 'shout' has 3 instances in this "
                                                       "run; name one of them, such as 'shout[0]'\n")
    assert "shouting c" in cli(server, "tasks", "log", "mapped", "shout[2]", "--run", run).stdout

# SPDX-License-Identifier: Apache-2.0
"""The result cache, lineage and retention through the whole system."""

import json
import os
import time

from product import cli

CACHED = """
from aiflow import DAG, artifacts, task
from aiflow.operators.bash import BashOperator

COUNTER = %r

def count(what):
    with open(COUNTER + "/" + what, "a") as file:
        file.write("x")

with DAG("cached", params={"n": 1, "fail": False}):
    @task
    def given(params):
        return params["n"]

    @task(cache=True, cache_ttl=3600)
    def make(n):
        count("make")
        with open("out.txt", "w") as file:
            file.write("n is %%d" %% n)
        return {"file": artifacts.save("out.txt", "out"), "n": n}

    @task(cache=True)
    def use(made):
        count("use")
        with artifacts.open(made["file"]) as file:
            return file.read()

    @task(cache=True)
    def each(item):
        count("each")
        return item * 2

    @task(cache=True)
    def breaks(params):
        count("breaks")
        if params["fail"]:
            raise ValueError("on purpose")

    use(make(given()))
    each.expand(item=[1, 2, 1])
    breaks()
    BashOperator(task_id="shell", cache=True, outputs={"table": "t.csv"},
                 bash_command="echo x >> " + COUNTER + "/shell; echo 1,2 > $AIFLOW_OUTPUT_TABLE; echo {{ params.n }}")
"""


def counts(folder):
    return {path.name: len(path.read_text().split()) if path.name == "shell" else len(path.read_text())
            for path in folder.iterdir()}


def run_of(server, **body):
    run = server.trigger("cached", **body)
    server.wait_run("cached", run)
    return run


def value(server, run, task):
    path = f"/api/v2/dags/cached/dagRuns/{run}/taskInstances/{task}/xcomEntries"
    return {x["key"]: x["value"] for x in server.get(path)["items"]}


def test_equal_inputs_give_the_kept_result_and_others_do_not(server, tmp_path):
    done = tmp_path / "done"
    done.mkdir()
    server.add_dag("cached", CACHED % str(done))
    first = run_of(server)
    before = counts(done)
    assert before["make"] == before["use"] == before["breaks"] == before["shell"] == 1
    assert 2 <= before["each"] <= 3  # the equal items may have run side by side
    second = run_of(server)
    assert counts(done) == before
    tasks = server.tasks("cached", second)
    assert tasks["make"]["state"] == "success"
    assert tasks["make"]["cause"] == f"result of run {first}, task make, same inputs"
    for task in ("make", "use", "shell"):
        assert value(server, second, task) == value(server, first, task)
    assert value(server, second, "use")["return_value"] == "n is 1"
    listed = json.loads(cli(server, "artifact", "list", "--run", second, "--json").stdout)
    assert {a["task_id"] for a in listed} == {"make", "shell"}

    other = run_of(server, conf={"n": 2})
    assert value(server, other, "use")["return_value"] == "n is 2"
    assert counts(done)["make"] == 2

    # A run that takes nothing runs everything, and keeps what comes of it.
    forced = run_of(server, use_cache=False)
    assert counts(done)["make"] == 3
    third = run_of(server)
    assert server.tasks("cached", third)["make"]["cause"].startswith(f"result of run {forced}")
    # What is cleared runs again though its own result is kept.
    server.call("POST", "/api/v2/dags/cached/clearTaskInstances",
                {"dag_run_id": forced, "task_ids": ["make"], "include_downstream": False})
    server.wait_for(lambda: server.tasks("cached", forced)["make"]["state"] == "success"
                    and counts(done)["make"] == 4, "the cleared task")


def test_failures_are_not_kept_and_the_cli_clears(server, tmp_path):
    done = tmp_path / "done"
    done.mkdir()
    server.add_dag("cached", CACHED % str(done))
    for times in (1, 2):
        failed = run_of(server, conf={"fail": True})
        assert server.tasks("cached", failed)["breaks"]["state"] == "failed"
        assert counts(done)["breaks"] == times
    kept = json.loads(cli(server, "cache", "list", "--json").stdout)
    assert {one["task_id"] for one in kept} == {"make", "use", "each", "shell"}
    assert next(one for one in kept if one["task_id"] == "make")["expires_at"]
    assert cli(server, "cache", "clear").returncode == 2
    assert "1 result is" in cli(server, "cache", "clear", "--dag", "cached", "--task", "make").stdout
    run_of(server)
    assert counts(done)["make"] == 2


def test_lineage_leads_from_a_file_to_what_read_it(server, tmp_path):
    done = tmp_path / "done"
    done.mkdir()
    server.add_dag("cached", CACHED % str(done))
    run = run_of(server)
    down = json.loads(cli(server, "lineage", "show", f"task:cached/{run}/make", "--down",
                          "--json").stdout)
    edges = {(e["source"].split(":")[0], e["relation"], e["target"]) for e in down["edges"]}
    assert ("artifact", "used by", f"task:cached/{run}/use") in edges
    shown = cli(server, "lineage", "show", f"task:cached/{run}/use")
    assert f"saved task:cached/{run}/make" in shown.stdout, shown.stdout + shown.stderr
    again = run_of(server)
    shown = cli(server, "lineage", "show", f"task:cached/{again}/make")
    assert f"gave its result to task:cached/{run}/make" in shown.stdout, shown.stdout + shown.stderr
    assert cli(server, "lineage", "show", "nothing").returncode == 2
    assert cli(server, "lineage", "show", "artifact:999").returncode == 1


def test_garbage_is_told_before_it_goes(server, tmp_path):
    done = tmp_path / "done"
    done.mkdir()
    server.add_dag("cached", CACHED % str(done))
    run = run_of(server)
    assert "nothing to remove" in cli(server, "gc", "--dry-run").stdout
    assert cli(server, "cache", "clear", "--all").returncode == 0
    for artifact in json.loads(cli(server, "artifact", "list", "--json").stdout):
        cli(server, "artifact", "delete", str(artifact["artifact_id"]))
    old = time.time() - 3 * 24 * 3600
    blobs = list((server.home / "blobs/sha256").glob("*/*"))
    assert blobs
    for blob in blobs:
        os.utime(blob, (old, old))
    set_ = cli(server, "retention", "set", "--unused-hours", "1", "--logs-days", "never")
    assert "for ever" in set_.stdout, set_.stderr
    assert cli(server, "retention", "set", "--logs-days", "0").returncode == 2
    refused = cli(server, "retention", "set", "--unused-hours", "never")
    assert refused.returncode == 2 and "must be a number" in refused.stderr
    # The rows of the blobs are new: nothing goes before its time.
    assert "nothing to remove" in cli(server, "gc").stdout
    assert list((server.home / "blobs/sha256").glob("*/*"))
    # Put a stray file that no row names.
    stray = server.home / "blobs/sha256/00" / ("0" * 64)
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("stray")
    os.utime(stray, (old, old))
    would = json.loads(cli(server, "gc", "--dry-run", "--json").stdout)
    assert would == [{"kind": "strays", "count": 1, "size": 5}]
    assert stray.exists()
    assert "files that no row names" in cli(server, "gc").stdout
    assert not stray.exists()
    assert server.tasks("cached", run)["use"]["state"] == "success"

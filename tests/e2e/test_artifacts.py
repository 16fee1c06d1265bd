# SPDX-License-Identifier: Apache-2.0
"""Files and directories between tasks, Python and Bash, and what the CLI says about them."""

import hashlib
import json

from product import cli

HAND_ON = """
import os
from aiflow import DAG, artifacts, task
from aiflow.operators.bash import BashOperator

with DAG("hand_on"):
    @task
    def train():
        os.makedirs("out/deep")
        for name in ("a.txt", "deep/b.txt"):
            with open(f"out/{name}", "w") as file:
                file.write(name * 1000)
        with open("model.bin", "wb") as file:
            file.write(bytes(1_000_000))
        return {"model": artifacts.save("model.bin", media_type="application/octet-stream"),
                "all": [artifacts.save("out", "report")]}

    @task
    def read(made):
        with artifacts.open(made["model"], "rb") as file:
            size = len(file.read())
        folder = artifacts.fetch(made["all"][0])
        own = artifacts.fetch("report", task="train", to="own", writable=True)
        with open(own + "/a.txt", "a") as file:
            file.write("changed")
        with open(os.path.join(folder, "deep/b.txt")) as file:
            return [size, len(file.read()), os.path.getsize(own + "/a.txt")]

    made = train()
    read(made)
    shell = BashOperator(task_id="shell", outputs={"table": "t/table.csv", "whole": "t"},
                         bash_command="mkdir t && echo 1,2 > $AIFLOW_OUTPUT_TABLE && echo said")
    BashOperator(task_id="sum", inputs={"table": shell.output["table"], "whole-dir": shell.output["whole"]},
                 bash_command="cat $AIFLOW_INPUT_TABLE; ls $AIFLOW_INPUT_WHOLE_DIR; "
                              "aiflow artifact get table --task shell --to again && cmp again $AIFLOW_INPUT_TABLE "
                              "&& aiflow artifact put again --name copy --json")

    far = BashOperator(  # as from another machine: without the server's folder
        task_id="far", outputs={"near": "d"}, append_env=True, env={"AIFLOW_HOME": "/nonexistent"},
        bash_command="mkdir -p d/e && echo far > d/e/f && echo x > d/x && chmod +x d/x && "
                     "export AIFLOW_HOME=/nonexistent && aiflow artifact put d --name far --json")
    BashOperator(task_id="back", inputs={"far": far.output, "near": far.output["near"]},
                 bash_command="AIFLOW_HOME=/nonexistent aiflow artifact get far --task far --to c && "
                              "diff -r c $AIFLOW_INPUT_NEAR && diff -r c $AIFLOW_INPUT_FAR && test -x c/x && "
                              "ls -l c/e/f | cut -c1-10")

    @task
    def fails():
        with open("x", "w") as file:
            file.write("half")
        artifacts.save("x", "half")
        raise ValueError("after saving")
    fails()
    BashOperator(task_id="forgets", outputs={"nothing": "not/there"}, bash_command="true")
"""


def xcoms(server, run, task):
    path = f"/api/v2/dags/hand_on/dagRuns/{run}/taskInstances/{task}/xcomEntries"
    return {x["key"]: x["value"] for x in server.get(path)["items"]}


def test_tasks_hand_on_files_and_directories(server):
    server.add_dag("hand_on", HAND_ON)
    run = server.trigger("hand_on")
    server.wait_run("hand_on", run)
    tasks = server.tasks("hand_on", run)
    states = {name: task["state"] for name, task in tasks.items()}
    assert states == {"train": "success", "read": "success", "shell": "success", "sum": "success", "far": "success", "back": "success",
                      "fails": "failed", "forgets": "failed"}, tasks
    assert xcoms(server, run, "read")["return_value"] == [1_000_000, 10_000, 5007]
    model = xcoms(server, run, "train")["return_value"]["model"]
    assert model["sha256"] == hashlib.sha256(bytes(1_000_000)).hexdigest()
    assert xcoms(server, run, "shell")["return_value"] == "said"
    assert xcoms(server, run, "back")["return_value"] == "-r--r--r--"
    assert xcoms(server, run, "far")["return_value"]["sha256"] == xcoms(server, run, "far")["near"]["sha256"]
    table = xcoms(server, run, "shell")["table"]
    assert xcoms(server, run, "sum")["return_value"]["sha256"] == table["sha256"]
    assert "output 'nothing' is missing" in tasks["forgets"]["cause"]

    listed = json.loads(cli(server, "artifact", "list", "--run", run, "--json").stdout)
    assert {(a["task_id"], a["name"], a["kind"]) for a in listed} == {
        ("train", "model.bin", "file"), ("train", "report", "dir"), ("shell", "table", "file"),
        ("shell", "whole", "dir"), ("sum", "copy", "file"), ("far", "far", "dir"),
        ("far", "near", "dir")}  # and not what the failed one saved
    uses = {a["name"]: [u["task_id"] for u in a["uses"]] for a in listed}
    assert uses["report"] == ["read"] and uses["table"] == ["sum"]
    report = next(a for a in listed if a["name"] == "report")
    shown = cli(server, "artifact", "show", str(report["artifact_id"])).stdout
    assert "used by   hand_on/" in shown and "in 2 files" in shown


def test_artifacts_outside_of_a_task(server, tmp_path):
    server.add_dag("hand_on", HAND_ON)
    run = server.trigger("hand_on")
    server.wait_run("hand_on", run)
    got = cli(server, "artifact", "get", "report", "--dag", "hand_on", "--run", run, "--to",
              str(tmp_path / "back"))
    assert got.returncode == 0, got.stderr
    assert (tmp_path / "back/deep/b.txt").read_text() == "deep/b.txt" * 1000
    assert cli(server, "artifact", "get", "report", "--dag", "hand_on", "--run", run, "--to",
               str(tmp_path / "back")).returncode == 1
    put = cli(server, "artifact", "put", str(tmp_path / "back"))
    assert put.returncode == 2 and "inside of one" in put.stderr
    listed = json.loads(cli(server, "artifact", "list", "--json").stdout)
    removed = cli(server, "artifact", "delete", *(str(a["artifact_id"]) for a in listed))
    assert removed.returncode == 0, removed.stderr
    assert json.loads(cli(server, "artifact", "list", "--json").stdout) == []
    assert cli(server, "artifact", "get", "report", "--dag", "hand_on").returncode == 1

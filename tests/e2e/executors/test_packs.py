# SPDX-License-Identifier: Apache-2.0
"""Runtime packs on workers elsewhere: they come from the server when a task needs them."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from far import FarServer, FarWorker, Wire
from product import cli
from through_redis import Party

IMAGE = "aiflow-test/busybox:1"
SIZE = 96 << 20

IN_CONTAINERS = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator

def light(task_id, command, pack="words"):
    return BashOperator(task_id=task_id, bash_command=command, executor="docker", executor_config={{
        "image": "{image}", "network_mode": "none", "pack": pack}})

with DAG("packed", schedule=None):
    light("read", "cat $AIFLOW_PACK/lib/word; wc -c < /pack/data; touch /pack/new")
    light("also", "cat /pack/lib/word", pack="{digest}")
    light("none", "true", pack="nosuch")
"""


IN_PROCESSES = """
from airflow.sdk import DAG, task
from airflow.providers.standard.operators.bash import BashOperator

with DAG("python", schedule=None, default_args={{"executor": "{executor}", "pack": "tools"}}):
    BashOperator(task_id="shell", bash_command="cat $AIFLOW_PACK/lib/word")

    @task
    def plain():
        import greeting
        return [greeting.TEXT, greeting.__file__]

    @task.external_python(python="bin/python3")
    def other(said):
        import greeting, sys
        return [said[0], greeting.TEXT, sys.executable]

    @task(pack="nosuch")
    def none(): pass

    other(plain()), none()
"""


def add_tools(server, folder):
    """A pack with a module and a Python."""
    (folder / "bin").mkdir(parents=True)
    shutil.copy(Path(sys.executable).resolve(), folder / "bin/python3")
    (folder / "greeting.py").write_text("TEXT = 'from the pack'")
    return add_pack(server, folder, "tools")


def check_processes(server, home, executor):
    server.add_dag("python", IN_PROCESSES.format(executor=executor))
    run = server.trigger("python")
    server.wait_run("python", run, 60)
    tasks = server.tasks("python", run)
    states = {name: one["state"] for name, one in tasks.items()}
    assert states == {"shell": "success", "plain": "success", "other": "success", "none": "failed"}, tasks
    assert "nosuch" in tasks["none"]["cause"]
    path = f"/api/v2/dags/python/dagRuns/{run}/taskInstances/other/xcomEntries/return_value"
    said, here, python = server.get(path)["value"]
    assert said == here == "from the pack"
    (pack,) = (home / "packs").glob("sha256-*")
    assert python == str(pack / "bin/python3")
    assert not list(pack.rglob("__pycache__"))  # it stays as it was
    assert "delivered" in log_of(server, "python", run, "shell")
    return tasks


@pytest.fixture
def far(tmp_path):
    """A server, a wire to it, and makers of workers behind the wire."""
    made = []

    class Far:
        server = FarServer(tmp_path / "home").start()
        wire = Wire(server.port)

        def worker(self, name="far", **options):
            url = f"http://127.0.0.1:{self.wire.port}"
            made.append(FarWorker(self.server, tmp_path / name, url=url, name=name, **options).start())
            return made[-1].wait()

    one = Far()
    yield one
    for worker in made:
        worker.stop()
    one.wire.close()
    one.server.stop()


def add_pack(server, folder, name="words", size=10):
    """A pack with a word and so many random bytes. Its digest."""
    (folder / "lib").mkdir(parents=True)
    (folder / "lib/word").write_text("delivered\n")
    (folder / "data").write_bytes(os.urandom(size))
    added = cli(server, "runtime", "add", name, "--folder", str(folder), "--version", "1")
    assert added.returncode == 0, added.stderr
    return added.stdout.split()[-1]


def log_of(server, dag, run, task, number=1):
    path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{number}"
    return server.get(path)["content"]


def held(server, name):
    for one in server.get("/api/v2/workers")["items"]:
        if one["worker_id"] == name:
            return [pack["name"] for pack in one["packs"]]
    return []


def fetched(worker):
    return worker.text().count("a runtime pack has been fetched")


def test_a_container_elsewhere_gets_its_pack_over_a_wire_that_is_cut(far, dockerd, tmp_path):
    digest = add_pack(far.server, tmp_path / "site", size=SIZE)
    worker = far.worker(extra=("--docker", str(dockerd.socket)))
    far.server.add_dag("packed", IN_CONTAINERS.format(image=IMAGE, digest=digest))
    before = far.wire.given
    run = far.server.trigger("packed")
    data = worker.home / "packs" / f".fetch-{digest.replace(':', '-')}" / "data"
    far.server.wait_for(lambda: data.exists() and data.stat().st_size > SIZE // 8, "half of it")
    far.wire.state = "off"
    time.sleep(0.3)
    begun = data.stat().st_size
    assert begun < SIZE
    far.wire.state = "on"
    far.server.wait_run("packed", run, 60)
    tasks = far.server.tasks("packed", run)
    assert tasks["also"]["state"] == "success", tasks
    read = log_of(far.server, "packed", run, "read")
    assert "delivered\n" in read and str(SIZE) in read and "Read-only file system" in read
    assert tasks["none"]["state"] == "failed"
    assert "its pack could not be fetched" in tasks["none"]["cause"] and "nosuch" in tasks["none"]["cause"]
    # Once for both, and what was there before the cut did not come again.
    assert fetched(worker) == 1
    assert far.wire.given - before < SIZE + (16 << 20)
    assert not list((worker.home / "packs").glob(".fetch-*"))
    far.server.wait_for(lambda: held(far.server, "far") == ["words"], "the pack in the list of workers")
    assert digest[:19] in cli(far.server, "workers", "show", "far").stdout
    again = far.server.trigger("packed")
    far.server.wait_run("packed", again, 60)
    assert far.server.tasks("packed", again)["also"]["state"] == "success"
    assert fetched(worker) == 1


def test_python_tasks_elsewhere_run_with_what_their_pack_holds(far, tmp_path):
    add_tools(far.server, tmp_path / "site")
    worker = far.worker()
    tasks = check_processes(far.server, worker.home, "local")
    assert "its pack could not be fetched" in tasks["none"]["cause"]
    assert fetched(worker) == 1


def test_on_the_server_s_own_machine_the_pack_is_there_already(make_server, tmp_path):
    server = make_server(slots=4).start()
    add_tools(server, tmp_path / "site")
    tasks = check_processes(server, server.home, "local")
    assert "no pack 'nosuch' is installed" in tasks["none"]["cause"]


def test_a_worker_of_redis_fetches_packs_from_the_server_it_is_told(tmp_path):
    party = Party(tmp_path)
    try:
        add_tools(party.server, tmp_path / "site")
        worker = party.add_worker("near")
        check_processes(party.server, worker.home, "redis")
        assert fetched(worker) == 1
        worker.stop()
        without = party.add_worker("without", with_server=False)
        run = party.server.trigger("python")
        party.server.wait_run("python", run, 60)
        shell = party.server.tasks("python", run)["shell"]
        assert shell["state"] == "failed" and shell["hostname"] == "without", shell
        assert "its pack could not be fetched" in shell["cause"] and "--server URL" in shell["cause"]
    finally:
        party.stop()

# SPDX-License-Identifier: Apache-2.0
"""A task that waits for a file system that has stopped: not even SIGKILL ends its process."""

import os
import subprocess
from pathlib import Path

import pytest

DAGS = """
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("stuck"):
    BashOperator(task_id="a", execution_timeout=timedelta(seconds=1), retries=1, retry_delay=timedelta(0),
                 bash_command="echo $$ >> {home}/pids; echo fine > {disk}/file")
with DAG("quick"):
    BashOperator(task_id="a", bash_command="true")
"""
GRACE_S = 10


def freeze(disk, how: str) -> None:
    subprocess.run(["fsfreeze", how, disk], check=True)


@pytest.fixture
def disk(tmp_path):
    """A file system of its own."""
    if os.geteuid() != 0:
        pytest.skip("mounting a disk needs root")
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with open(image, "wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, folder], check=False).returncode:
        pytest.skip("this kernel gives no loop device to mount a disk on")
    yield folder
    subprocess.run(["fsfreeze", "--unfreeze", folder], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["umount", "--lazy", folder], check=True)


def state_of(pid) -> str:
    """As ps shows it; empty: there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_34_a_task_that_nothing_ends_keeps_its_slot_and_is_not_run_twice(pair, disk):
    pids = pair.home / "pids"
    (pair.dags / "dags.py").write_text(DAGS.format(home=pair.home, disk=disk))
    pair.wait_for(lambda: pair.ask("GET", "/api/v2/dags/quick"), "the DAGs")
    freeze(disk, "--freeze")
    pair.ask("POST", "/api/v2/dags/stuck/dagRuns", {"dag_run_id": "r"})
    pair.wait_for(lambda: pids.exists() and state_of(pids.read_text().strip()) == "D", "its wait")
    log = pair.home / "logs/stuck/r/try1/a.log"
    pair.wait_for(lambda: log.exists() and "does not end after SIGKILL" in log.read_text(), "the note",
                  GRACE_S + 20)
    pair.ask("POST", "/api/v2/dags/quick/dagRuns", {"dag_run_id": "r"})
    pair.wait_for(lambda: pair.run_state("quick", "r") == "success", "what else runs")
    task = pair.tasks("stuck", "r")["a"]
    assert (task["state"], task["try_number"]) == ("running", 1)
    assert pair.ask("GET", "/api/v2/workers")["items"][0]["running"] == 1
    [pid] = pids.read_text().split()
    assert state_of(pid) == "D"
    freeze(disk, "--unfreeze")
    pair.wait_for(lambda: pair.run_state("stuck", "r") == "success", "its second try")
    assert "timed out after 1s" in log.read_text()
    assert state_of(pid) == "" and len(pids.read_text().split()) == 2

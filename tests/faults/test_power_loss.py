# SPDX-License-Identifier: Apache-2.0
"""The power goes at any moment of a server at work: the database is whole, every answer that somebody
had is in it, its history gives its tables, and a server goes on from it."""

import contextlib
import os
import random
import shutil
import sqlite3
import threading
import time

import pytest
from histories import replay, tables
from pair import Pair
from power import Disk, Recording

RUNS_WANTED = 120
CLIENTS = 3
CONTINUED = 2

DAGS = """
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator
with DAG("light", max_active_runs=100):
    EmptyOperator(task_id="a") >> EmptyOperator(task_id="b")
with DAG("work", max_active_runs=100):
    BashOperator(task_id="a", bash_command="true", retries=9, retry_delay=timedelta(0)) >> EmptyOperator(task_id="b")
"""


def trigger_many(pair, client, answers, enough):
    count = 0
    while not enough.is_set():
        count += 1
        dag, run = ("work" if count % 10 == 0 else "light"), f"run-{client}-{count}"
        pair.ask_once("POST", f"/api/v2/dags/{dag}/dagRuns", {"dag_run_id": run}, {})
        answers.append((time.time(), dag, run))


def work_under(pair, recording):
    """Triggers runs until the log has been copied back into the database at least once."""
    answers, enough = [], threading.Event()
    clients = [threading.Thread(target=trigger_many, args=(pair, at, answers, enough))
               for at in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        pair.wait_for(lambda: len(answers) >= RUNS_WANTED and
                      any(call.file == "aiflow.db" for call in recording.calls()), "a checkpoint")
    finally:
        enough.set()
        for client in clients:
            client.join(20)
    return answers


def check_image(image, answered):
    home = image.with_suffix(".checked")  # the image itself is left to the server
    shutil.copytree(image, home)
    with contextlib.closing(sqlite3.connect(home / "aiflow.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = set(db.execute("SELECT dag_id, run_id FROM dag_runs"))
        assert answered <= stored, f"answered and lost: {answered - stored}"
        assert replay(db) == tables(db)
    shutil.rmtree(home)


def goes_on(home, dag_file, answered):
    again = Pair(home)
    shutil.copy(dag_file, again.dags)
    with again as pair:
        for dag, run in answered:
            pair.wait_for(lambda dag=dag, run=run: pair.run_state(dag, run) == "success", run)


@pytest.mark.skipif(not shutil.which("strace") and not os.environ.get("AIFLOW_NO_SKIP"),
                    reason="strace is not installed: run ./dev setup")
def test_17_what_was_answered_before_the_power_went_is_there(pair, tmp_path, request):
    images, rng = request.config.getoption("--images"), random.Random(request.config.getoption("--seed"))
    (pair.dags / "dags.py").write_text(DAGS)
    pair.wait_for(lambda: pair.ask("GET", "/api/v2/dags/work"), "the DAGs")
    with Recording(pair.programs["server"].pid, pair.home) as recording:
        answers = work_under(pair, recording)
    calls = recording.calls()
    disk, cuts = Disk(recording.base), sorted(rng.sample(range(len(calls)), images))
    lost = 0
    for number, cut in enumerate(cuts):
        for call in calls[cuts[number - 1] if number else 0:cut]:
            disk.do(call)
        home = tmp_path / f"image-{number}"
        disk.lose_power(rng, rng.choice((0, 0.5, 1)), home)
        lost += sum(map(len, disk.waiting.values()))
        answered = {(dag, run) for at, dag, run in answers if at < calls[cut].ended}
        check_image(home, answered)
        if number >= images - CONTINUED:
            goes_on(home, pair.dags / "dags.py", answered)
    assert lost, "nothing waited for a sync in any image: these tell nothing"

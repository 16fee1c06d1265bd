# SPDX-License-Identifier: Apache-2.0
"""How workers of Redis reach the server's API: over HTTPS, and what is said where they cannot."""

import json
import subprocess
import time

import pytest

from far import FarServer, Wire, free_port
from product import cli, not_installed
from server import BIN
from through_redis import Party, RedisWorker, with_redis

ASKS = """
from airflow.sdk import DAG, Variable, task
from airflow.providers.standard.operators.bash import BashOperator

with DAG("asks", schedule=None, default_args={"executor": "redis"}):
    BashOperator(task_id="shell", bash_command="aiflow dags explain asks")

    @task
    def python():
        return Variable.get("word")

    @task(pack="words")
    def packed():
        import greeting
        return greeting.TEXT

    python(), packed()
"""
HERE = "worker"  # the worker's name


@pytest.fixture
def parties(tmp_path):
    """make(**options): a Party; all end with the test."""
    if not with_redis.find("redis-server"):
        not_installed("redis-server")
    made = []

    def make(**options):
        party = Party(tmp_path, **options)
        made.append(party)
        files = tmp_path / "words"
        files.mkdir()
        (files / "greeting.py").write_text("TEXT = 'from the pack'")
        for words in (("runtime", "add", "words", "--folder", str(files), "--version", "1"),
                      ("variables", "set", "word")):
            done = cli(party.server, *words, input="heard")
            assert done.returncode == 0, done.stderr
        party.server.add_dag("asks", ASKS)
        return party

    yield make
    for party in made:
        party.stop()


def lead(party, url, **environment):
    """A worker that looks for the API at `url`."""
    worker = RedisWorker(party, HERE, slots=4, extra=("--server", url), with_server=False)
    worker.environment |= environment
    party.workers.append(worker.start().wait())
    return worker


def run_asks(party):
    """-> each task: its state, and its cause with its log."""
    run = party.server.trigger("asks")
    party.server.wait_run("asks", run)
    said = {}
    for name, task in party.server.tasks("asks", run).items():
        log = party.server.get(f"/api/v2/dags/asks/dagRuns/{run}/taskInstances/{name}/logs/1")
        said[name] = (task["state"], task["cause"] + json.dumps(log))
    return said


def states(party, run):
    return {name: one["state"] for name, one in party.server.tasks("asks", run).items()}


def succeeds(party):
    said = run_asks(party)
    assert {state for state, _ in said.values()} == {"success"}, said


def fails_at_once(party, words):
    """Each of them, with these words."""
    begun = time.monotonic()
    said = run_asks(party)
    assert {state for state, _ in said.values()} == {"failed"}, said
    for _, text in said.values():
        assert words in text, said
    assert time.monotonic() - begun < 25, said


def test_a_server_with_a_certificate_of_its_own_is_known_by_what_it_says_through_redis(parties):
    party = parties(tls=True)
    worker = party.add_worker(HERE)
    succeeds(party)
    assert "cannot be reached" not in worker.text()


def test_another_server_at_that_address_is_not_trusted_and_all_say_so(parties, tmp_path):
    party = parties(tls=True)
    other = FarServer(tmp_path / "other", extra=("--tls", "self")).start()
    try:
        worker = lead(party, f"https://127.0.0.1:{other.port}")
        party.server.wait_for(lambda: "cannot be reached" in worker.text(), "the worker's word", 10)
        fails_at_once(party, f"127.0.0.1:{other.port} shows another key")
        assert worker.text().count("cannot be reached") == 1, worker.text()
        assert "--server" in worker.text()
    finally:
        other.stop()


def test_an_authority_that_the_machine_trusts_will_do_as_well(parties, tmp_path):
    """A proxy in front of the server has a key of its own."""
    party = parties(tls=True)
    other = FarServer(tmp_path / "other", extra=("--tls", "self")).start()
    try:
        worker = lead(party, f"https://127.0.0.1:{other.port}",
                      SSL_CERT_FILE=str(other.home / "tls.crt"))
        # It answers, although not to this server's tasks.
        fails_at_once(party, "")
        assert "cannot be reached" not in worker.text()
    finally:
        other.stop()


def test_a_server_of_https_that_is_asked_by_http_is_named(parties):
    party = parties(tls=True)
    worker = lead(party, f"http://127.0.0.1:{party.server.port}")
    party.server.wait_for(lambda: "--server https://" in worker.text(), "the worker's word", 10)
    fails_at_once(party, f"give --server https://127.0.0.1:{party.server.port}")
    assert worker.text().count("cannot be reached") == 1, worker.text()


def test_an_address_where_nobody_listens_is_said_and_waited_for(parties):
    party = parties()
    port = free_port()
    worker = lead(party, f"http://127.0.0.1:{port}")
    party.server.wait_for(lambda: "cannot be reached" in worker.text(), "the worker's word", 10)
    run = party.server.trigger("asks")
    asked = subprocess.run([BIN / "aiflow", "dags", "list"], capture_output=True, text=True,
                           timeout=60, env={"AIFLOW_API_SOCKET": str(worker.home / "run/api.sock")})
    assert f"127.0.0.1:{port}: Connection refused" in asked.stderr, asked.stderr
    party.server.wait_for(lambda: states(party, run)["shell"] == "failed", "its end")
    # The others ask again, and go on once somebody is there: here another way to the same server.
    wire = Wire(party.server.port, int(port))
    try:
        assert party.server.wait_run("asks", run)["state"] == "failed"
    finally:
        wire.close()
    assert states(party, run) == {"shell": "failed", "python": "success", "packed": "success"}
    assert "can be reached again" in worker.text()


def test_options_that_would_be_ignored_are_refused(tmp_path):
    token = tmp_path / "join.token"
    token.write_text("aiflow-join.x\n")
    words = [BIN / "aiflow", "worker", "--home", tmp_path / "w", "--token-file", token, "--server",
             "https://127.0.0.1:1", "--broker", "redis://127.0.0.1:1"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 2, ended.stderr
    assert "--token-file" in ended.stderr and "--broker" in ended.stderr

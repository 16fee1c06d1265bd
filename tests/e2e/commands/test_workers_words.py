# SPDX-License-Identifier: Apache-2.0
"""What the commands of workers say when something is not as it should be, and the list of runs."""

import json
import os
import shutil
import subprocess

import pytest
from far import FarServer, FarWorker, free_port
from product import cli
from server import BIN, ROOT, Server

ONE = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("one", schedule=None):
    BashOperator(task_id="a", bash_command="{command}")
"""
PLACES = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("places", schedule=None):
    BashOperator(task_id="redis", bash_command="true", executor="redis")
    BashOperator(task_id="cluster", bash_command="true", executor="kubernetes:nope",
                 executor_config={"image": "x:1"})
    BashOperator(task_id="user", bash_command="true", run_as_user="nobody")
"""


@pytest.fixture
def far(tmp_path):
    """A server for workers elsewhere, and what starts them."""
    server = FarServer(tmp_path / "home").start()
    made = []

    def worker(name, **options):
        made.append(FarWorker(server, tmp_path / name, url=f"http://127.0.0.1:{server.port}",
                              name=name, **options))
        return made[-1]

    yield server, worker
    for one in made:
        one.stop()
    server.stop()


def run_briefly(*words):
    """A command that goes on: what it says in its first seconds."""
    one = subprocess.Popen([BIN / "aiflow", *map(str, words)], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)
    try:
        return one.communicate(timeout=3)[0]
    except subprocess.TimeoutExpired:
        one.terminate()
        return one.communicate(timeout=20)[0]


def test_a_program_without_its_sdk_says_so_everywhere(tmp_path):
    alone = tmp_path / "alone/bin"
    alone.mkdir(parents=True)
    shutil.copy(BIN / "aiflow", alone)
    home = tmp_path / "home"
    server = Server(home, keep=True)
    server.dags.joinpath("one.py").write_text(ONE.format(command="true"))
    server.output.touch()
    with open(server.output, "ab") as out:
        server.process = subprocess.Popen([alone / "aiflow", "serve", "--home", home, "--port", "0"],
                                          stdout=out, stderr=subprocess.STDOUT,
                                          start_new_session=True)
    try:
        server.wait_ready()
        place = str(tmp_path / "alone/lib/aiflow/python/aiflow")
        shown = cli(server, "health")
        assert shown.returncode == 1
        sdk = next(line for line in shown.stdout.splitlines() if line.startswith("sdk"))
        assert "unhealthy" in sdk and place in sdk and "./dev install FOLDER" in sdk
        said = server.wait_for(lambda: "one.py" in cli(server, "dags", "errors").stdout and
                               cli(server, "dags", "errors").stdout, "the error of the file")
        assert place in said and "exit code" not in said
    finally:
        server.stop()


def test_what_is_installed_finds_its_sdk_and_can_run_containers(tmp_path):
    subprocess.run([ROOT / "dev", "install", tmp_path / "own"], check=True, capture_output=True,
                   env=os.environ | {"AIFLOW_BIN": str(BIN)})
    home = tmp_path / "home"
    (home / "dags").mkdir(parents=True)
    (home / "dags/one.py").write_text(ONE.format(command="true"))
    done = subprocess.run([tmp_path / "own/bin/aiflow", "dags", "test", "one", "--home", home],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_task_that_no_configured_executor_takes_names_the_option(server):
    server.add_dag("places", PLACES)
    run = server.trigger("places")

    def says(task, *words):
        server.wait_for(lambda: all(word in cli(server, "tasks", "explain", "places", task, "--run",
                                                run).stdout for word in words), f"{task}: {words}")

    says("redis", "executor 'redis'", "aiflow serve --broker redis://HOST:6379")
    says("cluster", "'kubernetes:nope'", "aiflow serve --kubernetes nope=KUBECONFIG")
    says("user", "no connected worker serves tasks of user 'nobody' (start one with --run-as-users"
                 " nobody)")


def test_a_worker_that_names_no_server_is_told_how(tmp_path):
    said = run_briefly("worker", "--home", tmp_path / "w")
    assert "waiting for a server on this data directory" in said
    assert "aiflow worker --server https://HOST:8080 --token-file FILE" in said
    assert "aiflow worker --broker redis://HOST:6379" in said


def test_a_joined_home_keeps_its_name_and_says_it(far):
    _, make = far
    worker = make("isl").start().wait()
    worker.stop()
    kept = (worker.home / "worker.json").read_text()
    words = [str(word) for word in worker.words]
    words[words.index("--id") + 1] = "other"
    at = words.index("--token-file")
    del words[at:at + 2]
    refused = subprocess.run(words, capture_output=True, text=True, timeout=20)
    assert refused.returncode == 1
    assert "has joined http://127.0.0.1:" in refused.stderr and "as 'isl', not as 'other'" in refused.stderr
    assert (worker.home / "worker.json").read_text() == kept  # nothing was given up
    worker.words = [word for word in worker.words if str(word) not in
                    ("--token-file", str(worker.home / "join.token"))]
    worker.start().wait()


def test_a_server_that_refuses_a_token_costs_the_worker_nothing(far, tmp_path):
    _, make = far
    worker = make("isl").start().wait()
    worker.stop()
    kept = (worker.home / "worker.json").read_text()
    other = FarServer(tmp_path / "other", port=free_port()).start()
    try:
        words = [str(word) for word in worker.words]
        url = words.index("--server") + 1
        mine, words[url] = words[url], f"http://127.0.0.1:{other.port}"
        refused = subprocess.run(words, capture_output=True, text=True, timeout=20)
        assert "the join token is unknown, used up or over" in refused.stderr
        assert (worker.home / "worker.json").read_text() == kept
        # Nor is anything lost when it asks again with a good one, and then belongs there.
        (worker.home / "join.token").write_text(other.join_token())
        worker.words, worker.server = words, other
        worker.start().wait()
        worker.stop()
        assert mine not in (worker.home / "worker.json").read_text()
        assert not (worker.home / "worker.joining.json").exists()
    finally:
        worker.stop()
        other.stop()


def test_a_joined_home_that_was_refused_elsewhere_goes_on_where_it_was(far, tmp_path):
    _, make = far
    worker = make("isl").start().wait()
    worker.stop()
    with_token = [str(word) for word in worker.words]
    at = with_token.index("--token-file")
    with_token[with_token.index("--id") + 1] = "other"
    (worker.home / "join.token").write_text("aiflow-join.nonsense")
    refused = subprocess.run(with_token, capture_output=True, text=True, timeout=20)
    assert refused.returncode != 0
    del worker.words[at:at + 2]
    worker.start().wait()


def test_several_workers_are_drained_at_once_and_are_gone_with_their_end(far):
    server, make = far
    for name in ("w1", "w2"):
        make(name).start().wait()
    done = cli(server, "workers", "drain", "w1", "nobody", "w2")
    assert done.returncode == 1 and "there is no worker 'nobody'" in done.stderr
    assert "worker w1 ends after" in done.stdout and "worker w2 ends after" in done.stdout
    # Long before the lease of 15 s.
    server.wait_for(lambda: server.get("/api/v2/workers")["items"] == [], "their end", 8)
    assert cli(server, "workers", "list").stdout.startswith("no worker is connected")


def test_a_worker_ends_without_a_false_alarm_and_a_revoked_one_is_gone_at_once(far):
    server, make = far
    ended, revoked = make("ended").start().wait(), make("revoked").start().wait()
    os.kill(ended.process.pid, 15)
    assert ended.process.wait(20) == 0
    assert "lost" not in ended.text()
    assert cli(server, "workers", "revoke", "revoked").returncode == 0
    assert revoked.process.wait(20) == 1
    server.wait_for(lambda: server.get("/api/v2/workers")["items"] == [], "their end", 8)
    unknown = cli(server, "workers", "revoke", "nope")
    assert unknown.returncode == 1
    assert "no worker 'nope' has joined" in unknown.stderr
    assert "see: aiflow workers joined" in unknown.stderr


def test_runs_are_listed_of_one_dag_or_of_all_by_state(server):
    for name, command in (("one", "true"), ("two", "false")):
        server.add_dag(name, ONE.format(command=command).replace('"one"', f'"{name}"'))
    runs = {name: server.trigger(name) for name in ("one", "two")}
    assert server.wait_run("one", runs["one"])["state"] == "success"
    assert server.wait_run("two", runs["two"])["state"] == "failed"

    def listed(*words):
        return [(run["dag_id"], run["dag_run_id"])
                for run in json.loads(cli(server, "runs", "list", *words, "--json").stdout)]

    both = [("two", runs["two"]), ("one", runs["one"])]
    assert listed() == both
    assert listed("one") == both[1:]
    assert listed("--state", "failed") == both[:1]
    assert listed("--state", "failed", "--state", "success", "--limit", "1") == both[:1]
    text = cli(server, "runs", "list").stdout
    assert text.splitlines()[0].split()[:3] == ["DAG", "RUN", "STATE"] and runs["one"] in text
    wrong = cli(server, "runs", "list", "--state", "odd")
    assert wrong.returncode == 2 and "odd" in wrong.stderr
    missing = cli(server, "runs", "list", "nope")
    assert missing.returncode == 1 and "see: aiflow dags list" in missing.stderr

# SPDX-License-Identifier: Apache-2.0
"""DockerOperator: what the worker is told, and what a task's process does with aiflow-docker."""

import json
import textwrap
from pathlib import Path

import pytest

import aiflow
from aiflow.containers import spec
from aiflow.dag import DAG
from aiflow.decorators import task
from aiflow.exceptions import AirflowException, AirflowSkipException, CommandFailed
from aiflow.operators.bash import BashOperator
from aiflow.operators.docker import DockerOperator
from aiflow.parse import parse_file
from airflow.providers.docker.operators.docker import DockerOperator as AirflowsDockerOperator


def operator(**arguments):
    with DAG("d", schedule=None):
        return DockerOperator(task_id="t", **{"image": "img", **arguments})


def test_airflows_path_is_the_same():
    assert AirflowsDockerOperator is DockerOperator


def test_a_plain_container_needs_no_python():
    one = operator(command="run 'a b' c", environment={"A": 1, "B": "x", "C": None}, mem_limit="64m",
                   cpus=0.5, user=1000, force_pull=True, skip_on_exit_code=7, auto_remove="success",
                   extra_hosts={"h": "1.2.3.4"}, port_bindings={80: 8080}, docker_url="unix:///a/b")
    assert one.place.executor == "docker"
    assert one.payload() == {"templated": False, "do_xcom_push": True, "container": {
        "image": "img", "command": ["run", "a b", "c"], "env": {"A": "1", "B": "x"}, "mounts": [],
        "memory_bytes": 64 << 20, "cpus": 0.5, "user": "1000", "pull": "always",
        "pull_timeout_ms": 1_800_000, "remove": "always", "skip_exit_codes": [7],
        "extra_hosts": ["h:1.2.3.4"], "ports": {"80/tcp": "8080"}, "socket": "/a/b"}}


@pytest.mark.parametrize("arguments", [
    {"command": "echo {{ ds }}"}, {"private_environment": {"S": "x"}}, {"xcom_all": True},
    {"docker_conn_id": "reg"}, {"env_file": "A=1"}, {"mount_tmp_dir": True},
    {"on_success_callback": print}])
def test_what_needs_python_tells_the_worker_nothing(arguments):
    assert operator(**arguments).payload() == {"templated": True, "do_xcom_push": True}


def test_a_mapped_container_goes_to_docker_too():
    with DAG("d", schedule=None) as dag:
        DockerOperator.partial(task_id="t", image="img").expand(command=["a", "b"])
    one = dag.tasks["t"]
    assert (one.aiflow_operator, one.place.executor) == ("docker", "docker")
    assert one.payload() == {"templated": True}


@pytest.mark.parametrize("arguments, words", [
    ({"docker_url": "tcp://h:2375"}, "unix:///path"),
    ({"auto_remove": "perhaps"}, "auto_remove"),
    ({"pull": "often"}, "pull is one of"),
    ({"retrieve_output": True}, "retrieve_output is not available"),
    ({"mem_limit": "much"}, "is not a size"),
    ({"nosuch": 1}, "unknown arguments: nosuch")])
def test_wrong_arguments_are_refused_when_the_file_is_read(arguments, words):
    with pytest.raises(AirflowException, match=words):
        operator(**arguments)


def test_mounts_in_all_spellings():
    wanted = {"type": "bind", "source": "/a", "target": "/b", "read_only": True}
    assert spec.mount({"source": "/a", "target": "/b", "read_only": True}, "t") == wanted
    assert spec.mount({"Source": "/a", "Target": "/b", "Type": "bind", "ReadOnly": True}, "t") == wanted
    assert spec.mount("/a:/b:ro", "t") == wanted
    assert spec.mount({"source": "vol", "target": "/b"}, "t")["type"] == "volume"
    for wrong in ({"source": "/a", "target": "b"}, {"target": "/b"}, 7,
                  {"source": "/a", "target": "/b", "type": "npipe"}):
        with pytest.raises(AirflowException):
            spec.mount(wrong, "t")


def test_commands_and_files_of_variables():
    assert spec.words("['a', 'b c']", "t") == ["a", "b c"]
    assert spec.words("[ -f x ]", "t") == ["[", "-f", "x", "]"]
    assert spec.words(["a", 1], "t") == ["a", "1"]
    assert spec.words(None, "t") is None
    with pytest.raises(AirflowException):
        spec.words("it's", "t")
    assert spec.env_file_variables("# note\nexport A=1\nB='x y'\n\nbad\n") == {"A": "1", "B": "x y"}


#: Stands in for aiflow-docker: prints what it was given, then does what the image's name says.
PROGRAM = '''\
#!/usr/bin/env python3
import json, os, sys
sys.path.insert(0, {sdk!r})
from aiflow import protocol
import socket
spec = json.load(sys.stdin)
assert "S" not in " ".join(sys.argv) and sys.argv[1:2] == ["run"]
print("one", flush=True)
print(json.dumps(spec["env"]), flush=True)
print("said to stderr " + spec["env"].get("S", ""), file=sys.stderr, flush=True)
if spec["image"] != "dies":
    done = {{"img": ("success", ""), "skips": ("skipped", "exit code 9 means skipped"),
            "fails": ("failed", "out of memory")}}[spec["image"]]
    protocol.send(socket.socket(fileno=int(sys.argv[3])), "TaskDone", outcome=done[0], cause=done[1],
                  skip_all_downstream=False)
sys.exit(0 if spec["image"] == "img" else 137)
'''


@pytest.fixture
def program(tmp_path, monkeypatch):
    path = tmp_path / "aiflow-docker"
    path.write_text(textwrap.dedent(PROGRAM.format(sdk=str(Path(aiflow.__file__).parents[1]))))
    path.chmod(0o755)
    monkeypatch.setenv("AIFLOW_DOCKER_PROGRAM", str(path))


def test_the_last_line_is_the_result_and_secrets_are_masked(program, capfd):
    assert operator(environment={"A": "1"}).execute({}) == {"A": "1"}
    both = operator(private_environment={"S": "canary-55"}, xcom_all=True).execute({})
    assert both[0] == "one" and json.loads(both[1]) == {"S": "canary-55"}


def test_how_the_container_went_is_how_the_task_goes(program):
    with pytest.raises(AirflowSkipException, match="means skipped"):
        operator(image="skips").execute({})
    with pytest.raises(CommandFailed, match="out of memory"):
        operator(image="fails").execute({})
    with pytest.raises(CommandFailed, match="without saying how"):
        operator(image="dies").execute({})


def test_a_worker_without_docker_says_so(monkeypatch):
    monkeypatch.delenv("AIFLOW_DOCKER_PROGRAM", raising=False)
    with pytest.raises(AirflowException, match="this worker has no Docker"):
        operator().execute({})


def in_docker(**arguments):
    with DAG("d", schedule=None):
        return BashOperator(task_id="t", bash_command="true", executor="docker", **arguments)


def test_any_task_may_run_in_a_container():
    one = in_docker(executor_config={"image": "img", "mounts": ["/a:/b:ro"], "python": "/opt/py",
                                     "environment": {"A": 1}, "pull": "never"})
    assert one.place.spec() == {"executor": "docker", "executor_config": {
        "image": "img", "env": {"A": "1"}, "pull": "never", "pull_timeout_ms": 1_800_000,
        "mounts": [{"type": "bind", "source": "/a", "target": "/b", "read_only": True}],
        "remove": "always", "python": "/opt/py"}}


@pytest.mark.parametrize("config, words", [
    ({"image": "img", "user": "me"}, "executor_config has no user"), ({"pull": "never"}, "'image'"),
    ({"image": "img", "pull": "often"}, "pull is one of"), ({"image": 7}, "'image'")])
def test_a_wrong_executor_config_is_refused_when_the_file_is_read(config, words):
    with pytest.raises(AirflowException, match=words):
        in_docker(executor_config=config)


def test_an_image_is_needed_only_by_what_runs_in_it(tmp_path):
    path = tmp_path / "flow.py"
    path.write_text(textwrap.dedent("""
        from aiflow import DAG
        from aiflow.operators.bash import BashOperator
        from aiflow.operators.empty import EmptyOperator
        with DAG("d", default_args={"executor": "docker"}):
            EmptyOperator(task_id="e")
            BashOperator(task_id="b", bash_command="true")
    """))
    assert "task 'b': executor 'docker' needs executor_config" in parse_file(str(path))["error"]["message"]
    path.write_text(path.read_text().replace('BashOperator(task_id="b", bash_command="true")', ""))
    assert parse_file(str(path))["error"] is None


def test_a_decorated_function_runs_in_a_container():
    with DAG("d", schedule=None) as dag:
        @task.docker(image="img", mounts=["/a:/b"], cpus=2, mem_limit="1g", force_pull=True,
                     auto_remove="force", retries=2, user=7)
        def work(a):
            return a

        work(1)
        plain = task.docker(image="img")(lambda: 1)
        plain.override(task_id="plain")()
    place = dag.tasks["work"].place
    assert (place.executor, place.run_as_user, dag.tasks["work"].retries) == ("docker", "7", 2)
    assert place.resources == {"cpus": 2.0, "memory_bytes": 1 << 30}
    assert place.executor_config["image"] == "img" and place.executor_config["pull"] == "always"
    assert place.executor_config["mounts"][0]["target"] == "/b"
    assert dag.tasks["plain"].place.resources == {}

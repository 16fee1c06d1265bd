# SPDX-License-Identifier: Apache-2.0
"""Bad input: each gives one clear error that names the file and the reason, and the rest goes on."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from onnx_file import model_of_one_node
from product import cli, copy_packages
from server import BIN, ROOT, ApiError

CLIP = Path(os.environ.get("AIFLOW_CLIP", "/usr/share/doc/opencv-doc/examples/data/vtest.avi"))
DOWNLOADS = ROOT / "build/downloads"
MEMORY_MAX = 150 << 20

GOOD = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("good"):
    BashOperator(task_id="a", bash_command="echo fine")
"""


def goes_on(server):
    """A good DAG is read and run to its end."""
    server.add_dag("good", GOOD)
    run = server.trigger("good")
    assert server.wait_run("good", run)["state"] == "success"


def import_error(server, name):
    def find():
        for error in server.get("/api/v2/importErrors")["items"]:
            if error["filename"].endswith(name):
                return error
        return None

    return server.wait_for(find, f"the import error of {name}", timeout=90)


@pytest.mark.parametrize("name, source, words", [
    ("syntax.py", "from aiflow import DAG\ndef broken(:\n", "line 2"),
    ("cycle.py", """
from aiflow import DAG
from aiflow.operators.empty import EmptyOperator as E
with DAG("cycle"):
    a, b = E(task_id="a"), E(task_id="b")
    a >> b >> a
""", "circle"),
    ("endless.py", "from aiflow import DAG\nwhile True: pass\n", "time"),
    ("crash.py", "import os\nfrom aiflow import DAG\nos.kill(os.getpid(), 11)\n", "SIGSEGV"),
    ("greedy.py", "from aiflow import DAG\nx = bytearray(1 << 40)\n", "MemoryError"),
])
def test_a_broken_dag_file_shows_its_error_and_harms_nothing_else(server, name, source, words):
    (server.dags / name).write_text(source)
    goes_on(server)
    error = import_error(server, name)
    assert words.lower() in (error["message"] + error["stack_trace"]).lower()


def pss_max(pids, until):
    """The most that the processes held in memory, looked at until `until()`."""
    most = {}
    while True:
        for name, pid in pids.items():
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            now = int(text.split("Pss:")[1].split()[0]) << 10
            most[name] = max(most.get(name, 0), now)
        if until():
            return most
        time.sleep(0.1)


def test_a_dag_file_that_prints_1_gb_costs_little(server):
    begin = time.monotonic()
    (server.dags / "loud.py").write_text(
        "import sys\nfrom aiflow import DAG\n"
        "for _ in range(1 << 14): sys.stdout.write('x' * 65536)\nraise ValueError('loud')\n")

    def errors():
        return server.get("/api/v2/importErrors")["items"]

    most = pss_max({"server": server.process.pid}, lambda: errors() or time.monotonic() > begin + 40)
    assert "ValueError: loud" in errors()[0]["message"] + errors()[0]["stack_trace"]
    assert len(str(errors()[0])) < 200_000
    assert most["server"] < MEMORY_MAX
    assert time.monotonic() - begin < 20
    goes_on(server)


def test_a_task_that_prints_1_gb_keeps_log_and_memory_bounded(server):
    server.add_dag("loud", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("loud"):
    BashOperator(task_id="a", bash_command="yes 'a line of some length' | head -c 1G; echo the end")
""")
    run = server.trigger("loud")
    ended = lambda: server.get(f"/api/v2/dags/loud/dagRuns/{run}")["state"] in ("success", "failed")
    most = pss_max({"server": server.process.pid, "worker": server.worker_pid()}, ended)
    assert server.wait_run("loud", run)["state"] == "success"
    assert max(most.values()) < MEMORY_MAX, most
    logs = sum(path.stat().st_size for path in (server.home / "logs/loud").rglob("*.log"))
    assert 0 < logs < 65 << 20
    tail = subprocess.run(["tail", "-n", "2", *(server.home / "logs/loud").rglob("*.log")],
                          capture_output=True, text=True, check=True).stdout
    assert "log truncated" in tail


def test_a_file_that_breaks_keeps_its_last_good_version(server):
    server.add_dag("good", GOOD)
    (server.dags / "good.py").write_text("from aiflow import DAG\nnonsense(")
    import_error(server, "good.py")
    run = server.trigger("good")
    assert server.wait_run("good", run)["state"] == "success"


def test_a_task_that_ignores_sigterm_and_leaves_grandchildren_is_ended_whole(server, tmp_path):
    pids = tmp_path / "pids"
    server.add_dag("stubborn", f"""
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("stubborn"):
    BashOperator(task_id="a", execution_timeout=timedelta(seconds=1), bash_command='''
        trap "" TERM
        setsid bash -c 'trap "" TERM; echo $$ >> {pids}; sleep 611' &
        (setsid nohup bash -c 'trap "" TERM; echo $$ >> {pids}; sleep 612' &)
        echo $$ >> {pids}
        sleep 613''')
""")
    run = server.trigger("stubborn")
    assert server.wait_run("stubborn", run, timeout=60)["state"] == "failed"
    assert "timed out after 1s" in server.tasks("stubborn", run)["a"]["cause"]
    time.sleep(2)
    alive = [pid for pid in pids.read_text().split() if Path(f"/proc/{pid}/cmdline").exists()
             and Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert alive == []
    goes_on(server)


def workers_of(home):
    """Processes that are a worker of this data directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it has ended
            continue
        if "worker" in words and str(home) in words:
            found.append(int(path.parent.name))
    return found


def test_a_taken_port_is_named_and_leaves_no_worker_behind(server, tmp_path):
    home = tmp_path / "other"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([BIN / "aiflow", "serve", "--home", home, "--port", str(port)],
                              capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert str(port) in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert workers_of(server.home) == [server.worker_pid()]
    assert workers_of(home) == []
    # Nor was there one that has ended since: it would have made its log.
    assert not (home / "logs/worker.log").exists()


def test_a_second_server_on_the_same_directory_is_refused(server):
    done = subprocess.run([BIN / "aiflow", "serve", "--home", server.home, "--port", "0"],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert str(server.process.pid) in done.stderr and str(server.home) in done.stderr
    goes_on(server)


def test_a_full_log_disk_leaves_the_tasks_outcome_alone(make_server, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", home / "logs"], check=True)
    try:
        server = make_server(home=home, slots=2).start()
        server.add_dag("chatty", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("chatty"):
    BashOperator(task_id="a", bash_command="head -c 2000000 /dev/zero | tr '\\\\0' x | fold; echo end")
""")
        run = server.trigger("chatty")
        assert server.wait_run("chatty", run)["state"] == "success"
        goes_on(server)
        server.stop()
    finally:
        subprocess.run(["umount", "-l", home / "logs"], check=False)


@pytest.mark.parametrize("words, package", [
    (("model", "add", "ssd-oidv4"), "objectron"), (("runtime", "add", "onnxruntime"), "onnxruntime")])
def test_an_unreachable_registry_names_the_file_and_where_to_put_it(server, tmp_path, words, package):
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "PIP_INDEX_URL": "http://127.0.0.1:9",
               "npm_config_fetch_retries": "0", "PIP_RETRIES": "0", "npm_config_cache": str(tmp_path / "npm")}
    done = cli(server, *words, env={**os.environ, **nowhere})
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert package in last and str(server.home / "downloads") in last, done.stderr


@pytest.mark.parametrize("content", [b"", b"\x08\x09garbage" * 1000, os.urandom(100_000)],
                         ids=["empty", "text", "random"])
def test_a_file_that_is_no_model_is_refused(server, tmp_path, content):
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    done = cli(server, "model", "add", "bad", "--file", str(path))
    assert done.returncode == 1
    assert "bad.onnx" in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert server.get("/api/v2/models")["total_entries"] == 0


def test_a_model_of_known_operators_is_taken(server, tmp_path):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(model_of_one_node("Relu"))
    done = cli(server, "model", "add", "tiny", "--file", str(path))
    assert done.returncode == 0, done.stderr
    assert server.get("/api/v2/models")["total_entries"] == 1


def test_an_unknown_operator_is_named_with_its_file(server, tmp_path):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(model_of_one_node("Frobnicate"))
    done = cli(server, "model", "add", "tiny", "--file", str(path))
    assert done.returncode == 1, done.stdout
    assert "Frobnicate" in done.stderr and str(path) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert server.get("/api/v2/models")["total_entries"] == 0


@pytest.mark.parametrize("kind", ["missing", "text", "truncated"])
def test_a_video_that_is_none_fails_the_camera_with_its_name(server, detector, tmp_path, kind):
    path = tmp_path / f"{kind}.avi"
    if kind == "text":
        path.write_text("this is no video\n" * 1000)
    if kind == "truncated":
        path.write_bytes(CLIP.read_bytes()[:3000])
    rules = tmp_path / "rules.json"
    rules.write_text('{"rules": []}')
    done = cli(server, "camera", "add", "bad", "--source", str(path), "--service", detector,
               "--rules", str(rules), "--wait")
    assert done.returncode == 1
    assert path.name in done.stderr
    goes_on(server)


@pytest.fixture
def detector(server):
    """A deployed detector, from the packages that the demo uses; downloaded once per machine."""
    copy_packages(DOWNLOADS, server.home / "downloads")
    for words in (("model", "add", "ssd-oidv4"), ("runtime", "add", "onnxruntime"),
                  ("service", "deploy", "det", "--model", "ssd-oidv4", "--variant", "fp32", "--pack",
                   "onnxruntime")):
        done = cli(server, *words)
        assert done.returncode == 0, done.stderr
    copy_packages(server.home / "downloads", DOWNLOADS)
    return "det"


def test_unknown_things_are_not_found(server):
    for path in ("/api/v2/dags/nope", "/api/v2/models/nope", "/api/v2/events/nope", "/v2/models/nope"):
        with pytest.raises(ApiError) as error:
            server.get(path)
        assert error.value.status == 404

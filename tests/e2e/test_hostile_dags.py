# SPDX-License-Identifier: Apache-2.0
"""DAG files and tasks that do harm, by intent or not: each hurts only itself. The numbers are those of
docs/guide/faults.md."""

import os
import time
from pathlib import Path

import pytest

GOOD = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("{name}"):
    BashOperator(task_id="a", bash_command="echo fine")
"""


def goes_on(server, name="good"):
    server.add_dag(name, GOOD.format(name=name))
    run = server.trigger(name)
    assert server.wait_run(name, run)["state"] == "success"


def import_errors(server):
    return server.get("/api/v2/importErrors?limit=1000")["items"]


def processes_with(word):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("name, source, words", [
    ("descriptors.py", "import os\nfrom aiflow import DAG\nkept = [open('/dev/null') for _ in range(10**6)]\n",
     "too many open files"),
    ("writes.py", "from aiflow import DAG\nf = open('/tmp/aiflow-big', 'wb')\nwhile True: f.write(b'x' * 2**20)\n",
     "writes.py"),
    ("sockets.py", "import socket\nfrom aiflow import DAG\nsocket.create_connection(('127.0.0.1', 8), 5)\n",
     "error"),
])
def test_24_a_dag_file_meets_its_limits(server, name, source, words):
    (server.dags / name).write_text(source)
    goes_on(server)
    error = server.wait_for(lambda: [one for one in import_errors(server)
                                     if one["filename"].endswith(name)], "its error", timeout=120)[0]
    assert words in (error["message"] + error["stack_trace"]).lower()
    server.wait_for(lambda: not processes_with(str(server.dags / name)), "the end of its processes")
    goes_on(server, "afterwards")


SLOW = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("slow"):
    a = BashOperator(task_id="a", bash_command="while [ ! -e {go} ]; do sleep 0.05; done")
    b = BashOperator(task_id="{second}", bash_command="echo {second}")
    a >> b
"""


def test_25_a_run_keeps_its_version_when_its_file_changes_and_goes(server, tmp_path):
    go = tmp_path / "go"
    server.add_dag("slow", SLOW.format(go=go, second="old"))
    run = server.trigger("slow")
    server.wait_for(lambda: server.tasks("slow", run)["a"]["state"] == "running", "the start")
    server.add_dag("slow", SLOW.format(go=go, second="new"))
    server.wait_for(lambda: "new" in str(server.get("/api/v2/dags/slow/graph")), "the new version")
    (server.dags / "slow.py").unlink()
    listed = lambda: [dag["dag_id"] for dag in server.get("/api/v2/dags")["items"]]
    server.wait_for(lambda: "slow" not in listed(), "that the file is gone")
    go.touch()
    assert server.wait_run("slow", run)["state"] == "success"
    assert {name: task["state"] for name, task in server.tasks("slow", run).items()} == {
        "a": "success", "old": "success"}


def test_26_of_two_files_with_one_dag_the_first_stays(server):
    server.add_dag("first", GOOD.format(name="same"), first="same")
    (server.dags / "second.py").write_text(GOOD.format(name="same").replace("fine", "other"))
    error = server.wait_for(lambda: import_errors(server), "the error")[0]
    assert error["filename"].endswith("second.py")
    assert "same" in error["message"] and "first.py" in error["message"]
    assert "fine" in server.get("/api/v2/dagSources/same")["content"]


def test_29_many_broken_files_do_not_keep_a_good_one_waiting(server):
    for number in range(100):
        (server.dags / f"broken{number}.py").write_text(f"from aiflow import DAG\nraise ValueError({number})\n")
    begin = time.monotonic()
    goes_on(server)
    server.wait_for(lambda: len(import_errors(server)) == 100, "all errors", timeout=120)
    assert time.monotonic() - begin < 120


def log_of(server, dag, run, task="a"):
    chunks, offset = [], 0
    while True:
        chunk = server.get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/1?offset={offset}")
        chunks.append(chunk["content"])
        if chunk["next_offset"] == offset:
            return "".join(chunks)
        offset = chunk["next_offset"]


def test_31_any_bytes_in_a_log_come_as_text(server):
    server.add_dag("bytes", r"""
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("bytes"):
    BashOperator(task_id="a", bash_command=r'''printf 'nul:\0 broken:\377\376 red:\033[31m <script>x</script>\n'
        head -c 3000000 /dev/zero | tr '\0' y; echo; echo end of it''')
""")
    run = server.trigger("bytes")
    assert server.wait_run("bytes", run)["state"] == "success"
    log = log_of(server, "bytes", run)
    assert "<script>x</script>" in log and "end of it" in log
    assert log.count("y") >= 3_000_000
    assert max(len(line) for line in log.splitlines()) < 200_000


def test_32_a_flood_of_lines_keeps_no_heartbeat_back(server):
    server.add_dag("flood", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("flood"):
    BashOperator(task_id="a", retries=1, bash_command="timeout 20 yes; true")
""")
    run = server.trigger("flood")
    assert server.wait_run("flood", run)["state"] == "success"
    assert server.tasks("flood", run)["a"]["try_number"] == 1  # longer than a lease, and not lost
    assert "log truncated" in log_of(server, "flood", run)[-2000:]


@pytest.fixture
def memory_group(request):
    """A cgroup of 300 MB for what is put into it."""
    v1, v2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    root, limit = (v1, "memory.limit_in_bytes") if v1.is_dir() else (v2, "memory.max")
    group = root / f"aiflow-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / limit).write_text(str(300 << 20))
    except OSError as error:
        pytest.skip(f"no memory cgroup can be made here: {error}")
    yield group
    for _ in range(100):
        try:
            return group.rmdir()
        except OSError:  # its processes are still ending
            time.sleep(0.1)


def test_35_a_task_that_takes_all_memory_ends_alone_and_says_so(make_server, memory_group):
    server = make_server(slots=2).start()
    (memory_group / "cgroup.procs").write_text(str(server.worker_pid()))
    worker = server.worker_pid()
    server.add_dag("greedy", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("greedy"):
    BashOperator(task_id="a", bash_command="exec python3 -c 'x = bytearray(1 << 30)'")
    BashOperator(task_id="b", bash_command="sleep 3")
""")
    run = server.trigger("greedy")
    assert server.wait_run("greedy", run)["state"] == "failed"
    tasks = server.tasks("greedy", run)
    assert "out of memory" in tasks["a"]["cause"], tasks["a"]
    assert tasks["b"]["state"] == "success"
    assert server.worker_pid() == worker
    goes_on(server)

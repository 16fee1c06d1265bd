# SPDX-License-Identifier: Apache-2.0
"""A zygote forks task processes; each conversation is held as a supervisor would hold it."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from aiflow import protocol

SDK = Path(__file__).resolve().parent.parent


class Supervisor:
    """The other end: a zygote process and one task at a time."""

    def __init__(self, dag_file: Path):
        self.dag_file = dag_file
        self.sock, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "import os,sys; os.dup2(int(sys.argv[1]), 3); "
             "os.execv(sys.executable, [sys.executable, '-m', 'aiflow.zygote'])",
             str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env={**os.environ, "PYTHONPATH": str(SDK)})
        theirs.close()

    def start(self, task_id: str, **job):
        task_side, child_side = socket.socketpair()
        out_read, out_write = os.pipe()
        null = os.open(os.devnull, os.O_RDONLY)
        body = json.dumps({"type": "ZygoteFork", "request_id": 1, "cwd": "/tmp",
                           "env": {"PATH": os.environ["PATH"]}}).encode()
        socket.send_fds(self.sock, [struct.pack(">I", len(body)) + body],
                        [null, out_write, out_write, child_side.fileno()])
        for fd in (null, out_write):
            os.close(fd)
        child_side.close()
        forked = protocol.recv(self.sock)
        assert forked["type"] == "ZygoteForked"
        protocol.send(task_side, "TaskStart", job={
            "key": {"dag_id": "d", "run_id": "r", "task_id": task_id, "map_index": -1},
            "try_number": 1, "max_tries": 0, "epoch": 1, "dag_file": str(self.dag_file),
            "run_type": "manual", "params": {"n": 4}, "logical_date": "2026-01-02T03:04:05Z", **job})
        return task_side, out_read, forked["pid"]

    def run(self, task_id: str, xcoms=None, **job):
        """-> (TaskDone frame, pushed xcoms, log text, ZygoteExited frame)"""
        task_side, out_read, _pid = self.start(task_id, **job)
        pushed, frame = {}, None
        while frame is None or frame["type"] != "TaskDone":
            try:
                frame = protocol.recv(task_side)
            except (protocol.ConnectionLost, ConnectionError):
                pytest.fail("the task said nothing; its log: " + os.read(out_read, 9999).decode())
            if frame["type"] == "TaskXComPush":
                pushed[frame["key"]] = frame.get("value")
            if frame["type"] == "TaskXComGet":
                key = (frame["task_id"], frame["key"])
                found = key in (xcoms or {})
                protocol.send(task_side, "TaskXComValue", request_id=frame["request_id"],
                              found=found, value=(xcoms or {}).get(key))
        with os.fdopen(out_read) as out:
            log = out.read()
        return frame, pushed, log, protocol.recv(self.sock)

    def close(self):
        self.sock.close()
        assert self.process.wait(10) == 0


@pytest.fixture
def supervisor(tmp_path):
    made = []

    def make(source: str) -> Supervisor:
        path = tmp_path / "flow.py"
        path.write_text(textwrap.dedent(source))
        made.append(Supervisor(path))
        return made[-1]

    yield make
    for one in made:
        one.close()


SOURCE = """
    import sys, time
    from aiflow import DAG, task
    from aiflow.exceptions import AirflowFailException, AirflowSkipException
    from aiflow.operators.bash import BashOperator
    from aiflow.operators.python import PythonOperator
    with DAG("d", params={"n": 1}):
        @task
        def value(params, ds): return {"n": params["n"], "ds": ds}
        @task
        def total(a, b): print("adding"); return a + b
        value(); total(value.override(task_id="left")()["n"], 10)
        @task(retries=3)
        def fails(): raise ValueError("no good")
        @task
        def gives_up(): raise AirflowFailException("for good")
        @task
        def skips(): raise AirflowSkipException("nothing to do")
        @task
        def bad_value(): return object()
        @task
        def hangs(): print("hanging"); time.sleep(60)
        @task.branch
        def choose(): return "value"
        @task.branch
        def choose_wrong(): return "nowhere"
        @task.short_circuit
        def stop(): return False
        for f in (fails, gives_up, skips, bad_value, hangs, choose, choose_wrong, stop): f()
        BashOperator(task_id="bash", bash_command="echo {{ ds }}; echo '{\\"x\\": {{ params.n }}}'")
        BashOperator(task_id="bash_bad", bash_command="echo {{ nope }}")
        BashOperator(task_id="bash_99", bash_command="exit {{ 99 }}")
"""


def test_return_values_context_and_upstream_values(supervisor):
    s = supervisor(SOURCE)
    done, pushed, _log, exited = s.run("value")
    assert (done["outcome"], exited["exit_code"]) == ("success", 0)
    assert pushed == {"return_value": {"n": 4, "ds": "2026-01-02"}}
    done, pushed, log, _ = s.run("total", xcoms={("left", "n"): 5})
    assert pushed == {"return_value": 15} and "adding" in log


@pytest.mark.parametrize("task_id, outcome, cause", [
    ("fails", "failed", "ValueError: no good"), ("gives_up", "failed_no_retry", "for good"),
    ("skips", "skipped", "nothing to do"), ("bad_value", "failed", "a object is not JSON"),
    ("choose_wrong", "failed", "neither a task nor a group"), ("gone", "failed", "no task 'gone'"),
    ("bash_bad", "failed", "'nope' is undefined"), ("bash_99", "skipped", "exit code 99")])
def test_each_ending_has_its_outcome_and_cause(supervisor, task_id, outcome, cause):
    done, pushed, _log, _exited = supervisor(SOURCE).run(task_id)
    assert done["outcome"] == outcome and cause in done["cause"] and pushed == {}


def test_the_traceback_starts_in_the_users_code(supervisor):
    _done, _pushed, log, _ = supervisor(SOURCE).run("fails")
    assert "ValueError: no good" in log and "run_task.py" not in log


def test_branch_and_short_circuit(supervisor):
    s = supervisor(SOURCE)
    assert s.run("choose")[0]["branch"] == ["value"]
    assert s.run("stop")[0]["skip_all_downstream"] is True


def test_a_templated_bash_command_is_rendered_and_its_last_line_is_the_value(supervisor):
    done, pushed, log, _ = supervisor(SOURCE).run("bash")
    assert done["outcome"] == "success" and pushed == {"return_value": {"x": 4}}
    assert log.startswith("2026-01-02\n")


def test_sigterm_ends_a_task_as_killed(supervisor):
    s = supervisor(SOURCE)
    task_side, out_read, pid = s.start("hangs")
    with os.fdopen(out_read) as out:
        assert out.readline() == "hanging\n"
        os.killpg(pid, signal.SIGTERM)
        assert protocol.recv(task_side)["outcome"] == "killed"


def test_the_zygotes_children_end_with_the_worker(supervisor):
    s = supervisor(SOURCE)
    _task_side, out_read, pid = s.start("hangs")
    with os.fdopen(out_read) as out:
        assert out.readline() == "hanging\n"
        s.close()
        assert out.read() == ""  # the pipe closes only when the child is gone
    s.close = lambda: None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_frames_over_the_limit_are_refused():
    a, b = socket.socketpair()
    a.sendall(struct.pack(">I", protocol.FRAME_BYTES_MAX + 1))
    with pytest.raises(ValueError, match="over the limit"):
        protocol.recv(b)

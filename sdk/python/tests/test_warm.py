# SPDX-License-Identifier: Apache-2.0
"""Tasks of a file that is asked for again and again come from a process that has it imported."""

import os
import signal
import time

from conftest import said
from aiflow import protocol

SOURCE = """
    import os, time
    from aiflow import DAG, task
    import beside
    IMPORTED_BY = os.getpid()
    with DAG("d"):
        @task
        def who(): return [IMPORTED_BY, os.getpid(), beside.VALUE]
        @task
        def draws():
            import random
            return random.random()
        @task
        def hangs(): print("hanging"); time.sleep(60)
        who(); draws(); hangs()
"""


def make(supervisor, tmp_path, more: str = ""):
    (tmp_path / "beside.py").write_text("VALUE = 1\n")
    return supervisor(SOURCE + more)


def who(s) -> tuple[bool, int, int]:
    """Runs the task -> was its file imported before the fork, by whom, the value beside."""
    frame, pushed, log, ended = s.run("who")
    assert frame["outcome"] == "success", log
    by, own, value = pushed["return_value"]
    assert ended["pid"] == own and ended["exit_code"] == 0
    return by != own, by, value


def warm_up(s) -> int:
    """-> the process that has the file imported."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        warm, by, _ = who(s)
        if warm:
            return by
    raise AssertionError("the file was never kept imported")


def test_a_file_that_is_asked_for_again_is_imported_once(supervisor, tmp_path):
    s = make(supervisor, tmp_path)
    assert who(s)[0] is False
    by = warm_up(s)
    assert [who(s)[:2] for _ in range(3)] == [(True, by)] * 3
    draws = {s.run("draws")[1]["return_value"] for _ in range(3)}
    assert len(draws) == 3


def test_a_change_of_a_module_beside_it_is_seen_at_once(supervisor, tmp_path):
    s = make(supervisor, tmp_path)
    warm_up(s)
    (tmp_path / "beside.py").write_text("VALUE = 22\n")
    warm, _, value = who(s)
    assert (warm, value) == (False, 22)
    assert warm_up(s)
    assert who(s)[2] == 22


def test_a_file_that_starts_threads_or_keeps_files_open_is_not_kept(supervisor, tmp_path):
    for more in ("    import threading; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
                 "    KEPT = open('/dev/zero')\n"):
        s = make(supervisor, tmp_path, more)
        for _ in range(6):
            assert who(s)[0] is False
            time.sleep(0.05)


def test_a_task_outlives_the_process_that_forked_it(supervisor, tmp_path):
    s = make(supervisor, tmp_path)
    by = warm_up(s)
    task_side, out_read, pid = s.start("hangs")
    with os.fdopen(out_read) as out:
        assert out.readline() == "hanging\n"
        os.kill(by, signal.SIGKILL)
        assert protocol.recv(s.sock) == {"type": "ZygoteOrphaned", "pid": pid}
        os.killpg(pid, signal.SIGTERM)
        assert said(task_side)["outcome"] == "killed"
    assert who(s)[0] is False


def test_its_tasks_end_with_the_worker(supervisor, tmp_path):
    s = make(supervisor, tmp_path)
    warm_up(s)
    _task_side, out_read, _pid = s.start("hangs")
    with os.fdopen(out_read) as out:
        assert out.readline() == "hanging\n"
        s.close()
        assert out.read() == ""  # the pipe closes only when the child is gone
    s.close = lambda: None

# SPDX-License-Identifier: Apache-2.0
"""A command that runs from Python behaves as one that the worker starts itself."""

import os
import select
import signal

import pytest

from conftest import said
from aiflow.running.values import XCOM_BYTES_MAX

COMMANDS = {
    "streams": "echo first; echo to-stderr >&2; sleep 60",
    "background": "sleep 60 & echo $!",
    "closes": "exec >&-; sleep 0.1; exit 4",
    "trap": "trap 'echo cleaned; exit 0' TERM; sleep 60 & echo $!; wait",
    "stubborn": "trap '' TERM; echo ready; sleep 0.3; echo late",
    "last_line": "echo '  {\"a\": 1}  '; echo; echo '   '",
    "no_newline": "printf 'one\\ntwo'",
    "nan": "echo NaN",
    "long": f"head -c {XCOM_BYTES_MAX + 1} /dev/zero | tr '\\0' x",
    "very_long": "head -c 300000 /dev/zero | tr '\\0' x; echo; echo end",
    "very_long_last": "echo start; head -c 300000 /dev/zero | tr '\\0' x",
    "code": "exit 7", "killed": "kill -9 $$", "skip": "exit 5", "not_99": "exit 99",
}
SOURCE = """
    from aiflow import DAG
    from aiflow.operators.bash import BashOperator
    COMMANDS = %r
    with DAG("d"):
        for name, command in COMMANDS.items():
            BashOperator.partial(task_id=name, skip_on_exit_code=[5]).expand(bash_command=[command])
        BashOperator.partial(task_id="env", bash_command="env").expand(env=[{"A": 1, "B": [1]}])
        BashOperator.partial(task_id="kept", bash_command="echo $A $AIFLOW_X", append_env=True
                             ).expand(env=[{"A": "a", "AIFLOW_X": "own"}])
        BashOperator.partial(task_id="cwd", bash_command="pwd").expand(cwd=["/usr", "/nowhere"])
        BashOperator.partial(task_id="not_text").expand(bash_command=[["ls"]])
""" % COMMANDS


@pytest.mark.parametrize("task_id, value, words", [
    ("last_line", {"a": 1}, ""), ("no_newline", "two", "one\ntwo\n"), ("nan", "NaN", ""),
    ("long", None, "is not kept as the return value"), ("very_long", "end", "xxx"),
    ("very_long_last", None, "is not kept as the return value"), ("cwd", "/usr", "")])
def test_the_last_line_is_the_value(supervisor, task_id, value, words):
    done, pushed, log, _ = supervisor(SOURCE).run(task_id, map_index=0)
    assert done["outcome"] == "success" and pushed.get("return_value") == value and words in log


@pytest.mark.parametrize("task_id, index, outcome, cause", [
    ("code", 0, "failed", "exit code 7"), ("killed", 0, "failed", "killed by signal 9"),
    ("skip", 0, "skipped", "exit code 5 means skipped"), ("not_99", 0, "failed", "exit code 99"),
    ("closes", 0, "failed", "exit code 4"), ("cwd", 1, "failed", "/nowhere"),
    ("not_text", 0, "failed", "bash_command must be text, not list")])
def test_each_ending_has_its_outcome(supervisor, task_id, index, outcome, cause):
    done, pushed, _log, _ = supervisor(SOURCE).run(task_id, map_index=index)
    assert done["outcome"] == outcome and cause in done["cause"] and pushed == {}


def test_env_replaces_the_environment_but_for_what_is_needed(supervisor):
    log = supervisor(SOURCE).run("env", map_index=0)[2]
    names = {line.split("=")[0]: line.split("=")[1] for line in log.splitlines()}
    assert names["A"] == "1" and names["B"] == "[1]" and "PATH" in names
    assert set(names) <= {"A", "B", "PATH", "HOME", "PWD", "SHLVL", "_"}
    assert supervisor(SOURCE).run("kept", map_index=0)[1]["return_value"] == "a own"


def test_output_comes_while_the_command_runs(supervisor):
    s = supervisor(SOURCE)
    task_side, out_read, pid = s.start("streams", map_index=0)
    with os.fdopen(out_read) as out:
        assert {out.readline(), out.readline()} == {"first\n", "to-stderr\n"}
        os.killpg(pid, signal.SIGTERM)
        assert said(task_side)["outcome"] == "killed"


def test_what_is_left_in_the_background_is_not_waited_for(supervisor):
    s = supervisor(SOURCE)
    task_side, out_read, pid = s.start("background", map_index=0)
    with os.fdopen(out_read) as out:
        left = int(out.readline())
        pushed, done = said(task_side), said(task_side)
        assert (pushed["value"], done["outcome"]) == (left, "success")
        assert os.getpgid(left) == pid  # so the worker ends it with the task's group
        os.kill(left, signal.SIGKILL)


@pytest.mark.parametrize("to_all", [True, False])
def test_sigterm_reaches_the_whole_command_and_its_trap_may_finish(supervisor, to_all):
    s = supervisor(SOURCE)
    task_side, out_read, pid = s.start("trap", map_index=0)
    with os.fdopen(out_read) as out:
        below = os.pidfd_open(int(out.readline()))
        os.killpg(pid, signal.SIGTERM) if to_all else os.kill(pid, signal.SIGTERM)
        assert said(task_side)["outcome"] == "killed"
        assert "cleaned" in out.read()
    assert select.select([below], [], [], 10)[0]  # it has ended
    os.close(below)


def test_a_command_that_minds_no_sigterm_is_waited_for(supervisor):
    s = supervisor(SOURCE)
    task_side, out_read, pid = s.start("stubborn", map_index=0)
    with os.fdopen(out_read) as out:
        assert out.readline() == "ready\n"
        os.killpg(pid, signal.SIGTERM)
        assert said(task_side)["outcome"] == "killed"
        assert out.read() == "late\n"


def test_a_command_that_takes_too_long_fails_and_its_children_end(supervisor, tmp_path):
    source = f"""
    from aiflow import DAG
    from aiflow.operators.bash import BashOperator
    with DAG("d"):
        BashOperator(task_id="b", bash_command="trap 'echo cleaned up; exit 1' TERM; sleep 30 & wait",
                     on_failure_callback=lambda context: print("told:", context["exception"]))
    """
    done, _pushed, log, _ = supervisor(source).run("b", execution_timeout_ms=300)
    assert (done["outcome"], done["cause"]) == ("failed", "AirflowTaskTimeout: timed out after 0.3 s")
    assert "cleaned up" in log and "told: timed out after 0.3 s" in log

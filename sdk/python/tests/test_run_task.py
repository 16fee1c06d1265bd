# SPDX-License-Identifier: Apache-2.0
"""What a task process does with user code: values, endings, signals."""

import os
import signal
import socket
import struct

import pytest

from conftest import said
from aiflow import protocol

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
        assert said(task_side)["outcome"] == "killed"


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


CALLBACKS = """
    from aiflow import DAG
    from aiflow.exceptions import AirflowFailException, AirflowSkipException
    from aiflow.operators.python import PythonOperator
    def say(event):
        def callback(context):
            print(event, context["ti"].task_id, type(context.get("exception")).__name__)
        return callback
    def broken(context): raise RuntimeError("the callback's own")
    def exits(context): raise SystemExit(0)
    every = {f"on_{event}_callback": say(event)
             for event in ("execute", "success", "failure", "retry", "skipped")}
    def raising(error):
        def work(): raise error
        return work
    with DAG("d", default_args=every):
        PythonOperator(task_id="good", python_callable=lambda: None)
        PythonOperator(task_id="bad", python_callable=raising(ValueError("x")))
        PythonOperator(task_id="final", python_callable=raising(AirflowFailException("x")))
        PythonOperator(task_id="skips", python_callable=raising(AirflowSkipException("x")))
        PythonOperator(task_id="two", python_callable=lambda: None,
                       on_execute_callback=exits, on_success_callback=[broken, exits, say("success")])
"""


@pytest.mark.parametrize("task_id, tries, outcome, said", [
    ("good", (1, 0), "success", "success good NoneType"),
    ("bad", (1, 2), "failed", "retry bad ValueError"),
    ("bad", (3, 2), "failed", "failure bad ValueError"),
    ("bad", (1, 0), "failed", "failure bad ValueError"),
    ("final", (1, 2), "failed_no_retry", "failure final AirflowFailException"),
    ("skips", (1, 2), "skipped", "skipped skips NoneType")])
def test_each_outcome_calls_its_own_callback(supervisor, task_id, tries, outcome, said):
    done, _pushed, log, _ = supervisor(CALLBACKS).run(task_id, try_number=tries[0], max_tries=tries[1])
    assert done["outcome"] == outcome
    events = [line for line in log.splitlines() if line.split(" ")[0] in
              ("execute", "success", "failure", "retry", "skipped")]
    assert events == [f"execute {task_id} NoneType", said]


def test_a_failing_callback_is_logged_and_changes_nothing(supervisor):
    done, _pushed, log, exited = supervisor(CALLBACKS).run("two")
    assert (done["outcome"], exited["exit_code"]) == ("success", 0)
    assert "the callback's own" in log and "success two" in log


def test_an_xcom_s_key_is_a_text(supervisor):
    done, *_ = supervisor("""
        from aiflow import DAG, task
        with DAG("d"):
            @task
            def push(ti): ti.xcom_push(5, 1)
            push()
    """).run("push")
    assert done["cause"] == "AirflowException: an XCom's key is a text, not 5"


def test_a_task_that_catches_every_exception_still_ends_at_its_time_limit(supervisor):
    done, _pushed, log, _ = supervisor("""
        import time
        from aiflow import DAG, task
        from aiflow.exceptions import AirflowTaskTimeout
        with DAG("d"):
            @task(on_failure_callback=lambda context: print(isinstance(context["exception"], AirflowTaskTimeout)))
            def stubborn():
                while True:
                    try:
                        time.sleep(10)
                    except Exception:
                        print("once more")
            stubborn()
    """).run("stubborn", execution_timeout_ms=200)
    assert (done["outcome"], done["cause"]) == ("failed", "AirflowTaskTimeout: timed out after 0.2 s")
    assert "once more" not in log and "True" in log

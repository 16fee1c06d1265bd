# SPDX-License-Identifier: Apache-2.0
"""A DAG's own callbacks and deadlines: as the scheduler is told of them, and as a worker runs them."""

import datetime as dt

import pytest

from aiflow import DAG
from aiflow.policies.deadline import DeadlineAlert, DeadlineReference, SyncCallback
from aiflow.exceptions import AirflowException
from aiflow.parse import dag_spec

SOURCE = """
    import datetime as dt
    from airflow.sdk import (DAG, AsyncCallback, DeadlineAlert, DeadlineReference, SyncCallback,
                             get_current_context)

    def good(context): print("good:", context["run_id"], context["reason"], context["ds"])
    def bad(context): raise ValueError("no mail server")
    def late(text, context): print(text, context["deadline"]["deadline_time"].isoformat(),
                                   context["notice"]["name"], get_current_context() is context)
    async def later(text): print("async", text)
    def slow(): __import__("time").sleep(60)

    AT = DeadlineReference.DAGRUN_QUEUED_AT
    MINUTE = dt.timedelta(minutes=1)
    with DAG("d", on_success_callback=[bad, good], on_failure_callback=good, params={"who": "me"},
             deadline=[
                 DeadlineAlert(AT, MINUTE, SyncCallback(late, {"text": "for {{ params.who }}:"}),
                               name="soon"),
                 DeadlineAlert(AT, MINUTE, AsyncCallback(later, {"text": "{{ ds }}"})),
                 DeadlineAlert(AT, MINUTE, SyncCallback("no.such.function")),
                 DeadlineAlert(AT, MINUTE, slow)]):
        pass
"""


def call(supervisor, kind, deadline=0, **job):
    return supervisor.run(f"@{kind}.{deadline}.0", operator="callback", params={}, payload={
        "kind": kind, "deadline": deadline, "reason": "task 'a' ended as failed",
        "due_at": "2026-01-02T04:00:00Z"}, **job)


def test_all_callbacks_of_an_end_are_called_and_one_that_fails_is_named(supervisor):
    s = supervisor(SOURCE)
    done, _pushed, log, exited = call(s, "success")
    assert done["outcome"] == "failed" and "bad: ValueError: no mail server" in done["cause"]
    assert "good: r task 'a' ended as failed 2026-01-02" in log and exited["exit_code"] == 1
    done, _pushed, log, exited = call(s, "failure")
    assert (done["outcome"], exited["exit_code"]) == ("success", 0) and "good: r" in log


def test_a_deadlines_callback_has_its_arguments_and_the_time_that_was_missed(supervisor):
    s = supervisor(SOURCE)
    done, _pushed, log, _ = call(s, "deadline", 0)
    assert done["outcome"] == "success"
    assert "for me: 2026-01-02T04:00:00+00:00 deadline.0.0 True" in log
    assert "async 2026-01-02" in call(s, "deadline", 1)[2]


@pytest.mark.parametrize("deadline, job, words", [
    (2, {}, "callback 'no.such.function'"), (9, {}, "no longer has this deadline"),
    (3, {"execution_timeout_ms": 300}, "timed out after 0.3 s")])
def test_a_callback_that_cant_be_run_says_why(supervisor, deadline, job, words):
    done, _pushed, _log, _ = call(supervisor(SOURCE), "deadline", deadline, **job)
    assert done["outcome"] == "failed" and words in done["cause"]


def test_the_scheduler_is_told_what_to_wait_for():
    at = dt.datetime(2026, 5, 4, tzinfo=dt.timezone.utc)
    hour = dt.timedelta(hours=1)
    dag = DAG("d", on_failure_callback=print, deadline=[
        DeadlineAlert(DeadlineReference.DAGRUN_LOGICAL_DATE, hour, print, name="n"),
        DeadlineAlert(DeadlineReference.FIXED_DATETIME(at), -hour, SyncCallback("a.b"))])
    spec = dag_spec(dag, "")
    assert spec["has_failure_callback"] is True and spec["has_success_callback"] is None
    assert spec["deadlines"] == [
        {"reference": "logical_date", "at": None, "interval_ms": 3_600_000, "name": "n"},
        {"reference": "fixed", "at": "2026-05-04T00:00:00.000000Z", "interval_ms": -3_600_000, "name": ""}]
    assert dag_spec(DAG("e"), "")["deadlines"] is None


@pytest.mark.parametrize("wrong", [
    lambda: DAG("d", on_success_callback="mail"), lambda: DAG("d", deadline="soon"),
    lambda: DAG("d", deadline=[DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, dt.timedelta(1),
                                             print)] * 17),
    lambda: DeadlineAlert("queued", dt.timedelta(1), print),
    lambda: DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, 60, print),
    lambda: SyncCallback("nopath"), lambda: SyncCallback(print, {"context": 1})])
def test_what_makes_no_sense_is_refused_when_the_file_is_read(wrong):
    with pytest.raises(AirflowException):
        wrong()

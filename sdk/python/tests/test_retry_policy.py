# SPDX-License-Identifier: Apache-2.0
"""Retry policies: rules, and what a task process makes of their answers."""

import datetime as dt

import pytest

from aiflow.exceptions import AirflowException, CommandFailed
from aiflow.policies.retry_policy import ExceptionRetryPolicy, RetryAction, RetryRule

SOURCE = """
    import datetime as dt
    from airflow.sdk import (DAG, ExceptionRetryPolicy, RetryAction, RetryDecision, RetryPolicy,
                             RetryRule, task)
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.exceptions import AirflowFailException

    class Sulk(RetryPolicy):
        def evaluate(self, exception, try_number, max_tries, context=None):
            if context["ti"].task_id == "broken": raise RuntimeError("the policy is broken")
            if context["ti"].task_id == "odd": return "retry"
            return RetryDecision.fail(f"{type(exception).__name__} at try {try_number} of {max_tries + 1}")

    RULES = ExceptionRetryPolicy([
        RetryRule(exception=["builtins.KeyError", "no.such.Thing"], action=RetryAction.FAIL,
                  reason="a key will not come back"),
        RetryRule(exception=OSError, retry_delay=dt.timedelta(seconds=7), reason="busy"),
        RetryRule(exit_code=[3, 4], action="fail", reason="bad input"),
        RetryRule(exit_code=75, retry_delay=dt.timedelta(minutes=1)),
    ])
    def told(context): print("told", context["exception"])

    with DAG("d", default_args={"retries": 3, "on_failure_callback": told}):
        @task(retry_policy=RULES)
        def fails(params): raise {"key": KeyError, "os": ConnectionError, "value": ValueError,
                                  "final": AirflowFailException}[params["how"]]("x")
        fails()
        for name in ("sulk", "broken", "odd"):
            @task(task_id=name, retry_policy=Sulk())
            def sulks(): raise ValueError("x")
            sulks()
        BashOperator(task_id="bash", bash_command="exit $CODE", retry_policy=RULES,
                     env={"CODE": "{{ params.code }}"})
"""


@pytest.mark.parametrize("how, outcome, delay, cause", [
    ("key", "failed_no_retry", None, "KeyError: 'x' (retry policy: a key will not come back)"),
    ("os", "failed", 7000, "ConnectionError: x (retry policy: busy)"),
    ("value", "failed", None, "ValueError: x"),
    ("final", "failed_no_retry", None, "AirflowFailException: x")])
def test_a_rule_decides_by_the_kind_of_error(supervisor, how, outcome, delay, cause):
    done, _pushed, log, _ = supervisor(SOURCE).run("fails", params={"how": how}, max_tries=3)
    assert (done["outcome"], done.get("retry_delay_ms"), done["cause"]) == (outcome, delay, cause)
    assert ("told" in log) == (outcome == "failed_no_retry")  # only the last failure has the callback


@pytest.mark.parametrize("code, outcome, delay", [
    (3, "failed_no_retry", None), (75, "failed", 60_000), (1, "failed", None)])
def test_a_rule_decides_by_the_exit_code_of_a_command(supervisor, code, outcome, delay):
    done, _pushed, _log, _ = supervisor(SOURCE).run("bash", params={"code": code}, max_tries=3)
    assert (done["outcome"], done.get("retry_delay_ms")) == (outcome, delay)
    assert f"exit code {code}" in done["cause"]


def test_a_policy_of_ones_own_and_one_that_fails(supervisor):
    s = supervisor(SOURCE)
    done, _pushed, _log, _ = s.run("sulk", max_tries=3)
    assert done["outcome"] == "failed_no_retry"
    assert done["cause"] == "ValueError: x (retry policy: ValueError at try 1 of 4)"
    for task in ("broken", "odd"):
        done, _pushed, log, _ = s.run(task, max_tries=3)
        assert (done["outcome"], done["cause"]) == ("failed", "ValueError: x")
        assert "the retry policy failed" in log


def test_rules_fit_subclasses_unless_told_otherwise():
    exact = RetryRule(exception=OSError, match_subclasses=False)
    assert exact.matches(OSError()) and not exact.matches(ConnectionError())
    assert RetryRule(exception=OSError).matches(ConnectionError())
    both = RetryRule(exception=CommandFailed, exit_code=2)
    assert both.matches(CommandFailed("x", 2)) and not both.matches(CommandFailed("x", 3))
    assert not RetryRule(exit_code=0).matches(ValueError())
    assert ExceptionRetryPolicy([], default="fail").evaluate(
        ValueError(), 1, 1).action is RetryAction.FAIL


@pytest.mark.parametrize("wrong", [
    dict(), dict(exception=int), dict(exception="NoPath"), dict(exit_code="1"), dict(exception=3)])
def test_rules_that_mean_nothing_are_refused(wrong):
    with pytest.raises(AirflowException):
        RetryRule(**wrong)


def test_a_policy_that_is_none_is_refused_when_the_file_is_read():
    from aiflow import DAG
    from aiflow.operators.bash import BashOperator
    with DAG("d"), pytest.raises(AirflowException, match="retry_policy is a RetryPolicy"):
        BashOperator(task_id="a", bash_command="true", retry_policy=dt.timedelta(1))

# SPDX-License-Identifier: Apache-2.0
"""What can be an XCom, and how values are pulled."""

import datetime as dt
import json

import pytest

from aiflow.running.values import XCOM_BYTES_MAX, XCOM_DEPTH_MAX, revive, to_json_value
from aiflow.exceptions import AirflowException


def nested(levels: int):
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def itself():
    value: list = []
    value.append(value)
    return value


@pytest.mark.parametrize("value, words", [
    ("x" * (XCOM_BYTES_MAX + 1), "over the XCom limit of 49152 bytes"),
    (b"x" * (1 << 20), "over the XCom limit"),
    ([0] * XCOM_BYTES_MAX, "over the XCom limit"),
    (["é" * (XCOM_BYTES_MAX // 4)], "over the XCom limit"),
    ({"k" * XCOM_BYTES_MAX: 1}, "over the XCom limit"),
    (float("nan"), "not JSON compliant"), ([float("inf")], "not JSON compliant"),
    (nested(XCOM_DEPTH_MAX + 1), "nested deeper than 46 levels"),
    (nested(100_000), "nested deeper than 46 levels"), (itself(), "nested deeper"),
    (object(), "a object is not JSON"), (lambda: 1, "a function is not JSON"),
    ({(1, 2): 3}, "keys must be"), (b"raw", "a bytes is not JSON")])
def test_what_is_no_xcom_is_refused_in_words_that_name_it(value, words):
    with pytest.raises(AirflowException, match=words) as error:
        to_json_value(value, "XCom 'k' of task 'a'")
    assert str(error.value).startswith("XCom 'k' of task 'a': ")
    assert len(str(error.value)) < 400


def test_what_is_one_comes_back_as_json_gives_it():
    value = {"t": (1, 2), "s": {3}, "d": dt.date(2026, 1, 2), "deep": nested(XCOM_DEPTH_MAX - 1)}
    assert to_json_value(value, "x") == {"t": [1, 2], "s": [3], "d": "2026-01-02",
                                         "deep": nested(XCOM_DEPTH_MAX - 1)}
    most = "x" * (XCOM_BYTES_MAX - 2)
    assert to_json_value(most, "x") == most


def test_a_gigabyte_is_refused_before_a_text_is_made_of_it(supervisor):
    done, pushed, _log, exited = supervisor("""
        import resource
        from aiflow import DAG, task
        with DAG("d"):
            @task
            def big():
                text = "x" * (1 << 30)
                limit = int(open("/proc/self/statm").read().split()[0]) * 4096 + (256 << 20)
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
                return {"a": [text]}
            big()
    """).run("big")
    assert done["outcome"] == "failed" and exited["exit_code"] == 1 and not pushed
    assert "XCom 'return_value' of task 'big'" in done["cause"]
    assert "limit of 49152 bytes" in done["cause"]


def test_values_of_runs_before_are_asked_for_only_when_wanted(supervisor):
    source = """
        from aiflow import DAG, task
        with DAG("d"):
            @task
            def pull(ti):
                return [ti.xcom_pull("a", default=7), ti.xcom_pull("a", include_prior_dates=True),
                        ti.xcom_pull(["a", "b"], key="k", map_indexes=[0, 1], default=0)]
            pull()
    """
    s = supervisor(source)
    done, pushed, _log, _ = s.run("pull", xcoms={("a", "k", 1): 5, ("b", "k", 0): 6})
    assert done["outcome"] == "success"
    assert pushed["return_value"] == [7, None, [0, 5, 6, 0]]
    assert [q.get("include_prior_dates") for q in s.questions][:3] == [None, True, None]
    assert json.dumps(pushed)


TYPED = {"at": dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone.utc), "day": dt.date(2026, 1, 2),
         "long": dt.timedelta(days=-1, microseconds=7), "set": {(1, (2, 3)), "a"},
         "frozen": frozenset({dt.date(2026, 1, 2)}), "plain": [{"value": 1}]}


def test_types_that_json_lacks_come_back():
    sent = json.loads(json.dumps(to_json_value(TYPED, "x", typed=True)))
    back = revive(sent)
    assert back == TYPED and type(back["frozen"]) is frozenset and type(back["day"]) is dt.date
    assert revive(to_json_value((1, (2,)), "x", typed=True)) == [1, [2]]
    with pytest.raises(AirflowException, match="the key __aiflow_type__ is AIflow's own"):
        to_json_value([{"__aiflow_type__": "set", "value": 1}], "x", typed=True)


def test_a_task_gets_the_types_that_another_returned(supervisor):
    s = supervisor("""
        import datetime as dt
        from aiflow import DAG, task
        with DAG("d"):
            @task
            def give(): return {"long": dt.timedelta(hours=1), "set": {1, 2}}
            @task
            def take(value): return [value["long"] * 2 == dt.timedelta(hours=2), value["set"] == {2, 1}]
            take(give())
    """)
    sent = s.run("give")[1]["return_value"]
    assert sent["long"] == {"__aiflow_type__": "timedelta", "value": [0, 3600, 0]}
    assert s.run("take", xcoms={("give", "return_value"): sent})[1]["return_value"] == [True, True]

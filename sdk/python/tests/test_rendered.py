# SPDX-License-Identifier: Apache-2.0
"""What is told of a task's rendered fields: bounded, and without secrets."""

import json
import os

import pytest

from aiflow import protocol
from aiflow.environment import log_mask
from aiflow.running.rendered import ALL_BYTES_MAX, CUT, FIELD_BYTES_MAX, rendered_fields


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch):
    monkeypatch.setattr(log_mask, "_secrets", set())


class Operator:
    def __init__(self, **fields):
        self.template_fields = list(fields)
        self.__dict__.update(fields)


def size_of(value) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def test_values_are_as_json_has_them_and_empty_ones_left_out():
    class Odd:
        def __str__(self):
            return "odd"

    class Broken:
        def __str__(self):
            raise RuntimeError

        def __hash__(self):
            return 1

    fields = rendered_fields(Operator(a="x", b="", c=None, d={}, e=[], f=0, g=(1, "y"), h={3: [None]},
                                      i=Odd(), j=1.5, k={2}, l=Broken(), m=True, n=2**64, o="a\ud800",
                                      p={Broken(): 1}, q=float("nan")))
    assert fields == {"a": "x", "f": 0, "g": [1, "y"], "h": {"3": [None]}, "i": "odd", "j": 1.5, "q": "nan",
                      "k": [2], "l": "<Broken: RuntimeError in __str__>", "m": True, "n": str(2**64),
                      "o": "a\\ud800", "p": {"<Broken: RuntimeError in __str__>": 1}}


def test_secrets_do_not_leave():
    log_mask.mask_secret("hunter22")
    fields = rendered_fields(Operator(bash_command="login hunter22 now", env={"X": "a-hunter22"},
                                      op_kwargs={"api_key": "k", "deep": [{"password": {"a": 1}}]},
                                      token="t", keys={"hunter22": 1}))
    assert fields == {"bash_command": "login *** now", "env": {"X": "a-***"},
                      "op_kwargs": {"api_key": "***", "deep": [{"password": "***"}]},
                      "token": "***", "keys": {"***": 1}}


def test_a_secret_is_not_left_in_part_where_a_text_is_cut():
    log_mask.mask_secret("s" * 100)
    shown = rendered_fields(Operator(a="x" * (FIELD_BYTES_MAX - 50) + "s" * 100))["a"]
    assert "s" not in shown.replace(CUT, "")


def test_no_part_of_a_secret_is_left_when_many_were_taken_out_before_it():
    log_mask.mask_secret("s" * 60_000)
    shown = rendered_fields(Operator(a="s" * 240_000 + "x" * 100_000))["a"]
    assert shown.startswith("*" * 12 + "x") and "s" not in shown.replace(CUT, "")


def test_a_value_that_cannot_be_walked_does_not_end_the_task():
    class Broken(dict):
        def items(self):
            raise RuntimeError

    assert rendered_fields(Operator(a=Broken(b=1), c="x")) == {
        "a": "<Broken: RuntimeError when it was shown>", "c": "x"}


@pytest.mark.parametrize("value", ["x" * 1_000_000, "한" * 1_000_000, "\0" * 1_000_000,
                                   ["word"] * 1_000_000, {str(i): i for i in range(1_000_000)},
                                   [["a" * 50_000], ["b" * 50_000], ["c" * 50_000]]])
def test_a_large_field_is_cut_and_says_so(value):
    shown = rendered_fields(Operator(a=value))["a"]
    assert FIELD_BYTES_MAX / 2 < size_of(shown) < FIELD_BYTES_MAX + 1000
    assert CUT in json.dumps(shown, ensure_ascii=False)


def test_many_large_fields_are_cut_together():
    fields = rendered_fields(Operator(**{f"f{i}": "x" * 60_000 for i in range(20)}))
    assert size_of(fields) < ALL_BYTES_MAX + 20 * 100
    assert fields["f0"] == "x" * 60_000
    assert fields["f19"] == CUT


def test_a_value_that_holds_itself_ends():
    knot: list = []
    knot.append(knot)
    assert size_of(rendered_fields(Operator(a=knot))) < FIELD_BYTES_MAX


SOURCE = """
from aiflow.dag import DAG
from aiflow.operators.python import PythonOperator
with DAG("d"):
    PythonOperator(task_id="add", python_callable=lambda *words: len(words), op_args=["{{ run_id }}", 2])
"""


@pytest.mark.parametrize("takes", [True, None])
def test_a_worker_that_asks_for_them_is_told_before_the_work(supervisor, takes):
    # A worker of an earlier version would end the task for a message that it does not know.
    s = supervisor(SOURCE)
    s.start_words = {} if takes is None else {"takes_rendered": takes}
    task_side, out_read, _pid = s.start("add")
    with os.fdopen(out_read):
        frame = protocol.recv(task_side)
        if takes:
            assert frame == {"type": "TaskRendered", "fields": {"op_args": ["r", 2]}}
            frame = protocol.recv(task_side)
        assert frame["type"] == "TaskXComPush"

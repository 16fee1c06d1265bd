# SPDX-License-Identifier: Apache-2.0
"""The rules of dag.test() are those of the scheduler: src/dag/trigger_rule.cpp, read as a table."""

import itertools

import pytest

from aiflow.local.rules import verdict
from aiflow.wire_gen import TriggerRule

STATES = ("success", "failed", "upstream_failed", "skipped")


def expected(rule: str, up: tuple) -> str:
    """By the rule's own words, independent of the order in which verdict() asks."""
    bad = sum(s in ("failed", "upstream_failed") for s in up)
    ok, skipped = up.count("success"), up.count("skipped")
    n = len(up)
    return {
        "all_success": "run" if ok == n else "upstream_failed" if bad else "skipped",
        "all_failed": "run" if bad == n else "skipped",
        "all_done": "run", "always": "run",
        "all_done_min_one_success": "skipped" if skipped else "run" if ok else "upstream_failed",
        "all_done_setup_success": "run",
        "one_success": "run" if ok else "skipped" if skipped == n else "upstream_failed",
        "one_failed": "run" if bad else "skipped",
        "one_done": "run" if ok or "failed" in up else "skipped",
        "none_failed": "upstream_failed" if bad else "run",
        "none_failed_min_one_success": "upstream_failed" if bad else "run" if ok else "skipped",
        "none_skipped": "skipped" if skipped else "run",
        "all_skipped": "run" if skipped == n else "skipped",
    }[rule]


@pytest.mark.parametrize("rule", list(TriggerRule.__members__))
def test_all_endings_of_three_upstreams(rule):
    assert verdict(rule, [], []) == "run"
    for count in (1, 2, 3):
        for up in itertools.product(STATES, repeat=count):
            assert verdict(rule, up, []) == expected(rule, up), up


@pytest.mark.parametrize("setups, says", [
    (["success", "failed"], "run"), (["skipped", "skipped"], "skipped"),
    (["failed"], "upstream_failed"), (["skipped", "failed"], "upstream_failed")])
def test_a_teardown_asks_its_setups(setups, says):
    assert verdict("all_done_setup_success", setups + ["failed"], setups) == says

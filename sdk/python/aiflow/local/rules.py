# SPDX-License-Identifier: Apache-2.0
"""Trigger rules when all upstream instances have ended, as src/dag/trigger_rule.h has them."""

from __future__ import annotations

from typing import Sequence

FAILED = ("failed", "upstream_failed")


def verdict(rule: str, upstream: Sequence[str], setups: Sequence[str], compat: int = 3) -> str:
    """ "run", or the state that the task ends in without running.

    upstream: the states of all direct upstream instances; setups: of those that are setups.
    """
    if not upstream:
        return "run"
    success = "success" in upstream
    failed = any(state in FAILED for state in upstream)
    skipped = "skipped" in upstream
    if rule in ("all_success", "none_failed", "none_failed_min_one_success") and failed:
        return "upstream_failed"
    if rule == "all_success":
        return "skipped" if skipped else "run"
    if rule == "all_failed":
        return "skipped" if success or skipped else "run"
    if rule == "all_done_min_one_success":
        return "skipped" if skipped else "run" if success else "upstream_failed"
    if rule == "all_done_setup_success":
        return _for_teardown(setups)
    if rule == "one_success":
        if success:
            return "run"
        return "skipped" if all(state == "skipped" for state in upstream) else "upstream_failed"
    if rule == "one_failed":
        return "run" if failed else "skipped"
    if rule == "one_done":
        return "run" if success or "failed" in upstream else "skipped"
    if rule == "none_failed_min_one_success":
        if success:
            return "run"
        nothing_ran = all(state == "skipped" for state in upstream) or compat == 2
        return "skipped" if nothing_ran else "upstream_failed"
    if rule == "none_skipped":
        return "skipped" if skipped else "run"
    if rule == "all_skipped":
        return "skipped" if success or failed else "run"
    return "run"  # all_done, always, none_failed without a failure


def _for_teardown(setups: Sequence[str]) -> str:
    if not setups or "success" in setups:
        return "run"
    return "skipped" if all(state == "skipped" for state in setups) else "upstream_failed"

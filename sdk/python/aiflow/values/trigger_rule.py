# SPDX-License-Identifier: Apache-2.0
"""TriggerRule, in both spellings that DAG files use."""

from __future__ import annotations

from enum import Enum


class TriggerRule(str, Enum):
    """When a task may start, given the states of those before it; both spellings are one member."""

    ALL_SUCCESS = all_success = "all_success"
    ALL_FAILED = all_failed = "all_failed"
    ALL_DONE = all_done = "all_done"
    ALL_DONE_MIN_ONE_SUCCESS = all_done_min_one_success = "all_done_min_one_success"
    ALL_DONE_SETUP_SUCCESS = all_done_setup_success = "all_done_setup_success"
    ONE_SUCCESS = one_success = "one_success"
    ONE_FAILED = one_failed = "one_failed"
    ONE_DONE = one_done = "one_done"
    NONE_FAILED = none_failed = "none_failed"
    NONE_FAILED_MIN_ONE_SUCCESS = none_failed_min_one_success = "none_failed_min_one_success"
    NONE_SKIPPED = none_skipped = "none_skipped"
    ALL_SKIPPED = all_skipped = "all_skipped"
    ALWAYS = always = "always"
    # Names of Airflow 2 for two of the above.
    NONE_FAILED_OR_SKIPPED = none_failed_or_skipped = "none_failed_min_one_success"
    DUMMY = dummy = "always"

    def __str__(self) -> str:
        return self.value

# SPDX-License-Identifier: Apache-2.0
"""Retry policies: what a failure means, decided in the task's process, where the error is known.

Names and meaning are Airflow's. A policy can end a task earlier and choose the delay of the next
try; it can't give more tries than `retries`. AIflow adds exit codes to the rules.
"""

from __future__ import annotations

import abc
import datetime as dt
import enum
import importlib
from dataclasses import dataclass
from typing import Any

from aiflow.exceptions import AirflowException


class RetryAction(enum.Enum):
    """What follows from a failure. RETRY and DEFAULT need tries that are left."""

    RETRY = "retry"
    FAIL = "fail"
    DEFAULT = "default"


@dataclass(frozen=True)
class RetryDecision:
    """A policy's answer. retry_delay None: the task's own."""

    action: RetryAction = RetryAction.DEFAULT
    retry_delay: dt.timedelta | None = None
    reason: str | None = None

    @classmethod
    def fail(cls, reason: str | None = None) -> RetryDecision:
        return cls(RetryAction.FAIL, None, reason)

    @classmethod
    def retry(cls, delay: dt.timedelta | None = None, reason: str | None = None) -> RetryDecision:
        return cls(RetryAction.RETRY, delay, reason)

    @classmethod
    def default(cls) -> RetryDecision:
        return cls()


class RetryPolicy(abc.ABC):
    """Base of policies. Not asked about AirflowFailException and AirflowSensorTimeout."""

    @abc.abstractmethod
    def evaluate(self, exception: BaseException, try_number: int, max_tries: int,
                 context: dict | None = None) -> RetryDecision:
        """What this failure of try `try_number` (from 1) means."""


@dataclass
class RetryRule:
    """Errors and what they mean. exception: a class, its dotted path, or a list of these.
    exit_code: of a command that failed, a number or a list. With both, both must fit."""

    exception: Any = None
    action: RetryAction = RetryAction.RETRY
    retry_delay: dt.timedelta | None = None
    reason: str | None = None
    match_subclasses: bool = True
    exit_code: int | list[int] | None = None

    def __post_init__(self) -> None:
        self.action = RetryAction(self.action)
        if self.exception is None and self.exit_code is None:
            raise AirflowException("a RetryRule names an exception or an exit_code")
        for given in self._exceptions():
            is_class = isinstance(given, type) and issubclass(given, BaseException)
            if not is_class and not (isinstance(given, str) and "." in given.strip(".")):
                raise AirflowException("RetryRule: an exception is a class or a dotted path such as "
                                       f"'builtins.ValueError', not {given!r}")
        for code in self._codes():
            if not isinstance(code, int) or isinstance(code, bool):
                raise AirflowException(f"RetryRule: an exit_code is a number, not {code!r}")

    def matches(self, error: BaseException) -> bool:
        """Whether the rule is about this error."""
        if self.exit_code is not None and getattr(error, "exit_code", None) not in self._codes():
            return False
        if self.exception is None:
            return True
        wanted = tuple(c for c in map(_class_of, self._exceptions()) if c is not None)
        return isinstance(error, wanted) if self.match_subclasses else type(error) in wanted

    def _exceptions(self) -> list[Any]:
        return _listed(self.exception)

    def _codes(self) -> list[Any]:
        return _listed(self.exit_code)


class ExceptionRetryPolicy(RetryPolicy):
    """The first rule that fits decides; without one, `default`."""

    def __init__(self, rules: list[RetryRule], default: Any = RetryAction.DEFAULT):
        self.rules = list(rules)
        self.default = RetryAction(default)

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int,
                 context: dict | None = None) -> RetryDecision:
        for rule in self.rules:
            if rule.matches(exception):
                return RetryDecision(rule.action, rule.retry_delay, rule.reason)
        return RetryDecision(self.default)


def check_policy(policy: Any, named: str) -> RetryPolicy | None:
    """A task's retry_policy. Raises AirflowException when it is something else."""
    if policy is None or isinstance(policy, RetryPolicy):
        return policy
    raise AirflowException(f"{named}: retry_policy is a RetryPolicy, not a {type(policy).__name__}")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _class_of(given: Any) -> type | None:
    """A path that can't be imported fits no error: its package may be missing here."""
    if isinstance(given, type):
        return given
    module, _, name = given.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) else None

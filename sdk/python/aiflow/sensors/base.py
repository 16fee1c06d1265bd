# SPDX-License-Identifier: Apache-2.0
"""BaseSensorOperator: asks again and again until its condition holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import math
import time
from typing import Any, NoReturn, Sequence

from aiflow.baseoperator import BaseOperator
from aiflow.durations import duration, optional_duration
from aiflow.exceptions import (AirflowException, AirflowFailException, AirflowRescheduleException,
                               AirflowSensorTimeout, AirflowSkipException, TaskDeferralError,
                               TaskDeferralTimeout)

MODES = ("poke", "reschedule")
_LOG = logging.getLogger("aiflow.sensor")


class PokeReturnValue:
    """What poke() may return instead of true or false: with a value for the XCom."""

    def __init__(self, is_done: bool, xcom_value: Any = None):
        self.is_done = is_done
        self.xcom_value = xcom_value

    def __bool__(self) -> bool:
        return self.is_done


class BaseSensorOperator(BaseOperator):
    """Waits until poke(context) is true. Subclasses write poke().

    mode: "poke" sleeps between two pokes and keeps its worker slot; "reschedule" gives the slot
    back until the next poke. timeout: seconds since the first poke of the try, over all its
    reschedules; then the task fails without retry, or is skipped with soft_fail. An error of
    poke() fails the try; with silent_fail it is logged and counts as "not yet", with never_fail
    the task is skipped. exponential_backoff doubles the interval after each poke, up to max_wait.
    """

    caching = "never"

    def __init__(self, *, poke_interval: dt.timedelta | float = 60,
                 timeout: dt.timedelta | float = 7 * 24 * 3600, soft_fail: bool = False,
                 mode: str = "poke", exponential_backoff: bool = False,
                 max_wait: dt.timedelta | float | None = None, silent_fail: bool = False,
                 never_fail: bool = False, **kwargs):
        super().__init__(**kwargs)
        named = f"sensor '{self.task_id}'"
        self.poke_interval = duration(poke_interval, named, "poke_interval").total_seconds()
        self.timeout = duration(timeout, named, "timeout").total_seconds()
        longest = optional_duration(max_wait, named, "max_wait")
        self.max_wait = None if longest is None else longest.total_seconds()
        self.soft_fail, self.silent_fail, self.never_fail = soft_fail, silent_fail, never_fail
        self.mode, self.exponential_backoff = mode, exponential_backoff
        self._check()

    def _check(self) -> None:
        def bad(what: str) -> AirflowException:
            return AirflowException(f"sensor '{self.task_id}': {what}")

        for name in ("poke_interval", "timeout", "max_wait"):
            value = getattr(self, name)
            if value is not None and (not math.isfinite(value) or value < 0):
                raise bad(f"{name} is a number of seconds, 0 or more, not {value}")
        if self.mode not in MODES:
            raise bad(f"mode {self.mode!r} is not one of " + ", ".join(MODES))
        if self.soft_fail and self.never_fail:
            raise bad("soft_fail and never_fail exclude each other")

    @property
    def reschedule(self) -> bool:
        return self.mode == "reschedule"

    def poke(self, context: dict) -> bool | PokeReturnValue:
        """Whether the condition holds now."""
        raise NotImplementedError(f"{type(self).__name__}.poke")

    def execute(self, context: dict) -> Any:
        # Over reschedules the wall clock is all there is; within one process it may jump.
        begun = time.monotonic()
        first = context.get("first_started_at")
        before = 0.0 if first is None else max(0.0, (_now() - first).total_seconds())
        while True:
            answer = self._poke_once(context)
            if answer:
                print("The condition is met.", flush=True)
                return answer.xcom_value if isinstance(answer, PokeReturnValue) else None
            waited = before + time.monotonic() - begun
            if waited >= self.timeout:
                self._give_up(waited)
            # Never past the timeout: it is noticed when it has come, not an interval later.
            pause = min(self.next_interval(waited, context), self.timeout - waited)
            if self.reschedule:
                raise AirflowRescheduleException(_now() + dt.timedelta(seconds=pause))
            time.sleep(pause)

    def defer_to(self, trigger: Any, context: dict, method_name: str = "execute_complete",
                 kwargs: dict | None = None) -> NoReturn:
        """Waits for a trigger, for what is left of the sensor's timeout."""
        first = context.get("first_started_at")
        waited = 0.0 if first is None else max(0.0, (_now() - first).total_seconds())
        self.defer(trigger=trigger, method_name=method_name, kwargs=kwargs,
                   timeout=dt.timedelta(seconds=max(0.0, self.timeout - waited)))

    def resume_execution(self, next_method: str, next_kwargs: dict | None, context: dict) -> Any:
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except TaskDeferralTimeout as error:
            text = f"the sensor's timeout of {self.timeout:g} s has passed"
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(text) from error
            raise AirflowSensorTimeout(text) from error
        except TaskDeferralError as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(str(error)) from error
            raise

    def _poke_once(self, context: dict) -> Any:
        try:
            return self.poke(context)
        except (AirflowSkipException, AirflowRescheduleException):
            raise
        except (AirflowFailException, AirflowSensorTimeout) as error:
            if self.soft_fail:
                raise AirflowSkipException(f"soft_fail: {error}") from error
            raise
        except Exception as error:
            if self.silent_fail:
                _LOG.exception("this poke failed; the sensor goes on")
                return False
            if self.never_fail:
                raise AirflowSkipException(f"never_fail: {error}") from error
            raise

    def _give_up(self, waited: float) -> None:
        text = f"the sensor has waited {waited:.1f} s; its timeout is {self.timeout:g} s"
        if self.soft_fail or self.never_fail:
            raise AirflowSkipException(text)
        raise AirflowSensorTimeout(text)

    def next_interval(self, waited: float, context: dict) -> float:
        """Seconds until the next poke, `waited` seconds after the first one."""
        if not self.exponential_backoff or self.poke_interval <= 0:
            return self.poke_interval
        # Doubling, n pokes have taken interval x (2^n - 1): so n follows from the time, and a sensor
        # that was away between two pokes need not keep a count.
        pokes = math.floor(math.log2(waited / self.poke_interval + 1)) if waited > 0 else 0
        base = self.poke_interval * 2.0 ** min(pokes, 32)
        ti = context.get("ti")
        seed = f"{getattr(ti, 'key_str', '')}#{getattr(ti, 'try_number', 0)}#{pokes}".encode()
        jitter = int.from_bytes(hashlib.sha1(seed).digest()[:4], "big") / 2**32
        pause = base * (1 + jitter)
        return pause if self.max_wait is None else min(pause, self.max_wait)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def poke_mode_only(cls: type) -> type:
    """Marks a sensor whose pokes depend on each other: mode="reschedule" is refused."""
    check = cls._check

    def checked(self) -> None:
        check(self)
        if self.mode != "poke":
            raise AirflowException(f"sensor '{self.task_id}': a {cls.__name__} works in mode "
                                   "'poke' only")

    cls._check = checked
    return cls


__all__: Sequence[str] = ("BaseSensorOperator", "PokeReturnValue", "poke_mode_only")

# SPDX-License-Identifier: Apache-2.0
"""Secrets are not in the log: what a task's own process prints is masked, line by line.

What a program that it starts prints is not: hand secrets to programs in their environment, and do not
let them print it.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

MASK = "***"
SECRET_BYTES_MIN = 4  # shorter ones would mask half of the log
_NAMES = ("access_token", "api_key", "apikey", "authorization", "passphrase", "passwd", "password",
          "private_key", "secret", "token")

_secrets: set[str] = set()


def is_secret_name(name: str) -> bool:
    """Whether a variable or a field of this name holds a secret, as Airflow has it."""
    lower = name.lower()
    return any(part in lower for part in _NAMES)


def mask_secret(secret: Any) -> None:
    """From now on the text is masked in what this process prints; of lists and dicts their members."""
    if isinstance(secret, dict):
        secret = list(secret.values())
    if isinstance(secret, (list, tuple, set)):
        for item in secret:
            mask_secret(item)
    elif isinstance(secret, str) and len(secret.encode()) >= SECRET_BYTES_MIN:
        _secrets.add(secret)
        _mask_streams()


def _mask_streams() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, _Masked):
            setattr(sys, name, _Masked(stream))
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler.stream, _Masked):
            handler.setStream(_Masked(handler.stream))


def masked(text: str) -> str:
    """The text without secrets."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


class _Masked:
    """A stream that masks. A secret cut by two writes is masked only if one line holds it."""

    def __init__(self, stream: Any):
        self._stream, self._rest = stream, ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._stream.write(masked(line) + "\n")
        return len(text)

    def flush(self) -> None:
        if self._rest:
            self._stream.write(masked(self._rest))
            self._rest = ""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

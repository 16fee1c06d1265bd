# SPDX-License-Identifier: Apache-2.0
"""Secrets are not in the log: what a task's own process prints is masked, line by line.

What a program that it starts prints is not: hand secrets to programs in their environment, and do not
let them print it.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any
from urllib.parse import quote

MASK = "***"
SECRET_BYTES_MIN = 4  # shorter ones would mask half of the log
_NAMES = ("access_token", "api_key", "apikey", "authorization", "passphrase", "passwd", "password",
          "private_key", "secret", "token")

#: Of a line that does not end, so much is kept back for a secret that may begin in it.
_REST_MAX = 64 << 10

_secrets: set[str] = set()


def is_secret_name(name: str) -> bool:
    """Whether a variable or a field of this name holds a secret, as Airflow has it."""
    lower = name.lower()
    return any(part in lower for part in _NAMES)


def mask_secret(secret: Any) -> None:
    """From now on the text is masked in what this process prints, also as a part of a URL or of JSON;
    of lists and dicts their members, of a text of several lines each line."""
    if isinstance(secret, dict):
        secret = list(secret.values())
    if isinstance(secret, (list, tuple, set)):
        for item in secret:
            mask_secret(item)
    elif isinstance(secret, str):
        lines = [line.strip() for line in secret.splitlines()]
        for text in [secret] if len(lines) < 2 else [*lines, secret]:
            if len(text.encode()) >= SECRET_BYTES_MIN and not text.startswith("-----"):
                _secrets.update((text, quote(text, safe=""), json.dumps(text)[1:-1]))
                _mask_streams()


def mask_again() -> None:
    """After sys.stdout and sys.stderr have become other streams."""
    if _secrets:
        _mask_streams()


def mask_members(value: Any) -> None:
    """Masks what stands under the name of a secret in a value of JSON."""
    if isinstance(value, dict):
        for name, item in value.items():
            mask_secret(item) if is_secret_name(str(name)) else mask_members(item)
    elif isinstance(value, list):
        for item in value:
            mask_members(item)


def _mask_streams() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, _Masked):
            setattr(sys, name, _Masked(stream))
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler.stream, _Masked):
            handler.setStream(_Masked(handler.stream))


def has_secrets() -> bool:
    """Whether this process has read any."""
    return bool(_secrets)


def masked(text: str) -> str:
    """The text without secrets."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def secrets_in(text: str) -> list[str]:
    """Those of the secrets that stand in the text."""
    return sorted(secret for secret in _secrets if secret in text)


class _Masked:
    """A stream that masks. A secret cut by two writes is masked only if one line holds it."""

    def __init__(self, stream: Any):
        self._stream, self._rest = stream, ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._stream.write(masked(line) + "\n")
        if len(self._rest) > _REST_MAX:
            # A secret at the end is cut only when it is longer than what is kept.
            whole = masked(self._rest)
            self._stream.write(whole[:-_REST_MAX // 2])
            self._rest = whole[-_REST_MAX // 2:]
        return len(text)

    def flush(self) -> None:
        if self._rest:
            self._stream.write(masked(self._rest))
            self._rest = ""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

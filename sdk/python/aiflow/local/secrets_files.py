# SPDX-License-Identifier: Apache-2.0
"""Connections and variables of a test from files: a JSON object, or lines NAME=VALUE."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, Iterator

from aiflow.exceptions import AirflowException

FILE_BYTES_MAX = 1 << 20


@contextlib.contextmanager
def given_in_environment(connections: str | None, variables: str | None) -> Iterator[None]:
    """Where tasks look for them, for the length of the block. Raises AirflowException."""
    given = {**_as_variables("AIRFLOW_CONN_", connections), **_as_variables("AIRFLOW_VAR_", variables)}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _as_variables(prefix: str, path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(FILE_BYTES_MAX)
    except (OSError, UnicodeDecodeError) as error:
        raise AirflowException(f"{path} can't be read: {error}") from None
    found = _of_json(path, text) if text.lstrip().startswith("{") else _of_lines(path, text)
    return {prefix + name.upper(): value if isinstance(value, str) else json.dumps(value)
            for name, value in found.items()}


def _of_json(path: str, text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError as error:
        raise AirflowException(f"{path} is no JSON object: {error}") from None


def _of_lines(path: str, text: str) -> dict[str, str]:
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise AirflowException(f"{path}, line {number}: NAME=VALUE is wanted")  # not its secret
        found[name.strip()] = value.strip()
    return found

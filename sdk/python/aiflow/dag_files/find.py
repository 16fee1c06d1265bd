# SPDX-License-Identifier: Apache-2.0
"""Which file of the DAG folders defines a DAG, when no server knows it."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Iterator

from aiflow.dag_files.archives import is_archive
from aiflow.exceptions import AirflowException
from aiflow.parse import parse_file
from aiflow.yaml_dags import MARK, is_yaml

FILE_BYTES_MAX = 8 << 20


def file_of_dag(dag_id: str, folders: list[str]) -> str:
    """The path. Files that name the DAG are tried first; each in a process of its own, as it is
    somebody's code. Raises AirflowException, with the errors of files that might have defined it."""
    files = sorted({path for folder in folders for path in _candidates(folder)})
    files.sort(key=lambda path: not _mentions(path, dag_id))
    errors = []
    for path in files:
        found = _parsed_apart(path)
        if dag_id in found["dags"]:
            return path
        if found["error"] and _mentions(path, dag_id):
            errors.append(f"{path}: {found['error']}")
    where = ", ".join(folders) or "no folder"
    raise AirflowException(f"no file in {where} defines dag '{dag_id}'"
                           + "".join(f"; {error}" for error in errors))


def _candidates(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".") and one != "__pycache__"]
        for name in files:
            path = os.path.abspath(os.path.join(root, name))
            if (is_archive(name) or (name.endswith(".py") and _may_hold_dag(path))
                    or (is_yaml(name) and _is_yaml_dag(path))):
                yield path


def _text(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(FILE_BYTES_MAX)
    except OSError:
        return b""


def _may_hold_dag(path: str) -> bool:
    text = _text(path).lower()
    return b"dag" in text and (b"airflow" in text or b"aiflow" in text)


def _is_yaml_dag(path: str) -> bool:
    return any(line.startswith(MARK.encode() + b":") for line in _text(path).splitlines())


def _mentions(path: str, dag_id: str) -> bool:
    return dag_id.encode() in _text(path)


def _parsed_apart(path: str) -> dict:
    """{dags: ids, error: text or None}."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        pid = os.fork()
        if pid == 0:
            try:
                found = parse_file(path)
                json.dump({"dags": [dag["dag_id"] for dag in found["dags"]],
                           "error": found["error"] and found["error"]["message"]}, answer)
                answer.flush()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        answer.seek(0)
        text = answer.read()
    return json.loads(text) if text else {"dags": [], "error": "its import ended the process"}

# SPDX-License-Identifier: Apache-2.0
"""Zip archives in the DAG folder: modules at the top may define DAGs, what lies deeper they import."""

from __future__ import annotations

import hashlib
import importlib
import sys
import zipfile

from aiflow.exceptions import AirflowException

MODULES_MAX = 1000
MODULE_BYTES_MAX = 8 << 20
TEXT_MAX = 1 << 20


def is_archive(path: str) -> bool:
    """By its name; what else is in it is seen when it is read."""
    return path.endswith(".zip")


def _opened(path: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise AirflowException(f"{path} can't be read as a zip archive: {error}") from None


def archive_hash(path: str) -> str:
    """Of the names and check sums of all that is in it. Raises AirflowException."""
    total = hashlib.sha256()
    with _opened(path) as archive:
        for entry in sorted(archive.infolist(), key=lambda one: one.filename):
            total.update(f"{entry.filename}\0{entry.CRC}\0{entry.file_size}\n".encode())
    return total.hexdigest()


def import_archive(path: str) -> None:
    """Imports the modules at its top that mention DAGs, by their own names, so that they find each
    other and their packages. Raises AirflowException."""
    with _opened(path) as archive:
        names = [entry.filename.removesuffix(".py") for entry in archive.infolist()
                 if _may_hold_dag(archive, entry)]
    if len(names) > MODULES_MAX:
        raise AirflowException(f"{path} has more than {MODULES_MAX} modules with DAGs at its top")
    if path not in sys.path:
        sys.path.insert(0, path)
    for name in names:
        sys.modules.pop(name, None)
        importlib.import_module(name)


def archive_text(path: str) -> str:
    """The modules that import_archive imports, one after the other, for people to read."""
    with _opened(path) as archive:
        modules = [entry for entry in archive.infolist() if _may_hold_dag(archive, entry)]
        text = "\n".join(f"# {entry.filename}\n{archive.read(entry).decode('utf-8', 'replace')}"
                         for entry in modules)
    return text[:TEXT_MAX]


def _may_hold_dag(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    if "/" in name or not name.endswith(".py") or name == "__init__.py":
        return False
    if entry.file_size > MODULE_BYTES_MAX:
        raise AirflowException(f"{name} has more than {MODULE_BYTES_MAX} bytes")
    text = archive.read(entry).lower()
    return b"dag" in text and (b"airflow" in text or b"aiflow" in text)

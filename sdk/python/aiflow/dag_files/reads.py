# SPDX-License-Identifier: Apache-2.0
"""What a DAG file reads while it is imported: helper modules, settings, listings of folders.

When one of these changes, the file has to be parsed again, and when none has, it has not.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from typing import Iterator

READS_MAX = 1000
_SDK = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + "/"
_NOT_OF_THE_FILE = ("/proc/", "/sys/", "/dev/", _SDK,
                    os.path.dirname(os.path.abspath(os.__file__)) + "/")
_PACKAGES = ("/site-packages/", "/dist-packages/")


def _belongs_to_the_system(path: str) -> bool:
    return path.startswith(_NOT_OF_THE_FILE) or any(part in path for part in _PACKAGES)


def _by_import(depth: int) -> bool:
    """Whether the import system asks: it lists every folder it looks for modules in."""
    frame = sys._getframe(depth)
    return frame.f_code.co_filename.startswith("<frozen importlib")


class _Recorder:
    """An audit hook (PEP 578): hooks stay until the process ends, so this one can be shut."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.is_open = True

    def __call__(self, event: str, arguments: tuple) -> None:
        if not self.is_open or len(self.found) >= READS_MAX:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & os.O_ACCMODE != os.O_RDONLY:
                return
        elif event in ("os.listdir", "os.scandir"):
            path = arguments[0] if arguments[0] is not None else "."
            if _by_import(2):
                return
        else:
            return
        if isinstance(path, (str, bytes)):
            self._add(os.path.abspath(os.fsdecode(path)))

    def _add(self, path: str) -> None:
        if path.endswith(".pyc"):
            with contextlib.suppress(ValueError):
                path = importlib.util.source_from_cache(path)
        if not _belongs_to_the_system(path):
            self.found.add(path)


@contextlib.contextmanager
def files_read() -> Iterator[set[str]]:
    """Absolute paths of the files and folders read in the block, READS_MAX at most; those of Python
    itself, its packages, the SDK and the kernel are left out."""
    recorder = _Recorder()
    sys.addaudithook(recorder)
    try:
        yield recorder.found
    finally:
        recorder.is_open = False

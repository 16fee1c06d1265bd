# SPDX-License-Identifier: Apache-2.0
"""FileTrigger: waits for a file on the server's machine."""

from __future__ import annotations

import os
from typing import Any

from aiflow.triggers.base import ServerTrigger


class FileTrigger(ServerTrigger):
    """Fires when filepath (a path or a glob pattern) is a file, or a folder with a file below it.

    poke_interval: seconds between two looks where the kernel does not tell of changes.
    """

    def __init__(self, filepath: str, recursive: bool = False, poke_interval: float = 5.0,
                 **kwargs: Any):
        super().__init__(**kwargs)
        self.filepath = os.fspath(filepath)
        self.recursive = recursive
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("airflow.providers.standard.triggers.file.FileTrigger",
                {"filepath": self.filepath, "recursive": self.recursive,
                 "poke_interval": self.poke_interval})

    def server_trigger(self) -> dict:
        return {"kind": "file", "pattern": os.path.abspath(self.filepath),
                "recursive": self.recursive, "poll_ms": round(self.poke_interval * 1000)}

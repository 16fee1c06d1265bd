# SPDX-License-Identifier: Apache-2.0
"""FileSensor: waits for a file, or for a folder that holds one."""

from __future__ import annotations

import glob
import os
from typing import Any, Sequence

from aiflow.sensors.base import BaseSensorOperator
from aiflow.triggers.file import FileTrigger


class FileSensor(BaseSensorOperator):
    """Done when filepath (a path or a glob pattern) is a file, or a folder with a file below it.

    recursive: ** in the pattern goes through folders. Relative paths are the worker's. deferrable:
    waits without holding a worker slot, for a file on the server's machine.
    """

    template_fields: Sequence[str] = ("filepath",)

    def __init__(self, *, filepath: str, fs_conn_id: str | None = None, recursive: bool = False,
                 deferrable: bool = False, **kwargs):
        super().__init__(**kwargs)
        del fs_conn_id  # Airflow's base path; paths are plain here
        self.filepath = filepath
        self.recursive = recursive
        self.deferrable = deferrable

    def execute(self, context: dict) -> Any:
        if not self.deferrable:
            return super().execute(context)
        if not self._poke_once(context):
            self.defer_to(FileTrigger(self.filepath, self.recursive, self.poke_interval), context)
        return None

    def execute_complete(self, context: dict, event: bool | None = None) -> None:
        del context, event
        print(f"found {self.filepath}", flush=True)

    def poke(self, context: dict) -> bool:
        del context
        for path in glob.iglob(os.fspath(self.filepath), recursive=self.recursive):
            if os.path.isfile(path):
                print(f"found {path}", flush=True)
                return True
            if any(files for _, _, files in os.walk(path)):
                print(f"found files in {path}", flush=True)
                return True
        return False

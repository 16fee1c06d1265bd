# SPDX-License-Identifier: Apache-2.0
"""FileSensor: waits for a file, or for a folder that holds one."""

from __future__ import annotations

import glob
import os
from typing import Sequence

from aiflow.sensors.base import BaseSensorOperator


class FileSensor(BaseSensorOperator):
    """Done when filepath (a path or a glob pattern) is a file, or a folder with a file below it.

    recursive: ** in the pattern goes through folders. Relative paths are the worker's.
    """

    template_fields: Sequence[str] = ("filepath",)

    def __init__(self, *, filepath: str, fs_conn_id: str | None = None, recursive: bool = False,
                 **kwargs):
        super().__init__(**kwargs)
        del fs_conn_id  # Airflow's base path; paths are plain here
        self.filepath = filepath
        self.recursive = recursive

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

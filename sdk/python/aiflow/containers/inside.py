# SPDX-License-Identifier: Apache-2.0
"""A Python task's process in a container: its frames go over a socket that is mounted there."""

from __future__ import annotations

import os
import socket

from aiflow import run_task


def main() -> int:
    """Runs the attempt; -> exit code."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(os.environ["AIFLOW_TASK_SOCKET"])
        return run_task.main(sock)

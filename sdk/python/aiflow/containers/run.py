# SPDX-License-Identifier: Apache-2.0
"""Runs a container from a task's own process, by way of the worker's aiflow-docker."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from typing import Callable

from aiflow import protocol
from aiflow.exceptions import AirflowException, AirflowSkipException, CommandFailed


class ContainerProcess:
    """A container that runs; its output comes in lines."""

    def __init__(self, spec: dict):
        program = os.environ.get("AIFLOW_DOCKER_PROGRAM")
        if not program:
            raise AirflowException("this worker has no Docker (aiflow worker --docker)")
        self._result, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [program, "run", "--result-fd", str(theirs.fileno())], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[theirs.fileno()])
        assert self._process.stdin is not None
        with self._process.stdin as pipe:  # not in argv: it holds secrets
            pipe.write(json.dumps(spec).encode())
        self._errors = threading.Thread(target=self._pass_errors, daemon=True)
        self._errors.start()

    def _pass_errors(self) -> None:
        assert self._process.stderr is not None
        for raw in self._process.stderr:
            print(_text(raw), file=sys.stderr, flush=True)

    def pass_output(self, on_line: Callable[[str], None]) -> None:
        """Prints its standard output as it comes, to its end, and hands each line on."""
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = _text(raw)
            print(line, flush=True)
            on_line(line)

    def finish(self) -> None:
        """Waits for the end. Raises AirflowSkipException or CommandFailed, with the cause."""
        code = self._process.wait()
        self._errors.join()
        with self._result:
            try:
                done = protocol.recv(self._result)
            except (protocol.ConnectionLost, ValueError):
                raise CommandFailed("aiflow-docker ended without saying how the container went",
                                    code) from None
        if done["outcome"] == "skipped":
            raise AirflowSkipException(done["cause"])
        if done["outcome"] != "success":
            raise CommandFailed(done["cause"], code)

    def stop(self) -> None:
        """Has the container stopped; the rest of its output comes before its end."""
        if self._process.poll() is None:
            self._process.terminate()


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace").rstrip("\n")

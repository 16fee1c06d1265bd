# SPDX-License-Identifier: Apache-2.0
"""A server of the release build in a directory of its own, for benchmarks and end-to-end tests."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("AIFLOW_BIN", ROOT / "build/release/bin"))


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the server's Unix socket."""

    def __init__(self, path: Path, timeout: float = 60):
        super().__init__("localhost", timeout=timeout)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class ApiError(Exception):
    """An answer with an error status."""

    def __init__(self, status: int, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Server:
    """`aiflow serve` with its worker. Use as a context manager: everything ends with it."""

    def __init__(self, home: Path | None = None, *, slots: int | None = None,
                 max_map_length: int | None = None, port: str = "0",
                 extra: tuple[str, ...] = (), keep: bool = False):
        self.home = Path(home or tempfile.mkdtemp(prefix="aiflow-"))
        self.dags = self.home / "dags"
        self.dags.mkdir(parents=True, exist_ok=True)
        self._keep = keep
        self._slots = ("--slots", str(slots)) if slots else ()
        if max_map_length:
            self._slots += ("--max-map-length", str(max_map_length))
        self._port, self._extra = port, extra
        self.process: subprocess.Popen | None = None
        self.output = self.home / "serve.out"

    def start(self, ready: bool = True) -> Server:
        with open(self.output, "ab") as out:
            self.process = subprocess.Popen(
                [BIN / "aiflow", "serve", "--home", self.home, "--port", self._port, *self._slots,
                 *self._extra], stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, timeout: float = 30) -> None:
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.get("/api/v2/monitor/health")
                if self.worker_pids():
                    return
            except (OSError, http.client.HTTPException, ApiError):
                if self.process is not None and self.process.poll() is not None:
                    raise RuntimeError("the server ended: " + self.output.read_text()) from None
            if time.monotonic() > deadline:
                raise TimeoutError("the server is not ready: " + self.output.read_text())
            time.sleep(0.02)

    def call(self, method: str, path: str, body=None, headers=None):
        connection = UnixConnection(self.home / "run/api.sock")
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data,
                               {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        value = json.loads(text) if text else None
        if answer.status >= 300:
            raise ApiError(answer.status, value)
        return value

    def get(self, path: str):
        return self.call("GET", path)

    def http_port(self) -> int:
        """Of the TCP listener, as the server says at its start."""
        return int(re.search(r"http://127\.0\.0\.1:(\d+)", self.output.read_text())[1])

    def add_dag(self, name: str, source: str, first: str | None = None) -> None:
        """Writes a DAG file and waits until the server has read it: its DAG `first`, or `name`."""
        path = self.dags / f"{name}.py"
        path.write_text(source)
        self.wait_for(lambda: self.get(f"/api/v2/dags/{first or name}"), f"dag {first or name}")

    def wait_for(self, check, what: str, timeout: float = 60, every: float = 0.02):
        deadline = time.monotonic() + timeout
        while True:
            try:
                value = check()
                if value:
                    return value
            except ApiError as error:
                if error.status != 404:
                    raise
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not come within {timeout} s: {self.output.read_text()[-2000:]}")
            time.sleep(every)

    def trigger(self, dag: str, **body) -> str:
        return self.call("POST", f"/api/v2/dags/{dag}/dagRuns", body)["dag_run_id"]

    def wait_run(self, dag: str, run: str, timeout: float = 120, every: float = 0.02) -> dict:
        def ended():
            found = self.get(f"/api/v2/dags/{dag}/dagRuns/{run}")
            return found if found["state"] in ("success", "failed") else None

        return self.wait_for(ended, f"the end of {dag}/{run}", timeout, every)

    def tasks(self, dag: str, run: str) -> dict[str, dict]:
        items = self.get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances?limit=1000")["items"]
        return {item["task_id"]: item for item in items}

    def worker_pid(self) -> int:
        return self.worker_pids()[0]

    def worker_pids(self) -> list[int]:
        """Of worker processes; a cluster, which takes tasks too, is none."""
        return [int(w["pid"]) for w in self.get("/api/v2/workers")["items"] if int(w["pid"]) > 0]

    def stop_server(self, how: int = signal.SIGTERM) -> int:
        """Ends the server only; the worker and its tasks go on."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30)

    def stop(self) -> None:
        pids = []
        try:
            pids = self.worker_pids()
        except (OSError, http.client.HTTPException, ApiError):
            pass
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in pids:
            for _ in range(2):  # the second SIGTERM ends running tasks
                try:
                    os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    break
        if not self._keep:
            shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_exc) -> None:
        self.stop()

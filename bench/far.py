# SPDX-License-Identifier: Apache-2.0
"""Workers elsewhere, for end-to-end tests: they reach the server over TCP alone, have a home of their
own, and a wire between that can be cut or go silent."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

from server import BIN, ApiError, Server


def free_port() -> str:
    """A port that a server can come back to after a restart."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return str(found.getsockname()[1])


class Wire:
    """A TCP proxy. state: "on" carries bytes, "silent" takes and gives nothing (a partition),
    "off" refuses connections and ends those that are open."""

    def __init__(self, port: int, own_port: int = 0):
        self.target = port
        self.state = "on"
        self._stop = False
        self._listener = socket.create_server(("127.0.0.1", own_port))
        self.port = self._listener.getsockname()[1]
        self.carried = 0  # to the server
        self.given = 0  # from it
        self.cut_after: int | None = None  # bytes to the server
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while not self._stop:
            ready, _, _ = select.select([self._listener], [], [], 0.05)
            if not ready or self.state == "silent":
                continue
            client, _ = self._listener.accept()
            if self.state == "off":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, contextlib.suppress(OSError):
            while not self._stop and self.state != "off":
                if self.state == "silent":
                    time.sleep(0.02)
                    continue
                ready, _, _ = select.select([client, server], [], [], 0.05)
                for one in ready:
                    data = one.recv(65536)
                    if not data:
                        return
                    (server if one is client else client).sendall(data)
                    if one is server:
                        self.given += len(data)
                    if one is client:
                        self.carried += len(data)
                        if self.cut_after is not None and self.carried >= self.cut_after:
                            self.cut_after = None
                            return

    def close(self) -> None:
        self._stop = True
        self._accepting.join()
        self._listener.close()


class FarServer(Server):
    """A server without a worker of its own."""

    def __init__(self, home: Path, **options):
        extra = ("--no-worker", *options.pop("extra", ()))
        super().__init__(home, extra=extra, keep=True, **options)

    def start(self, ready: bool = True) -> FarServer:
        super().start(ready=False)
        deadline = time.monotonic() + 30
        while ready:
            try:
                self.get("/api/v2/monitor/health")
                # Written a moment after the first answer.
                if json.loads((self.home / "run/server.json").read_text())["pid"] == self.process.pid:
                    break
            except (OSError, http.client.HTTPException, ApiError):
                assert self.process.poll() is None, self.output.read_text()
                assert time.monotonic() < deadline, self.output.read_text()
                time.sleep(0.02)
        return self

    @property
    def port(self) -> int:
        return int(json.loads((self.home / "run/server.json").read_text())["url"].rsplit(":", 1)[1])

    def join_token(self, **options) -> str:
        return self.call("POST", "/api/v2/workers/joinTokens", options)["token"]


class FarWorker:
    def __init__(self, server: Server, home: Path, *, url: str, name: str = "far",
                 token: str | None = None, slots: int = 4, environment: dict[str, str] | None = None,
                 extra: tuple[str, ...] = ()):
        self.server, self.home, self.name = server, home, name
        # Nothing of the server's leads there: another folder, no variables of AIflow.
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith("AIFLOW_")} | (environment or {})
        home.mkdir(parents=True, exist_ok=True)
        token_file = home / "join.token"
        token_file.write_text((token if token is not None else server.join_token()) + "\n")
        self.words = [BIN / "aiflow", "worker", "--home", home, "--server", url, "--id", name,
                      "--slots", str(slots), "--token-file", token_file, *extra]
        self.output = home / "worker.out"
        self.process: subprocess.Popen | None = None

    def start(self) -> FarWorker:
        with open(self.output, "ab") as out:
            self.process = subprocess.Popen(self.words, stdout=out, stderr=subprocess.STDOUT,
                                            start_new_session=True, cwd="/", env=self.environment)
        return self

    def state(self) -> str:
        for one in self.server.get("/api/v2/workers")["items"]:
            if one["worker_id"] == self.name:
                return one["state"]
        return ""

    def wait(self, state: str = "connected", timeout: float = 30) -> FarWorker:
        deadline = time.monotonic() + timeout
        while self.state() != state:
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.02)
        return self

    def text(self) -> str:
        return self.output.read_text()

    def stop(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            for _ in range(2):  # the second SIGTERM ends running tasks
                self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

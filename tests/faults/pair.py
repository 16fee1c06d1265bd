# SPDX-License-Identifier: Apache-2.0
"""A server and a worker on one data directory, each a child of the test, so that it sees how they
end; and a client that asks until it has an answer."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

from failpoints import Armed
from server import BIN, ApiError, UnixConnection

SLOTS = 4
SANITIZER_WORDS = ("AddressSanitizer", "runtime error:", "LeakSanitizer", "assertion failed")


class Pair:
    def __init__(self, home: Path):
        self.home = home
        self.dags = home / "dags"
        self.dags.mkdir(parents=True)
        self.armed = Armed(home / "failpoints")
        self.programs: dict[str, subprocess.Popen] = {}
        self.kills = {"server": 0, "worker": 0}

    def command(self, name: str) -> list:
        if name == "server":
            return [BIN / "aiflow", "serve", "--home", self.home, "--port", "0", "--no-worker"]
        return [BIN / "aiflow", "worker", "--home", self.home, "--slots", str(SLOTS), "--id", "w"]

    def start(self, name: str) -> None:
        env = {**os.environ, "AIFLOW_FAILPOINTS": str(self.armed.folder)}
        with open(self.home / f"{name}.out", "ab") as out:
            self.programs[name] = subprocess.Popen(
                self.command(name), stdout=out, stderr=subprocess.STDOUT, env=env,
                start_new_session=True)

    def keep_up(self) -> None:
        """Starts again what was killed; any other end is a bug."""
        for name, process in list(self.programs.items()):
            code = process.poll()
            if code is None:
                continue
            assert code == -signal.SIGKILL, f"the {name} ended with {code}: {self.output(name)}"
            self.kills[name] += 1
            self.start(name)

    def kill(self, name: str) -> None:
        self.programs[name].kill()
        self.programs[name].wait(10)

    def stop(self, name: str) -> None:
        """By SIGTERM, then starts it again. A killed one (a failpoint on its way) counts as such."""
        self.programs[name].send_signal(signal.SIGTERM)
        if name == "worker":  # twice: it ends its tasks instead of waiting for them
            time.sleep(0.05)
            self.programs[name].send_signal(signal.SIGTERM)
        code = self.programs[name].wait(30)
        # The second SIGTERM may come when the worker no longer listens for it.
        expected = (0, -signal.SIGKILL, -signal.SIGTERM)
        assert code in expected, f"the {name} ended with {code}: {self.output(name)}"
        self.kills[name] += code == -signal.SIGKILL
        self.start(name)

    def output(self, name: str) -> str:
        return (self.home / f"{name}.out").read_text(errors="replace")[-4000:]

    def ask(self, method: str, path: str, body=None):
        """One question under one idempotency key, until there is an answer, over any kills."""
        key = {"Idempotency-Key": str(uuid.uuid4())} if method != "GET" else {}
        deadline = time.monotonic() + 60
        while True:
            self.keep_up()
            try:
                return self.ask_once(method, path, body, key)
            except (OSError, http.client.HTTPException):
                pass
            except ApiError as error:
                if error.status != 503:
                    raise
            assert time.monotonic() < deadline, f"no answer to {method} {path}: {self.output('server')}"
            time.sleep(0.02)

    def ask_once(self, method: str, path: str, body, headers):
        connection = UnixConnection(self.home / "run/api.sock", timeout=10)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        value = json.loads(text) if text else None
        if answer.status >= 300:
            raise ApiError(answer.status, value)
        return value

    def wait_for(self, check, what: str, timeout: float = 60):
        deadline = time.monotonic() + timeout
        while True:
            self.keep_up()
            try:
                value = check()
                if value:
                    return value
            except ApiError as error:
                if error.status != 404:
                    raise
            assert time.monotonic() < deadline, f"{what} did not come: {self.output('server')}"
            time.sleep(0.02)

    def run_state(self, dag: str, run: str) -> str:
        return self.ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")["state"]

    def tasks(self, dag: str, run: str) -> dict[str, dict]:
        items = self.ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances?limit=1000")["items"]
        return {item["task_id"]: item for item in items}

    def __enter__(self) -> Pair:
        self.start("server")
        self.start("worker")
        self.wait_for(lambda: self.ask("GET", "/api/v2/workers")["total_entries"], "the worker")
        return self

    def __exit__(self, *_exc) -> None:
        self.armed.disarm()
        for process in self.programs.values():
            process.send_signal(signal.SIGCONT)
            for _ in range(2):
                process.send_signal(signal.SIGTERM)
                time.sleep(0.05)
        for process in self.programs.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def trouble(self) -> list[str]:
        """What a sanitizer or an assertion has said."""
        lines = [line for name in self.programs
                 for line in (self.home / f"{name}.out").read_text(errors="replace").splitlines()]
        return [line for line in lines if any(word in line for word in SANITIZER_WORDS)]

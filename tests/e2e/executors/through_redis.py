# SPDX-License-Identifier: Apache-2.0
"""A server and workers that meet in a Redis of their own, for end-to-end tests and benchmarks."""

from __future__ import annotations

from pathlib import Path

from far import FarServer, FarWorker, free_port
from product import load_tool
from server import BIN

with_redis = load_tool("with_redis")


class RedisWorker(FarWorker):
    """`aiflow worker --broker`."""

    def __init__(self, party: Party, name: str, slots: int, extra: tuple[str, ...] = (),
                 with_server: bool = True):
        super().__init__(party.server, party.folder / name, url="", name=name, token="")
        self.words = [BIN / "aiflow", "worker", "--home", self.home, "--broker", party.redis.url,
                      *party.login, "--id", name, "--slots", str(slots), *extra]
        if with_server:
            self.words += ["--server", f"{party.scheme}://127.0.0.1:{party.server.port}"]

    def kill(self) -> None:
        """Its tasks die with it."""
        self.process.kill()
        self.process.wait()


class Party:
    """A Redis, a server without workers of its own, and workers. password: of Redis; tls: the server
    speaks HTTPS with a certificate of its own."""

    def __init__(self, folder: Path, password: str = "", keeps: bool = False, tls: bool = False):
        self.folder = Path(folder)
        (self.folder / "redis").mkdir(parents=True)
        self.password, self.login = password, ()
        more: tuple[str, ...] = ()
        if password:
            config = self.folder / "redis/password"
            config.write_text(password + "\n")
            self.login = ("--broker-password-file", str(config))
            more = ("--requirepass", password)
        self.redis = with_redis.Redis(self.folder / "redis", keeps, more)
        self.redis.start(password)
        self.scheme = "https" if tls else "http"
        secure = ("--tls", "self") if tls else ()
        self.server = FarServer(self.folder / "home", port=free_port(),
                                extra=("--broker", self.redis.url, *self.login, *secure)).start()
        self.workers: list[RedisWorker] = []

    def add_worker(self, name: str, slots: int = 4, extra: tuple[str, ...] = (),
                   with_server: bool = True) -> RedisWorker:
        worker = RedisWorker(self, name, slots, extra, with_server).start().wait()
        self.workers.append(worker)
        return worker

    def ask(self, *words: str) -> str:
        return self.redis.cli(*words, password=self.password)

    def health(self) -> str:
        """The reason that the server gives for Redis; "" when all is well."""
        parts = self.server.get("/api/v2/monitor/health")["components"]
        return next(part["reason"] for part in parts if part["name"] == "redis")

    def wait_health(self, words: str) -> None:
        self.server.wait_for(lambda: words in self.health() if words else not self.health(),
                             f"health to say '{words}'")

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()
        self.server.stop()
        self.redis.stop()

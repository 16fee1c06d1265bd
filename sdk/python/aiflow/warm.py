# SPDX-License-Identifier: Apache-2.0
"""DAG files kept imported, each in a process of its own that forks the tasks of that file.

The import is most of what a small Python task costs, and seconds where a file imports a framework.
A file is imported ahead when two of its tasks were asked for within ASKED_AGAIN_S, and for AGE_S at
most, since what it computes at import (a date, a list of files) has to stay as fresh as its user
expects. It is given up at once when it or a module beside it has changed. Not kept is a file whose
import fails, starts threads or leaves files open: neither is the same after a fork. Tasks then
import it themselves, as they do whenever no imported process is ready.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import signal
import socket
import struct
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiflow import protocol, run_task

if TYPE_CHECKING:
    import selectors

    from aiflow.zygote import ForkServer

FILES_MAX = 4
ASKED_AGAIN_S = 30.0
AGE_S = 60.0
IMPORT_S = 60.0
TICK_S = 5.0
#: modules of these folders are not looked at for changes
_INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def stamp(path: str) -> list[int]:
    """What changes with a file's content: inode, size and time; [] when it cannot be looked at."""
    try:
        found = os.stat(path)
    except OSError:
        return []
    return [found.st_ino, found.st_size, found.st_mtime_ns]


@dataclass
class _Warm:
    pid: int
    sock: socket.socket
    stamp: list[int]  #: of the DAG file before its import
    since: float = field(default_factory=time.monotonic)
    #: path -> stamp of what was imported; None while the import runs
    sources: dict[str, list[int]] | None = None
    #: handed over, not forked yet
    waiting: dict[int, tuple[dict, list[int]]] = field(default_factory=dict)
    children: set[int] = field(default_factory=set)
    retired: bool = False

    def fresh(self) -> bool:
        assert self.sources is not None
        return (time.monotonic() - self.since < AGE_S
                and all(stamp(path) == before for path, before in self.sources.items()))

    def too_slow(self) -> bool:
        return self.sources is None and time.monotonic() - self.since > IMPORT_S


class WarmFiles:
    """The zygote's side. `up` forks tasks itself and speaks with the worker; `fork_warm(file)`
    makes a process that calls serve_file."""

    def __init__(self, selector: selectors.BaseSelector, up: ForkServer,
                 fork_warm: Callable[[str], tuple[int, socket.socket]]):
        self._selector, self._up, self._fork_warm = selector, up, fork_warm
        self._files: dict[str, _Warm] = {}
        self._asked: dict[str, float] = {}
        self._cold: dict[str, list[int]] = {}
        self._children: dict[int, _Warm] = {}

    def children(self) -> set[int]:
        """Pids of the tasks that these processes have forked."""
        return set(self._children)

    def take(self, request: dict, fds: list[int]) -> bool:
        """Hands a request over when its file is imported; else the caller forks."""
        path = request.get("dag_file") or ""
        warm = self._files.get(path)
        if warm is not None and warm.sources is not None and not warm.fresh():
            self._retire(path)
            warm = None
        if warm is None:
            self._consider(path)
            return False
        if warm.sources is None:
            return False
        warm.waiting[request["request_id"]] = (request, fds)
        try:
            _send_with_fds(warm.sock, request, fds)
        except OSError:
            self._lost(path, warm)  # forks what waited for it
        return True

    def wait_s(self) -> float | None:
        return TICK_S if self._files else None

    def tick(self) -> None:
        """Gives up what is old, and imports that do not end."""
        for path, warm in list(self._files.items()):
            if warm.too_slow():
                self._stay_cold(path, warm, f"its import takes over {IMPORT_S:g} s")
                os.kill(warm.pid, signal.SIGKILL)
            elif warm.sources is not None and time.monotonic() - warm.since >= AGE_S:
                self._retire(path)

    def _consider(self, path: str) -> None:
        now, before = time.monotonic(), self._asked.get(path)
        self._asked = {p: at for p, at in self._asked.items() if now - at < ASKED_AGAIN_S}
        self._asked[path] = now
        if not path or before is None or now - before >= ASKED_AGAIN_S:
            return
        current = stamp(path)
        if not current or self._cold.get(path) == current:
            return
        if len(self._files) >= FILES_MAX:
            self._retire(min(self._files, key=lambda p: self._files[p].since))
        pid, sock = self._fork_warm(path)
        warm = self._files[path] = _Warm(pid, sock, current)
        self._selector.register(sock, 1, lambda: self._hear(path, warm))

    def _hear(self, path: str, warm: _Warm) -> None:
        try:
            frame = protocol.recv(warm.sock)
        except (protocol.ConnectionLost, OSError, ValueError):
            self._lost(path, warm)
            return
        kind = frame.pop("type")
        if kind == "Imported":
            warm.sources = {path: warm.stamp, **frame["sources"]}
        elif kind == "NotKept":
            self._stay_cold(path, warm, frame["reason"])
        elif kind == "ZygoteForked":
            for fd in warm.waiting.pop(frame["request_id"])[1]:
                os.close(fd)
            warm.children.add(frame["pid"])
            self._children[frame["pid"]] = warm
            self._up.tell(kind, **frame)
        elif kind == "ZygoteExited":
            warm.children.discard(frame["pid"])
            self._children.pop(frame["pid"], None)
            self._up.tell(kind, **frame)
            self._close_if_done(warm)

    def _stay_cold(self, path: str, warm: _Warm, reason: str) -> None:
        self._cold[path] = warm.stamp
        print(f"{path} is imported by each task anew: {reason}", file=sys.stderr, flush=True)
        self._retire(path)

    def _retire(self, path: str) -> None:
        """No more requests for it; it ends with its last task."""
        warm = self._files.pop(path)
        warm.retired = True
        self._close_if_done(warm)

    def _close_if_done(self, warm: _Warm) -> None:
        if warm.retired and not warm.waiting and not warm.children and warm.sock.fileno() >= 0:
            self._selector.unregister(warm.sock)
            warm.sock.close()

    def _lost(self, path: str, warm: _Warm) -> None:
        if self._files.get(path) is warm:
            del self._files[path]
        if warm.sock.fileno() < 0:
            return
        self._selector.unregister(warm.sock)
        warm.sock.close()
        for request, fds in warm.waiting.values():
            self._up.fork(request, fds)
        for pid in warm.children:
            self._children.pop(pid, None)
            self._up.tell("ZygoteOrphaned", pid=pid)


def serve_file(server: ForkServer, path: str) -> bool:
    """In the process for the file: imports it, tells the zygote; False when it is not kept."""
    fds_before, modules_before = _open_files(), set(sys.modules)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), \
            contextlib.redirect_stderr(nowhere):
        reason = _keep(path)
    if not reason and len(os.listdir("/proc/self/task")) > 1:
        reason = "it starts threads"
    if not reason and _open_files() - fds_before:
        reason = "it leaves files open"
    if reason:
        server.tell("NotKept", reason=reason)
        return False
    server.tell("Imported", sources=_sources(modules_before))
    return True


def _keep(path: str) -> str:
    """Imports the file for later load_dag calls; -> why that failed."""
    try:
        run_task.keep_file(path)
    except BaseException as error:  # the task that imports it itself shows it in full
        return f"{type(error).__name__} at its import"
    return ""


def _open_files() -> set[str]:
    return {name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")}


def _sources(modules_before: set[str]) -> dict[str, Any]:
    """Files of the modules that came with it, without those of installed packages."""
    found = {}
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if name not in modules_before and path and not path.startswith(_INSTALLED):
            found[path] = stamp(path)
    return found


def _send_with_fds(sock: socket.socket, request: dict, fds: list[int]) -> None:
    body = json.dumps(request).encode()
    data = struct.pack(">I", len(body)) + body
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
    sent = sock.sendmsg([data], rights)
    sock.sendall(data[sent:])

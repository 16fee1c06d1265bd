# SPDX-License-Identifier: Apache-2.0
"""A preloaded interpreter that forks task processes: 5 ms instead of a start from cold.

Run by the worker as `python3 -m aiflow.zygote`, with its end of a Unix socketpair as fd 3.
worker -> zygote  ZygoteFork{request_id, cwd, env, dag_file} with four fds: stdin, stdout, stderr,
                  task socket
zygote -> worker  ZygoteForked{request_id, pid}, later ZygoteExited{pid, exit_code | signal}; or
                  ZygoteOrphaned{pid}: the task lives, but nobody here can tell how it ends
The child calls setsid (its pid is its process group) and finds the task socket on fd 3. When the
worker goes away, the zygote ends every child's group and itself. Tasks of a DAG file that is asked
for again and again are forked from a process that has imported it already: aiflow.warm.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
import traceback

from aiflow import protocol, run_task
from aiflow.linux import keep_orphans
from aiflow.running import moments
from aiflow.warm import WarmFiles, serve_file

WORKER_FD = 3


def _preload() -> None:
    """Imports what most tasks need, once, before the first fork."""
    import aiflow  # noqa: F401
    import aiflow.decorators  # noqa: F401

    try:
        import jinja2  # noqa: F401  (templates are optional; the SDK itself needs the stdlib only)
    except ImportError:
        pass
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, shared pages


def _new_random_numbers() -> None:
    """Forks of one process would draw the same ones: `random` sees to it by itself."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _run_child(request: dict, fds: list[int]) -> None:
    """In the forked child: becomes a session of its own, takes over the fds, runs the task."""
    os.setsid()
    # Not the worker's: it would have to guess whether the task that they came from still runs, as a
    # daemon in a session of its own that has not called exec shows the zygote's environment.
    keep_orphans()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for target, fd in enumerate(fds):
        os.dup2(fd, target, inheritable=target < 3)
    os.closerange(4, max(max(fds) + 1, 256))
    os.environ.clear()
    os.environ.update(request.get("env") or {})
    os.chdir(request.get("cwd") or "/")
    _new_random_numbers()
    code = 1
    try:
        code = run_task.main(socket.socket(fileno=3))
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        traceback.print_exc()  # into the attempt's log: the supervisor sees only the exit code
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


class ForkServer:
    """One selector over the socket that requests come from and a self-pipe for SIGCHLD."""

    def __init__(self, up: socket.socket):
        self._up = up
        self._children: set[int] = set()
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Returns when the other side has gone."""
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._selector.register(self._up, selectors.EVENT_READ, self._take_request)
        self._selector.register(wake_read, selectors.EVENT_READ,
                                lambda: (os.read(wake_read, 4096), self._reap()))
        with contextlib.suppress(protocol.ConnectionLost, ConnectionError):
            while True:
                for key, _ in self._selector.select(self._wait_s()):
                    key.data()
                self._tick()

    def _wait_s(self) -> float | None:
        return None

    def _tick(self) -> None:
        pass

    def _take_request(self) -> None:
        request, fds = protocol.recv_with_fds(self._up, 4)
        if request["type"] == "ZygoteFork" and len(fds) == 4:
            self._start(request, fds)
        else:
            for fd in fds:
                os.close(fd)

    def _start(self, request: dict, fds: list[int]) -> None:
        self.fork(request, fds)

    def fork(self, request: dict, fds: list[int]) -> None:
        """Forks the task from this process, and closes the fds here."""
        pid = os.fork()
        if pid == 0:
            # Move the fds out of the way of 0..3 first, so that no dup2 below overwrites one.
            safe = [os.dup(fd) if fd > 3 else _dup_above(fd, 16) for fd in fds]
            _run_child(request, safe)
        for fd in fds:
            os.close(fd)
        self._children.add(pid)
        self.tell("ZygoteForked", request_id=request["request_id"], pid=pid)

    def tell(self, kind: str, **fields) -> None:
        """Sends a frame up."""
        protocol.send(self._up, kind, **fields)

    def _reap(self) -> None:
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid not in self._children:
                continue  # a process of aiflow.warm: its socket has told
            self._children.discard(pid)
            how = ({"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status)
                   else {"exit_code": os.WEXITSTATUS(status)})
            self.tell("ZygoteExited", pid=pid, **how, user_us=round(used.ru_utime * 1e6),
                      system_us=round(used.ru_stime * 1e6), resident_kib=used.ru_maxrss)


class Zygote(ForkServer):
    """The worker's: forks tasks itself, or has a process fork them that has their file imported."""

    def __init__(self, worker: socket.socket):
        super().__init__(worker)
        self._warm = WarmFiles(self._selector, self, self._fork_warm)

    def run(self) -> None:
        try:
            super().run()
        finally:
            for pid in self._children | self._warm.children():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            for pid in self._children:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _start(self, request: dict, fds: list[int]) -> None:
        if not self._warm.take(request, fds):
            self.fork(request, fds)

    def _wait_s(self) -> float | None:
        return self._warm.wait_s()

    def _tick(self) -> None:
        self._warm.tick()

    def _fork_warm(self, dag_file: str) -> tuple[int, socket.socket]:
        """A process that imports the file and then forks its tasks; -> its pid, our end."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid != 0:
            theirs.close()
            return pid, ours
        try:
            os.dup2(theirs.fileno(), WORKER_FD)
            os.closerange(WORKER_FD + 1, 1024)
            signal.set_wakeup_fd(-1)
            server = ForkServer(socket.socket(fileno=WORKER_FD))
            if serve_file(server, dag_file):
                gc.collect()
                gc.freeze()
                server.run()
        finally:
            os._exit(0)  # its tasks, if any, go on: the zygote or the worker ends them
        raise AssertionError


def _dup_above(fd: int, lowest: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, lowest)


def main() -> None:
    """Entry point of `python3 -m aiflow.zygote`."""
    worker = socket.socket(fileno=WORKER_FD)
    moments.pendulum()  # loaded once for all tasks
    worker.set_inheritable(False)
    _preload()
    Zygote(worker).run()


if __name__ == "__main__":
    main()

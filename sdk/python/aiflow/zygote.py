# SPDX-License-Identifier: Apache-2.0
"""A preloaded interpreter that forks task processes: 5 ms instead of a start from cold.

Run by the worker as `python3 -m aiflow.zygote`, with its end of a Unix socketpair as fd 3.
worker -> zygote  ZygoteFork{request_id, cwd, env} with four fds: stdin, stdout, stderr, task socket
zygote -> worker  ZygoteForked{request_id, pid}, later ZygoteExited{pid, exit_code | signal}
The child calls setsid (its pid is its process group) and finds the task socket on fd 3. When the
worker goes away, the zygote ends every child's group and itself.
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

WORKER_FD = 3
PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>


def _find_prctl():
    """libc's prctl; None where this interpreter was built without ctypes."""
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return None
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return prctl


_prctl = _find_prctl()


def _keep_orphans() -> None:
    """Makes what is orphaned below this task its own child, not the worker's, which would have to
    guess whether the task that it came from still runs: a daemon in a session of its own that has
    not called exec shows the zygote's environment."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


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


def _run_child(request: dict, fds: list[int]) -> None:
    """In the forked child: becomes a session of its own, takes over the fds, runs the task."""
    os.setsid()
    _keep_orphans()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for target, fd in enumerate(fds):
        os.dup2(fd, target, inheritable=target < 3)
    os.closerange(4, max(max(fds) + 1, 256))
    os.environ.clear()
    os.environ.update(request.get("env") or {})
    os.chdir(request.get("cwd") or "/")
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


class Zygote:
    """The loop: one selector over the worker's socket and a self-pipe for SIGCHLD."""

    def __init__(self, worker: socket.socket):
        self._worker = worker
        self._children: set[int] = set()

    def run(self) -> None:
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        selector = selectors.DefaultSelector()
        selector.register(self._worker, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._worker:
                        self._fork_one()
                    else:
                        os.read(wake_read, 4096)
                        self._reap()
        except (protocol.ConnectionLost, ConnectionError):
            pass
        finally:
            self._end_children()

    def _fork_one(self) -> None:
        request, fds = protocol.recv_with_fds(self._worker, 4)
        if request["type"] != "ZygoteFork" or len(fds) != 4:
            for fd in fds:
                os.close(fd)
            return
        pid = os.fork()
        if pid == 0:
            # Move the fds out of the way of 0..3 first, so that no dup2 below overwrites one.
            safe = [os.dup(fd) if fd > 3 else _dup_above(fd, 16) for fd in fds]
            _run_child(request, safe)
        for fd in fds:
            os.close(fd)
        self._children.add(pid)
        protocol.send(self._worker, "ZygoteForked", request_id=request["request_id"], pid=pid)

    def _reap(self) -> None:
        while self._children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._children.discard(pid)
            if os.WIFSIGNALED(status):
                protocol.send(self._worker, "ZygoteExited", pid=pid, signal=os.WTERMSIG(status))
            else:
                protocol.send(self._worker, "ZygoteExited", pid=pid,
                              exit_code=os.WEXITSTATUS(status))

    def _end_children(self) -> None:
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        for pid in self._children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _dup_above(fd: int, lowest: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, lowest)


def main() -> None:
    """Entry point of `python3 -m aiflow.zygote`."""
    worker = socket.socket(fileno=WORKER_FD)
    worker.set_inheritable(False)
    _preload()
    Zygote(worker).run()


if __name__ == "__main__":
    main()

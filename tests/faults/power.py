# SPDX-License-Identifier: Apache-2.0
"""What a power loss leaves of a database: all that its process wrote and synced is recorded by strace;
for any moment of it an image is made in which all is there that a sync had ended for, and of what was
written since then any sectors, or none. Directories and memory-mapped files are not looked at: the
files exist before the recording, and SQLite makes its -shm file anew."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512  # bytes that a disk writes whole or not at all
FILES = ("aiflow.db", "aiflow.db-wal")
LINE = re.compile(r"(\d+) +(\d+\.\d+) (.*)")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
CALL = re.compile(r"(\w+)\((?:\d+<([^>]*)>|\"([^\"]*)\").*\) += (-?\d+)")
WRITE = re.compile(r'>, "([^"]*)", (\d+), (\d+)\) +=')
TRUNCATE = re.compile(r">, (\d+)\) +=")
SEEN_CALLS = "pwrite64,pwritev,write,writev,ftruncate,fallocate,fdatasync,fsync,unlink,rename"


@dataclass
class Call:
    """One that has succeeded."""

    ended: float  # seconds since 1970; for one that was not interrupted, when it began
    name: str
    file: str
    data: bytes = b""
    offset: int = 0


def plain(text: str) -> bytes:
    """Of strace -xx, which writes each byte as hexadecimal digits."""
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


def to_call(ended: float, body: str) -> Call | None:
    found = CALL.match(body)
    if not found or int(found[4]) < 0:
        return None
    file = os.path.basename(plain(found[2] or found[3]).decode(errors="replace"))
    if file not in FILES:
        return None
    call = Call(ended, found[1], file)
    if call.name == "pwrite64":
        written = WRITE.search(body)
        call.data, call.offset = plain(written[1]), int(written[3])
        assert len(call.data) == int(found[4]), body[:200]
    elif call.name == "ftruncate":
        call.offset = int(TRUNCATE.search(body)[1])
    else:
        assert call.name in ("fdatasync", "fsync"), f"a call that is not understood: {body[:200]}"
    return call


def parse(text: str) -> list[Call]:
    calls, begun = [], {}
    for line in text.splitlines():
        found = LINE.match(line)
        if not found:
            continue
        thread, at, body = found[1], float(found[2]), found[3]
        if body.endswith("<unfinished ...>"):
            begun[thread] = body.removesuffix("<unfinished ...>").rstrip()
            continue
        if resumed := RESUMED.match(body):
            body = begun.pop(thread, "") + resumed[1]
        if call := to_call(at, body):
            calls.append(call)
    return calls


def wait_for(check, what: str) -> None:
    deadline = time.monotonic() + 10
    while not check():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.01)


class Recording:
    """Of all that a process does to the database of `home` while this is open."""

    def __init__(self, pid: int, home: Path):
        self.pid, self.home = pid, home
        self.output = home / "strace.out"

    def __enter__(self) -> Recording:
        os.kill(self.pid, signal.SIGSTOP)
        wait_for(lambda: all("State:\tT" in status.read_text() for status in
                             Path(f"/proc/{self.pid}/task").glob("*/status")), "the stop")
        self.base = {name: (self.home / name).read_bytes() for name in FILES}
        self.strace = subprocess.Popen(
            ["strace", "-f", "-q", "-y", "-xx", "-ttt", "-s", "1000000", "-o", self.output,
             "-e", f"trace={SEEN_CALLS}", "-p", str(self.pid)])
        wait_for(lambda: all("TracerPid:\t0" not in status.read_text() for status in
                             Path(f"/proc/{self.pid}/task").glob("*/status")), "strace")
        os.kill(self.pid, signal.SIGCONT)
        return self

    def __exit__(self, *_exc) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self.strace.terminate()
        self.strace.wait(10)

    def calls(self) -> list[Call]:
        return parse(self.output.read_text(errors="replace"))


class Disk:
    def __init__(self, base: dict[str, bytes]):
        self.synced = {name: bytearray(content) for name, content in base.items()}
        self.waiting: dict[str, list[Call]] = defaultdict(list)

    def do(self, call: Call) -> None:
        self.waiting[call.file].append(call)
        if call.name not in ("fdatasync", "fsync"):
            return
        for one in self.waiting.pop(call.file):
            apply(self.synced[call.file], one)

    def lose_power(self, rng, kept: float, folder: Path) -> None:
        """Writes to `folder` what is left; of what waits for a sync each sector by this chance."""
        folder.mkdir(parents=True)
        for name, content in self.synced.items():
            left = bytearray(content)
            for call in self.waiting[name]:
                for piece in sectors(call):
                    if rng.random() < kept:
                        apply(left, piece)
            (folder / name).write_bytes(left)


def sectors(call: Call):
    if call.name != "pwrite64":
        yield call
        return
    at = call.offset
    end = call.offset + len(call.data)
    while at < end:
        stop = min(end, (at // SECTOR + 1) * SECTOR)
        yield Call(call.ended, call.name, call.file, call.data[at - call.offset:stop - call.offset], at)
        at = stop


def apply(content: bytearray, call: Call) -> None:
    if call.name == "ftruncate":
        del content[call.offset:]
        content.extend(bytes(call.offset - len(content)))
    elif call.name == "pwrite64":
        content.extend(bytes(max(0, call.offset - len(content))))
        content[call.offset:call.offset + len(call.data)] = call.data

# SPDX-License-Identifier: Apache-2.0
"""A real OpenTelemetry collector's receiver on loopback: tools/collector, built once."""

import functools
import hashlib
import json
import os
import socket
import subprocess
import time
from pathlib import Path

from product import load_tool, not_installed
from server import ROOT

SOURCE = ROOT / "tools/collector"
BUILD_S = 900  # two minutes on two slow cores that do nothing else


@functools.cache
def program() -> Path:
    """Built when no earlier test has built it from these sources. It is kept where tools/kube keeps
    what it builds."""
    kube = load_tool("kube")
    digest = hashlib.sha256(b"".join((SOURCE / name).read_bytes()
                                     for name in ("go.mod", "go.sum", "main.go"))).hexdigest()
    built = kube.program().parent / f"otlp-collector-{digest[:16]}"
    if not built.exists():
        built.parent.mkdir(parents=True, exist_ok=True)
        partial = built.with_suffix(f".{os.getpid()}")
        try:
            subprocess.run(["nice", "-n", "10", str(kube.go()), "build", "-p", "2", "-trimpath",
                            "-buildvcs=false", "-ldflags", "-s -w", "-o", str(partial), "."],
                           cwd=SOURCE, check=True, capture_output=True, text=True, timeout=BUILD_S)
        except (OSError, subprocess.SubprocessError) as error:
            not_installed(f"the collector ({error}: {getattr(error, 'stderr', '') or ''})")
        partial.rename(built)
    return built


class RealCollector:
    """Decodes what it is sent into `file`. It can be stopped, and started again at the same address."""

    def __init__(self, folder: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.url = f"http://{self.address}"
        self.file, self.log = folder / "spans.jsonl", folder / "collector.log"
        self.process = None

    def start(self, file: Path | None = None, **settings):
        """`settings`: of the receiver's `http`. `file`: where to write instead."""
        config = {"protocols": {"http": {"endpoint": self.address, **settings}}}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([program(), json.dumps(config), file or self.file],
                                            stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not self._listens():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(30) == 0, self.log.read_text()
        self.process = None

    def spans(self) -> list[dict]:
        """All spans, as the collector has read them. Each has its resource's attributes."""
        found = []
        for line in self.file.read_text().splitlines() if self.file.exists() else []:
            for resource in json.loads(line)["resourceSpans"]:
                found += [{**span, "resource": resource["resource"]}
                          for scope in resource["scopeSpans"] for span in scope["spans"]]
        return found

    def named(self, name: str) -> list[dict]:
        return [span for span in self.spans() if span["name"] == name]

    def _listens(self) -> bool:
        host, port = self.address.split(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

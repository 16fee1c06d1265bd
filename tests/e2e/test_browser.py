# SPDX-License-Identifier: Apache-2.0
"""`aiflow demo` as a user sees it: in the terminal, and its dashboard in a real browser."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from server import BIN, ROOT

DOWNLOADS = ROOT / "build" / "downloads"
SHOTS = ROOT / "build" / "screenshots"
ARCHIVES = (".tgz", ".whl")
RUN_S = 600
SPEC_S = 1200  # axe looks at every page in two themes

def share_downloads(source: Path, target: Path) -> None:
    """Copies fetched archives that `target` does not have, so that they are fetched once."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir() if source.is_dir() else ():
        if path.suffix in ARCHIVES and not (target / path.name).exists():
            shutil.copy2(path, target / path.name)


def processes_of(home: Path) -> list[str]:
    """Command lines of living processes that name the data directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(home) in line:
            found.append(line)
    return found


def wait_until(check, what: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not check():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


class Demo:
    """`aiflow demo` as a child; what it prints goes to a file."""

    def __init__(self, home: Path, *arguments: str):
        share_downloads(DOWNLOADS, home / "downloads")
        self.home = home
        self.output = home / "demo.out"
        with open(self.output, "wb") as out:
            self.process = subprocess.Popen(
                [BIN / "aiflow", "demo", "--home", home, "--port", "auto", *arguments],
                stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for(self, words: str) -> None:
        def said():
            assert self.process.poll() is None, f"the demo ended too early:\n{self.text()}"
            return words in self.text()
        wait_until(said, f"'{words}' was not printed", RUN_S)

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture
def demo(home):
    home.mkdir(mode=0o700)
    one = Demo(home)
    yield one
    if one.process.poll() is None:
        one.end()


def first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"no {pattern} in:\n{text}"
    return found.group(1)


def count_of(kind: str, text: str) -> int:
    return int(first(rf"(\d+) × {re.escape(kind)}\b", text))


def check_summary(text: str) -> None:
    """The tasks with both branches, the comparison of the variants, and every kind of event."""
    tasks = dict(re.findall(r"^(\w+) +\W*(success|skipped|failed)\b", text, re.MULTILINE))
    branches = {tasks.pop("keep_original", ""), tasks.pop("take_optimised", "")}
    assert branches == {"success", "skipped"}, tasks
    assert {"optimise", "compare", "deploy", "watch", "summary"} <= set(tasks), tasks
    assert set(tasks.values()) == {"success"}, tasks
    for variant in ("fp32", "int8"):
        assert re.search(rf"^{variant}\b.*\d", text, re.MULTILINE), f"{variant} is not compared"
    for kind in ("line_crossing A → B", "line_crossing B → A", "intrusion", "congestion"):
        # Time, time in the video, kind, ..., snapshot, id.
        row = rf"^\d\d:\d\d:\d\dZ +[\d:.]+ +{kind}  .* [0-9a-f]{{8}}  [0-9a-f]{{32}}\b"
        rows = re.findall(row, text, re.MULTILINE)
        assert 1 <= count_of(kind, text) == len(rows), kind


def first_password(home: Path, text: str) -> str:
    """A one-time password of an admin, made where the set-up link is not needed."""
    assert re.search(r"First start: open http://\S+/setup#\S{43} within 24 hours", text)
    made = subprocess.run([BIN / "aiflow", "user", "add", "admin", "--role", "admin", "--json", "--home", home],
                          capture_output=True, text=True, check=True)
    return json.loads(made.stdout)["one_time_password"]


def test_the_demo_and_its_dashboard_in_a_browser(demo):
    assert shutil.which("chromium") and (ROOT / "web" / "node_modules").is_dir(), "run ./dev setup and ./dev web"
    demo.wait_for("The server goes on")
    text = demo.text()
    check_summary(text)
    share_downloads(demo.home / "downloads", DOWNLOADS)

    SHOTS.mkdir(parents=True, exist_ok=True)
    spec = subprocess.run(
        ["npm", "run", "--silent", "e2e"], cwd=ROOT / "web", capture_output=True, text=True,
        timeout=SPEC_S, check=False,
        env={**os.environ, "AIFLOW_E2E_URL": first(r"Dashboard +(http://\S+)", text),
             "AIFLOW_E2E_PASSWORD": first_password(demo.home, text),
             "AIFLOW_E2E_SHOTS": str(SHOTS)})
    assert spec.returncode == 0, spec.stdout[-8000:] + spec.stderr[-2000:]

    assert demo.end() == 0, demo.text()
    wait_until(lambda: not processes_of(demo.home), "a process outlives the demo", 20)


def test_the_demo_once_ends_by_itself(home):
    home.mkdir(mode=0o700, exist_ok=True)
    demo = Demo(home, "--once")
    assert demo.process.wait(RUN_S) == 0, demo.text()
    check_summary(demo.text())
    wait_until(lambda: not processes_of(home), "a process outlives the demo", 20)

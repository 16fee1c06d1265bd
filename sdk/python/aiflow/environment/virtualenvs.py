# SPDX-License-Identifier: Apache-2.0
"""Python environments with requirements, made once and kept by what they were made of.

A folder holds at most ENVIRONMENTS_MAX of them: those that were not used for longest go. Whoever uses
one holds a shared lock on it, whoever makes or removes one the only lock.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Iterator

from aiflow.exceptions import AirflowException

ENVIRONMENTS_MAX = 20
SCHEME = 1
_DONE = "aiflow-environment.json"


@dataclasses.dataclass(frozen=True)
class EnvironmentWanted:
    """What an environment is made of."""

    requirements: list[str]
    python_version: str | None = None
    system_site_packages: bool = True
    install_options: list[str] = dataclasses.field(default_factory=list)
    index_urls: list[str] = dataclasses.field(default_factory=list)

    def key(self) -> str:
        """The same for the same."""
        text = json.dumps([SCHEME, sys.version_info[:3], os.path.realpath(sys.executable),
                           dataclasses.asdict(self)])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextlib.contextmanager
def environment_for(wanted: EnvironmentWanted, folder: str | None = None) -> Iterator[str]:
    """The path of its Python, which stays for the length of the block; made when it is not there.
    Raises AirflowException."""
    root = _root(folder)
    place = os.path.join(root, wanted.key())
    python = os.path.join(place, "bin", "python")
    with _locked(place, fcntl.LOCK_SH) as lock:
        while not _is_done(place):
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_done(place):  # nobody else has made it meanwhile
                _make(wanted, place, python)
            fcntl.flock(lock, fcntl.LOCK_SH)
        os.utime(os.path.join(place, _DONE))
        _remove_old(root, keep=place)
        yield python


def _root(folder: str | None) -> str:
    """A folder of this user's own: what lies in it is run."""
    home = os.path.expanduser("~")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    root = folder or os.path.join(cache, "aiflow", "environments")
    if not folder and not os.access(os.path.dirname(cache), os.W_OK):
        root = os.path.join(tempfile.gettempdir(), f"aiflow-environments-{os.getuid()}")
    try:
        os.makedirs(root, mode=0o700, exist_ok=True)
    except OSError as error:
        raise AirflowException(f"Python environments can't be kept in {root}: {error}") from None
    if os.stat(root).st_uid != os.getuid() and os.getuid() != 0:
        raise AirflowException(f"{root} belongs to another user; name a folder by venv_cache_path")
    return root


@contextlib.contextmanager
def _locked(place: str, how: int) -> Iterator[int]:
    lock = os.open(place + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, how)
        yield lock
    finally:
        os.close(lock)


def _is_done(place: str) -> bool:
    return os.path.exists(os.path.join(place, _DONE))


def _make(wanted: EnvironmentWanted, place: str, python: str) -> None:
    shutil.rmtree(place, ignore_errors=True)  # what was left of an attempt that was broken off
    uv = shutil.which("uv")
    _progress(0, "making a Python environment")
    _run(_environment_command(wanted, place, uv), wanted, "it can't be made")
    if wanted.requirements:
        _progress(1, "installing " + ", ".join(wanted.requirements)[:200])
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as lines:
            lines.write("\n".join(wanted.requirements) + "\n")
            lines.flush()
            install = ([uv, "pip", "install", "--python", python] if uv
                       else [python, "-m", "pip", "install", "--disable-pip-version-check"])
            _run([*install, *wanted.install_options, "-r", lines.name], wanted,
                 "its requirements can't be installed")
    with open(os.path.join(place, _DONE), "w", encoding="utf-8") as file:
        json.dump({"requirements": wanted.requirements, "python": wanted.python_version}, file)
    _progress(2, "the Python environment is ready")


def _environment_command(wanted: EnvironmentWanted, place: str, uv: str | None) -> list[str]:
    site = ["--system-site-packages"] if wanted.system_site_packages else []
    if uv:
        return [uv, "venv", "--python", wanted.python_version or sys.executable, *site, place]
    mine = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found = sys.executable
    if wanted.python_version and wanted.python_version != mine:
        found = shutil.which(f"python{wanted.python_version}") or ""
        if not found:
            raise AirflowException(f"there is no python{wanted.python_version} on this machine; "
                                   "install it, or uv, which fetches it")
    return [found, "-m", "venv", *site, place]


def _progress(done: int, what: str) -> None:
    said = {"done": done, "total": 2, "unit": "steps", "what": what}
    print("::aiflow:progress " + json.dumps(said), flush=True)
    print(what, flush=True)


def _run(argv: list[str], wanted: EnvironmentWanted, problem: str) -> None:
    """Its output is in the log; URLs, which may hold passwords, go by the environment."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("PYTHONPATH", "PYTHONHOME")}
    if wanted.index_urls:
        env["PIP_INDEX_URL"] = env["UV_DEFAULT_INDEX"] = wanted.index_urls[0]
        env["PIP_EXTRA_INDEX_URL"] = env["UV_INDEX"] = " ".join(wanted.index_urls[1:])
    sys.stdout.flush()
    try:
        done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise AirflowException(f"a Python environment: {problem}: {error}") from None
    if done.returncode != 0:
        hint = "" if "pip" in argv else " (venv needs Debian's python3-venv; uv does as well)"
        raise AirflowException(f"a Python environment: {problem}: exit code {done.returncode}; the "
                               f"log says why{hint}")


def _remove_old(root: str, keep: str) -> None:
    """Those that were not used for longest, as far as nobody uses them now. Their locks stay: who
    waits for one has it open."""
    places = [os.path.join(root, name) for name in os.listdir(root)]
    used = {place: os.stat(os.path.join(place, _DONE)).st_mtime for place in places
            if _is_done(place)}
    for place in sorted(used, key=used.__getitem__)[:max(0, len(used) - ENVIRONMENTS_MAX)]:
        if place == keep:
            continue
        with contextlib.suppress(BlockingIOError), _locked(place, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(place, ignore_errors=True)

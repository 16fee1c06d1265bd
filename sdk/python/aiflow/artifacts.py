# SPDX-License-Identifier: Apache-2.0
"""Files and directories that tasks hand on by content, instead of by a path.

    from aiflow import artifacts, task

    @task
    def train():
        ...
        return artifacts.save("out/model.onnx")        # a small reference, the XCom

    @task
    def check(model):
        path = artifacts.fetch(model)                  # a file of this machine, to read

The bytes are moved by the program `aiflow artifact`, so that Bash and Python tasks do the same.
"""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import json
import os
import subprocess
import tempfile
from typing import IO, Any, Iterator

from aiflow.exceptions import AirflowException

MARK = "__artifact__"
PROGRAM = "aiflow"


@dataclasses.dataclass(frozen=True)
class Artifact:
    """A reference: what it is called, and what it holds. As text it is its digest."""

    name: str
    kind: str  # "file" or "dir"
    sha256: str
    size: int  # bytes of all files
    media_type: str = ""

    def __str__(self) -> str:
        return self.sha256

    def to_json(self) -> dict:
        """What travels as an XCom."""
        return {MARK: 1, **dataclasses.asdict(self)}


def revive(value: Any) -> Any:
    """A published value with its references as Artifacts again."""
    if isinstance(value, dict):
        return _of_json(value) if value.get(MARK) == 1 else {k: revive(v) for k, v in value.items()}
    return [revive(item) for item in value] if isinstance(value, list) else value


def _of_json(value: dict) -> Any:
    names = {field.name for field in dataclasses.fields(Artifact)}
    given = {name: item for name, item in value.items() if name in names}
    try:
        return Artifact(**given)
    except TypeError:
        return value  # somebody else's dict


def save(path: str | os.PathLike, name: str | None = None, media_type: str = "") -> Artifact:
    """Saves a file, or a directory with all below it. Others see it when this task has succeeded.

    name: 1 to 63 letters, digits, '.', '_' or '-'; the file's own when left out. Saved again under
    the same name by the same attempt, the last counts. Raises AirflowException: no such file, a
    symbolic link, no space left, not inside of a task.
    """
    words = ["put", os.fspath(path), "--media-type", media_type]
    return _of_json(_call(*words, *(["--name", name] if name else [])))


def fetch(artifact: Artifact | dict | str, to: str | os.PathLike | None = None, *,
          writable: bool = False, **whose: str) -> str:
    """Brings an artifact to this machine and returns its path.

    artifact: a reference, or the name of one of this run's artifacts (dag=, run=, task= name another
    run or the task that saved it). to: the path to make, which must not exist; without it a new one
    that goes when the task has ended. Without writable it must only be read: it may be the store's
    own file. The content is compared with its digest. Raises AirflowException.
    """
    reference = revive(artifact)
    name = reference.name if isinstance(reference, Artifact) else str(reference)
    if to is None:
        # One folder for each, since two of them may have the same name.
        to = os.path.join(tempfile.mkdtemp(prefix="artifact-", dir=_work_dir()), name)
    words = ["get", str(reference), "--to", os.fspath(to)]
    for option, value in whose.items():
        if option not in ("dag", "run", "task"):
            raise TypeError(f"fetch() got an unexpected argument {option!r}")
        words += [f"--{option}", value]
    return _call(*words, *(["--writable"] if writable else []))["path"]


@contextlib.contextmanager
def open(artifact: Artifact | dict | str, mode: str = "r", **settings: Any) -> Iterator[IO]:
    """`with artifacts.open(ref) as file:` reads an artifact that is a file; mode "r" or "rb"."""
    if mode not in ("r", "rt", "rb"):
        raise ValueError(f"an artifact is read, not written: mode {mode!r}")
    with builtins.open(fetch(artifact), mode, **settings) as file:
        yield file


def _work_dir() -> str:
    """The attempt's own folder; it is emptied when the task has ended."""
    return os.environ.get("AIFLOW_WORK_DIR") or os.getcwd()


def _call(*words: str) -> dict:
    """Runs `aiflow artifact ... --json` and returns what it prints."""
    try:
        done = subprocess.run([PROGRAM, "artifact", *words, "--json"], capture_output=True,
                              text=True, check=False)
    except OSError as error:
        raise AirflowException(f"the program '{PROGRAM}' is not there: {error}") from error
    if done.returncode != 0:
        raise AirflowException(done.stderr.strip().split("\n", 1)[0].removeprefix("error: ")
                               or f"{PROGRAM} artifact: exit code {done.returncode}")
    return json.loads(done.stdout.strip().rsplit("\n", 1)[-1])

# SPDX-License-Identifier: Apache-2.0
"""BashOperator. Without templates the worker starts bash itself, and no Python is involved."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from typing import IO, Any, Generator, Iterator, NoReturn, Sequence

from aiflow import artifacts, fingerprint
from aiflow.baseoperator import BaseOperator
from aiflow.environment.log_mask import has_secrets
from aiflow.exceptions import AirflowException, AirflowSkipException, CommandFailed
from aiflow.operators.pod import after_pod, run_in_pod
from aiflow.running.templates import is_template, names_file
from aiflow.running.values import XCOM_BYTES_MAX
from aiflow.xcom_arg import find_xcom_args

READ_BYTES = 64 << 10  # all that a pipe holds, so that nothing is left behind at the end
LINE_BYTES_MAX = 64 << 10
STDERR_END_S = 1.0  # for its last lines; what runs on in the background may hold it open
TOO_LONG = (f"the last line of output is longer than {XCOM_BYTES_MAX} bytes, so it is not kept as "
            "the return value")


class BashOperator(BaseOperator):
    """Runs a command with bash; the last line of its output is the XCom return_value.

    skip_on_exit_code: exit codes (default 99) that end the task as skipped.
    inputs: name -> artifact (a reference, or an upstream's output): fetched before the start, its
    path is in $AIFLOW_INPUT_<NAME>. outputs: name -> path, relative to the working directory: saved
    after success as artifact and XCom of that name; the whole path is in $AIFLOW_OUTPUT_<NAME>.
    """

    template_fields: Sequence[str] = ("bash_command", "env", "cwd", "inputs", "outputs")
    template_ext: Sequence[str] = (".sh", ".bash")
    aiflow_operator = "bash"
    caching = "inputs"

    def __init__(self, *, bash_command: Any, env: dict[str, str] | None = None,
                 append_env: bool = False, output_encoding: str = "utf-8",
                 skip_on_exit_code: int | list[int] | None = 99, cwd: str | None = None,
                 inputs: dict[str, Any] | None = None, outputs: dict[str, str] | None = None,
                 **kwargs):
        super().__init__(**kwargs)
        self.inputs, self.outputs = inputs or {}, outputs or {}
        self.bash_command = bash_command
        self.env = env
        self.append_env = append_env
        self.output_encoding = output_encoding
        codes = [] if skip_on_exit_code is None else skip_on_exit_code
        self.skip_on_exit_code = list(codes) if isinstance(codes, (list, tuple, set)) else [codes]
        self.cwd = cwd
        self._process: subprocess.Popen | None = None
        self._output: _Output | None = None

    def payload(self) -> dict:
        arguments = (self.bash_command, self.env, self.cwd)
        templated = (self.inputs or self.outputs or self.cache or is_template(repr(arguments))
                     or any(find_xcom_args(arguments))
                     or names_file(self.bash_command, self.template_ext)
                     or self.has_callbacks(*self.callbacks) or self.has_hooks()
                     or self.retry_policy is not None)
        if templated:
            return {"templated": True, "do_xcom_push": self.do_xcom_push,
                    "prepares_on_worker": self.place.in_cluster}
        return {"templated": False, "bash_command": self.bash_command, "env": self.env,
                "append_env": self.append_env, "cwd": self.cwd,
                "skip_on_exit_code": self.skip_on_exit_code, "do_xcom_push": self.do_xcom_push}

    def cache_inputs(self, context: dict) -> Any:
        del context
        return ["bash", *(fingerprint.canonical(value) for value in (
            self.bash_command, self.env, self.append_env, self.cwd, self.skip_on_exit_code,
            self.output_encoding, self.inputs, self.outputs))]

    def execute(self, context: dict) -> Any:
        """For templated and mapped commands; others never reach Python. As the worker's own way:
        env, endings and what counts as output are the same."""
        if not isinstance(self.bash_command, str):
            raise AirflowException("bash_command must be text, not "
                                   + type(self.bash_command).__name__)
        if self.place.in_cluster:
            self._run_in_pod()
        env = {**self._environment(), **self._fetched(), **self._promised()}
        # Else bash would write it (set -x) past this process, which masks what it has read.
        stderr = subprocess.PIPE if has_secrets() else None
        self._process = subprocess.Popen(["bash", "-c", self.bash_command], env=env,
                                         cwd=self.cwd or None, stdout=subprocess.PIPE, stderr=stderr,
                                         process_group=0 if context["test_mode"] else None)
        self._output = _Output(self._process)
        errors = threading.Thread(target=_pass_on, daemon=True,
                                  args=(self._process.stderr, self.output_encoding))
        errors.start()
        last = ""
        for raw, is_whole in self._output.lines():
            line = self._log(raw)
            if line.strip() and not line.startswith("::aiflow:"):
                last = line.strip() if is_whole and len(raw) <= XCOM_BYTES_MAX else TOO_LONG
        code = self._process.wait()
        errors.join(STDERR_END_S)
        if code in self.skip_on_exit_code:
            raise AirflowSkipException(f"exit code {code} means skipped")
        if code != 0:
            if code < 0:
                raise CommandFailed(f"killed by signal {-code}")
            raise CommandFailed(f"exit code {code}", code)
        for name, path in self.outputs.items():
            context["ti"].xcom_push(name, self._saved(name, path))
        if last is TOO_LONG:
            print(TOO_LONG, flush=True)
            return None
        return _json_or_text(last) if last else None

    def _run_in_pod(self) -> NoReturn:
        if self.inputs or self.outputs or self.cache:
            raise AirflowException("inputs, outputs and kept results are not available in a cluster")
        told = (self.has_callbacks("success", "failure", "retry", "skipped")
                or self.retry_policy is not None)
        run_in_pod(self, bash_command=self.bash_command, env=self.env, cwd=self.cwd,
                   skip_on_exit_code=self.skip_on_exit_code, do_xcom_push=self.do_xcom_push,
                   ends_on_worker=told)

    def pod_ended(self, context: dict, end: dict, event: Any = None) -> Any:
        """In a cluster: the task's command has ended there."""
        del context, event
        return after_pod(end)

    def _fetched(self) -> dict[str, str]:
        return {f"AIFLOW_INPUT_{_as_variable(name)}": artifacts.fetch(reference)
                for name, reference in self.inputs.items()}

    def _promised(self) -> dict[str, str]:
        return {f"AIFLOW_OUTPUT_{_as_variable(name)}": self._whole(path)
                for name, path in self.outputs.items()}

    def _whole(self, path: str) -> str:
        return os.path.normpath(os.path.join(self.cwd or os.getcwd(), path))

    def _saved(self, name: str, path: str) -> artifacts.Artifact:
        if not os.path.lexists(self._whole(path)):
            raise AirflowException(f"output '{name}' is missing: the command made no {path}")
        return artifacts.save(self._whole(path), name)

    def _log(self, raw: bytes) -> str:
        line = raw.decode(self.output_encoding, errors="backslashreplace")
        print(line, flush=True)
        return line

    def _environment(self) -> dict[str, str]:
        env = dict(os.environ)
        if self.env is None:
            return env
        own = {k: v if isinstance(v, str) else json.dumps(v) for k, v in self.env.items()}
        kept = {k: v for k, v in env.items() if k.startswith("AIFLOW_")}
        return {**(env if self.append_env else _own_variables(env)), **own, **kept}

    def on_kill(self) -> None:
        """Ends what the command started too, and lets it finish: a trap may clean up. The
        supervisor's grace bounds the wait."""
        if self._process is None or self._output is None or self._process.returncode is not None:
            return
        if os.getpgid(self._process.pid) == self._process.pid:
            os.killpg(self._process.pid, signal.SIGTERM)  # in a test: this process is somebody's
        elif os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGTERM)  # the task's own group: this process no longer minds
        else:
            self._process.terminate()
        for raw, _is_whole in self._output.lines():
            self._log(raw)
        self._process.wait()


def _pass_on(stderr: IO[bytes] | None, encoding: str) -> None:
    """Prints the lines of a command's standard error, masked, until nobody holds it open."""
    while raw := stderr.readline(LINE_BYTES_MAX) if stderr else b"":
        sys.stderr.write(raw.decode(encoding, errors="backslashreplace"))
        if raw.endswith(b"\n"):  # a flush within a line would cut a secret in two
            sys.stderr.flush()
    sys.stderr.flush()


class _Output:
    """The lines of a command's standard output as they come, until the command has ended: what it
    left in the background may keep the pipe open for ever. Long lines are cut to bound memory."""

    def __init__(self, process: subprocess.Popen):
        assert process.stdout is not None
        self._pid, self._out = process.pid, process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._rest, self._is_cut = b"", False

    def lines(self) -> Iterator[tuple[bytes, bool]]:
        """-> line, and whether it is a whole one. Goes on where an earlier call was broken off."""
        ended = os.pidfd_open(self._pid)
        waits_for = [self._out, ended]
        try:
            while ended in waits_for:
                for ready in select.select(waits_for, [], [])[0]:  # the output before the end
                    if ready == ended or not (yield from self._available()):
                        waits_for.remove(ready)
            if self._rest:
                yield self._rest, not self._is_cut
        finally:
            os.close(ended)

    def _available(self) -> Generator[tuple[bytes, bool], None, bool]:
        """The lines of what is there now; false at the end of the stream."""
        bytes_max = READ_BYTES
        while bytes_max > 0:
            try:
                data = os.read(self._out, READ_BYTES)
            except BlockingIOError:
                return True
            if not data:
                return False
            bytes_max -= len(data)
            yield from self._cut(data)
        return True

    def _cut(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            yield line, not self._is_cut
            self._is_cut = False
        while len(self._rest) >= LINE_BYTES_MAX:
            yield self._rest[:LINE_BYTES_MAX], False
            self._rest, self._is_cut = self._rest[LINE_BYTES_MAX:], True


def _as_variable(name: str) -> str:
    """model-v2 -> MODEL_V2"""
    return "".join(c if c.isalnum() else "_" for c in name).upper()


def _own_variables(env: dict[str, str]) -> dict[str, str]:
    """With env= and without append_env, only AIflow's variables and PATH go along."""
    return {k: v for k, v in env.items() if k.startswith("AIFLOW_") or k in ("PATH", "HOME")}


def _json_or_text(line: str) -> Any:
    try:
        return json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return line


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")

# SPDX-License-Identifier: Apache-2.0
"""BashOperator. Without templates the worker starts bash itself, and no Python is involved."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any, Sequence

from aiflow.baseoperator import BaseOperator
from aiflow.context import is_template
from aiflow.exceptions import AirflowException, AirflowSkipException
from aiflow.xcom_arg import find_xcom_args


class BashOperator(BaseOperator):
    """Runs a command with bash; the last line of its output is the XCom return_value.

    skip_on_exit_code: exit codes (default 99) that end the task as skipped.
    """

    template_fields: Sequence[str] = ("bash_command", "env", "cwd")
    aiflow_operator = "bash"

    def __init__(self, *, bash_command: Any, env: dict[str, str] | None = None,
                 append_env: bool = False, output_encoding: str = "utf-8",
                 skip_on_exit_code: int | list[int] | None = 99, cwd: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.bash_command = bash_command
        self.env = env
        self.append_env = append_env
        self.output_encoding = output_encoding
        codes = [] if skip_on_exit_code is None else skip_on_exit_code
        self.skip_on_exit_code = list(codes) if isinstance(codes, (list, tuple, set)) else [codes]
        self.cwd = cwd
        self._process: subprocess.Popen | None = None

    def payload(self) -> dict:
        arguments = (self.bash_command, self.env, self.cwd)
        templated = (is_template(repr(arguments)) or any(find_xcom_args(arguments))
                     or str(self.bash_command).endswith((".sh", ".bash"))
                     or self.has_callbacks(*self.callbacks))
        if templated:
            return {"templated": True, "do_xcom_push": self.do_xcom_push}
        return {"templated": False, "bash_command": self.bash_command, "env": self.env,
                "append_env": self.append_env, "cwd": self.cwd,
                "skip_on_exit_code": self.skip_on_exit_code, "do_xcom_push": self.do_xcom_push}

    def execute(self, context: dict) -> Any:
        """Only for templated commands; others never reach Python."""
        del context
        if not isinstance(self.bash_command, str):
            raise AirflowException("bash_command must be text, not "
                                   + type(self.bash_command).__name__)
        env = dict(os.environ)
        if self.env is not None:
            env = {**(env if self.append_env else _own_variables(env)), **self.env}
        self._process = subprocess.Popen(["bash", "-c", self.bash_command], env=env,
                                         cwd=self.cwd or None, stdout=subprocess.PIPE)
        last = ""
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = raw.decode(self.output_encoding, errors="backslashreplace").rstrip("\n")
            print(line, flush=True)
            if line.strip() and not line.startswith("::aiflow:"):
                last = line
        code = self._process.wait()
        if code in self.skip_on_exit_code:
            raise AirflowSkipException(f"exit code {code}")
        if code != 0:
            raise AirflowException(f"exit code {code}" if code > 0 else f"killed by signal {-code}")
        return _json_or_text(last) if last else None

    def on_kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


def _own_variables(env: dict[str, str]) -> dict[str, str]:
    """With env= and without append_env, only AIflow's variables and PATH go along."""
    return {k: v for k, v in env.items() if k.startswith("AIFLOW_") or k in ("PATH", "HOME")}


def _json_or_text(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line

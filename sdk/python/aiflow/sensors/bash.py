# SPDX-License-Identifier: Apache-2.0
"""BashSensor: a command's exit code says whether to go on."""

from __future__ import annotations

import os
import subprocess
from typing import Sequence

from aiflow.exceptions import AirflowFailException
from aiflow.sensors.base import BaseSensorOperator


class BashSensor(BaseSensorOperator):
    """Done when the command ends with 0; any other exit code means "not yet".

    retry_exit_code: with it, only this exit code means "not yet", and every other one fails the task.
    """

    template_fields: Sequence[str] = ("bash_command", "env")

    def __init__(self, *, bash_command: str, env: dict[str, str] | None = None,
                 output_encoding: str = "utf-8", retry_exit_code: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.bash_command = bash_command
        self.env = env
        self.output_encoding = output_encoding
        self.retry_exit_code = retry_exit_code

    def poke(self, context: dict) -> bool:
        del context
        env = dict(os.environ) if self.env is None else {"PATH": os.environ["PATH"], **self.env}
        done = subprocess.run(["bash", "-c", self.bash_command], env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        print(done.stdout.decode(self.output_encoding, errors="backslashreplace"), end="", flush=True)
        if done.returncode == 0:
            return True
        if self.retry_exit_code not in (None, done.returncode):
            raise AirflowFailException(f"exit code {done.returncode}")
        return False

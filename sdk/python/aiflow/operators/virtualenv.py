# SPDX-License-Identifier: Apache-2.0
"""Functions that another Python runs: one that is there, or one in an environment of its own."""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import inspect
import json
import os
import pickle
import pkgutil
import subprocess
import sys
import tempfile
import textwrap
from typing import Any, Iterator, Sequence

from aiflow.environment.virtualenvs import EnvironmentWanted, environment_for
from aiflow.exceptions import (AirflowException, AirflowFailException, AirflowSkipException,
                               CommandFailed)
from aiflow.operators.python import UNBOUNDED, BranchPythonOperator, PythonOperator
from aiflow.running.values import revive

RESULT_BYTES_MAX = 8 << 20
_RUNNER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "other_python_runner.py")
#: Members of the context that are values, not ways to something.
_PLAIN = ("ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "run_id", "params", "conf",
          "task_instance_key_str", "test_mode", "try_number", "logical_date", "execution_date",
          "data_interval_start", "data_interval_end", "templates_dict", "yesterday_ds",
          "tomorrow_ds", "prev_ds", "next_ds", "yesterday_ds_nodash", "tomorrow_ds_nodash")
_OUTCOMES = {"AirflowSkipException": AirflowSkipException,
             "AirflowFailException": AirflowFailException}


class _OtherPythonOperator(PythonOperator):
    """The function's text goes to the other Python, so that it imports all it needs by itself; its
    arguments go as a pickle, its result comes back as JSON, as XComs are."""

    caching = "key"
    template_fields: Sequence[str] = ("op_args", "op_kwargs", "templates_dict", "env_vars")

    def __init__(self, *, expect_airflow: bool = True, serializer: str | None = None,
                 use_dill: bool = False, use_airflow_context: bool = False,
                 skip_on_exit_code: int | list[int] | None = None,
                 env_vars: dict[str, str] | None = None, inherit_env: bool = True,
                 string_args: Sequence[str] | None = None, **kwargs):
        super().__init__(**kwargs)
        if (serializer or "pickle") != "pickle" or use_dill:
            raise AirflowException(f"task '{self.task_id}': arguments travel as pickle, not as "
                                   f"{serializer or 'dill'}")
        if use_airflow_context or string_args:
            raise AirflowException(f"task '{self.task_id}': use_airflow_context and string_args are "
                                   "not available: give the values as op_kwargs")
        if not inspect.isfunction(self.python_callable) or self.python_callable.__name__ == "<lambda>":
            raise AirflowException(f"task '{self.task_id}': another Python runs functions with a "
                                   "name (def), whose text it can be given")
        asked = [name for name in inspect.signature(self.python_callable).parameters
                 if name in UNBOUNDED]
        if asked:
            raise AirflowException(f"task '{self.task_id}': its function can't take '{asked[0]}', "
                                   "which another Python does not know; take the values themselves")
        codes = [] if skip_on_exit_code is None else skip_on_exit_code
        self.skip_on_exit_code = list(codes) if isinstance(codes, (list, tuple, set)) else [codes]
        self.expect_airflow, self.inherit_env = expect_airflow, inherit_env
        self.env_vars = env_vars
        self._process: subprocess.Popen | None = None

    def python(self) -> contextlib.AbstractContextManager[str]:
        """The path of the Python, which is there for the length of the block."""
        raise NotImplementedError

    def call(self, context: dict) -> Any:
        context["templates_dict"] = self.templates_dict
        plain = {name: _as_datetime(context[name]) for name in _PLAIN if name in context}
        arguments = self.arguments(plain)
        with self.python() as python, tempfile.TemporaryDirectory(prefix="other-python-") as folder:
            with open(os.path.join(folder, "arguments"), "wb") as file:
                pickle.dump({"args": list(self.op_args), "kwargs": arguments}, file, protocol=4)
            with open(os.path.join(folder, "function"), "w", encoding="utf-8") as file:
                json.dump(_function_text(self.python_callable), file)
            sys.stdout.flush()
            self._process = subprocess.Popen([python, _runner(folder), folder],
                                             env=self._environment())
            code = self._process.wait()
            return self._result(code, _read(os.path.join(folder, "result")))

    def _environment(self) -> dict[str, str]:
        env = dict(os.environ) if self.inherit_env else {
            name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        env.pop("PYTHONHOME", None)
        if self.expect_airflow:
            sdk = os.path.dirname(os.path.dirname(os.path.dirname(_RUNNER)))
            env["PYTHONPATH"] = os.pathsep.join(filter(None, (sdk, env.get("PYTHONPATH"))))
        else:
            env.pop("PYTHONPATH", None)
        return {**env, **{name: str(value) for name, value in (self.env_vars or {}).items()}}

    def _result(self, code: int, answer: dict) -> Any:
        if code in self.skip_on_exit_code and code != 0:
            raise AirflowSkipException(f"exit code {code} means skipped")
        if "value" in answer:
            return revive(answer["value"])
        for name in answer.get("kinds", []):
            if name in _OUTCOMES:
                raise _OUTCOMES[name](answer["message"])
        if "error" in answer:
            raise CommandFailed(answer["error"], code)
        if code == 0:
            return None  # by sys.exit(0)
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise CommandFailed(f"the function's Python ended with {how}", code)

    def on_kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


class ExternalPythonOperator(_OtherPythonOperator):
    """Runs a function with a Python that is there, or with what the task's pack holds, or both.

    python: its path. With a pack, one that does not begin with "/" is in the pack, and without it
    the worker's own Python runs; modules are imported from the pack first.
    """

    template_fields: Sequence[str] = ("python_path", *_OtherPythonOperator.template_fields)

    def __init__(self, *, python: str | os.PathLike | None = None, **kwargs):
        super().__init__(**kwargs)
        self.has_pack = "pack" in self.place.executor_config
        if python is None and not self.has_pack:
            raise AirflowException(f"task '{self.task_id}': which Python? python= or pack=")
        self.python_path = None if python is None else os.fspath(python)

    @contextlib.contextmanager
    def python(self) -> Iterator[str]:
        path = self.python_path or sys.executable
        if self.has_pack:
            path = os.path.join(_pack_folder(), path)
        if not os.access(path, os.X_OK):
            raise AirflowException(f"there is no Python at {path}")
        yield path

    def _environment(self) -> dict[str, str]:
        env = super()._environment()
        if self.has_pack:
            path = (_pack_folder(), env.get("PYTHONPATH"))
            env["PYTHONPATH"] = os.pathsep.join(filter(None, path))
            env["PYTHONDONTWRITEBYTECODE"] = "1"  # a pack stays as it is
        return env


class PythonVirtualenvOperator(_OtherPythonOperator):
    """Runs a function in an environment that has requirements, made once and kept: by uv where that
    is installed, else by venv and pip.

    requirements: lines of a requirements file, or the name of a template file that ends in .txt.
    python_version: "3.11"; this Python's when left out. index_urls: where packages come from, the
    first in place of the usual one. venv_cache_path: the folder in which environments are kept.
    """

    template_fields: Sequence[str] = ("requirements", "index_urls", "venv_cache_path",
                                      *_OtherPythonOperator.template_fields)
    template_ext: Sequence[str] = (".txt",)

    def __init__(self, *, requirements: str | Sequence[str] | None = None,
                 python_version: str | None = None, system_site_packages: bool = True,
                 pip_install_options: list[str] | None = None,
                 index_urls: str | list[str] | None = None,
                 venv_cache_path: str | os.PathLike | None = None, **kwargs):
        super().__init__(**kwargs)
        self.requirements = requirements if isinstance(requirements, str) else list(requirements or [])
        self.python_version, self.system_site_packages = python_version, system_site_packages
        self.pip_install_options = pip_install_options or []
        self.index_urls = [index_urls] if isinstance(index_urls, str) else index_urls or []
        self.venv_cache_path = None if venv_cache_path is None else os.fspath(venv_cache_path)

    def python(self) -> contextlib.AbstractContextManager[str]:
        lines = (self.requirements.splitlines() if isinstance(self.requirements, str)
                 else self.requirements)
        return environment_for(EnvironmentWanted(
            requirements=[line.strip() for line in lines if line.strip()],
            python_version=self.python_version, system_site_packages=self.system_site_packages,
            install_options=self.pip_install_options, index_urls=list(self.index_urls)),
            self.venv_cache_path)


class BranchExternalPythonOperator(ExternalPythonOperator, BranchPythonOperator):
    """The function returns what to follow."""

    caching = "never"


class BranchPythonVirtualenvOperator(PythonVirtualenvOperator, BranchPythonOperator):
    """The function returns what to follow."""

    caching = "never"


def _runner(folder: str) -> str:
    """Its path, where it is a file: in a pod the SDK is an archive."""
    if os.path.exists(_RUNNER):
        return _RUNNER
    path = os.path.join(folder, os.path.basename(_RUNNER))
    with open(path, "wb") as file:
        file.write(pkgutil.get_data(__name__, os.path.basename(_RUNNER)) or b"")
    return path


def _pack_folder() -> str:
    folder = os.environ.get("AIFLOW_PACK")
    if not folder:
        raise AirflowException("the task's pack is not here: workers have packs, local runs do not")
    return folder


def _as_datetime(value: Any) -> Any:
    """A pendulum.DateTime is one of the standard library's there."""
    if not isinstance(value, dt.datetime) or type(value) is dt.datetime:
        return value
    return dt.datetime.fromtimestamp(value.timestamp(), dt.timezone.utc)


def _function_text(function: Any) -> dict:
    """Its text without decorators, and where that stands, for tracebacks."""
    lines, first = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(lines))
    found = next(node for node in ast.walk(ast.parse(text))
                 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    own = text.splitlines(keepends=True)[found.lineno - 1:found.end_lineno]
    return {"name": function.__name__, "text": "".join(own),
            "file": inspect.getsourcefile(function), "line": first + found.lineno - 1}


def _read(path: str) -> dict:
    """What the other Python said; {} when it said nothing. Raises AirflowException."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(RESULT_BYTES_MAX + 1)
    except FileNotFoundError:
        return {}
    if len(text) > RESULT_BYTES_MAX:
        raise AirflowException(f"the function's result has more than {RESULT_BYTES_MAX} bytes")
    return json.loads(text)

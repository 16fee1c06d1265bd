# SPDX-License-Identifier: Apache-2.0
"""What `aiflow dags test` and `aiflow tasks test` start.

    python3 -m aiflow.local dag DAG [DATE]          exit code 0: the run succeeded, 1: it did not
    python3 -m aiflow.local task DAG TASK [DATE]    2: wrong words
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys

from aiflow.dag import DAG, collect_dags
from aiflow.dag_files.find import file_of_dag
from aiflow.exceptions import AirflowException
from aiflow.local.run import run_dag, run_one_task
from aiflow.local.secrets_files import given_in_environment
from aiflow.run_task import import_dags


class UsageError(Exception):
    """Words that can't be understood."""


def _words(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aiflow.local")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind in ("dag", "task"):
        words = kinds.add_parser(kind)
        words.add_argument("dag_id")
        if kind == "task":
            words.add_argument("task_id")
            words.add_argument("--map-index", type=int, default=-1)
        else:
            words.add_argument("--mark-success-pattern")
        words.add_argument("date", nargs="?")
        words.add_argument("--dags", action="append", default=[])
        words.add_argument("--conf", default="{}")
        words.add_argument("--connections")
        words.add_argument("--variables")
    return parser.parse_args(argv)


def _date(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f"'{text}' is no date: write 2026-01-31 or 2026-01-31T08:00+09:00") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)


def _conf(text: str) -> dict:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--conf is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError("--conf is a JSON object, as '{\"day\": 3}'")
    return value


def _load(dag_id: str, folders: list[str]) -> DAG:
    path = file_of_dag(dag_id, folders)
    with collect_dags() as found:
        import_dags(path)
    return next(dag for dag in found if dag.dag_id == dag_id)


def _run(words: argparse.Namespace) -> int:
    date, conf = _date(words.date), _conf(words.conf)
    dag = _load(words.dag_id, words.dags)
    with given_in_environment(words.connections, words.variables):
        if words.kind == "dag":
            run = run_dag(dag, date, conf, words.mark_success_pattern)
            return 0 if run.state == "success" else 1
        done = run_one_task(dag, words.task_id, date, conf, words.map_index)
        return 0 if done["outcome"] in ("success", "skipped") else 1


def main(argv: list[str]) -> int:
    """Entry point; -> exit code."""
    words = _words(argv)
    os.environ.setdefault("AIFLOW_DAG_FOLDERS", ":".join(map(os.path.abspath, words.dags)))
    try:
        return _run(words)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except AirflowException as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: stopped by Ctrl-C", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

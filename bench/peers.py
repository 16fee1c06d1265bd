# SPDX-License-Identifier: Apache-2.0
"""The same DAGs on other systems: `make -j2`, and Apache Airflow 3 (LocalExecutor, PostgreSQL).

Airflow comes from PyPI into build/peers (once, about 400 MB), in the versions that the oracle uses;
PostgreSQL is Debian's, started in a scratch directory. Airflow is tuned as its documentation
advises: no examples, no serialisation delay, two worker slots, a scheduler that does not sleep.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dag_texts
from server import ROOT

VENV = ROOT / "build/peers/airflow"
PG_BIN = Path("/usr/lib/postgresql/15/bin")
EXTRA = ("psycopg2-binary==2.9.10", "asyncpg==0.30.0")
RUN_S = 900
LOOK_S = 5


def make_rate(chains: int, length: int) -> float:
    """Tasks per second of `make -j2` over so many independent chains of `bash -c true`."""
    lines = ["SHELL=/bin/bash", ".SHELLFLAGS=-c", ".PHONY: all"]
    lines.append("all: " + " ".join(f"c{c}_{length - 1}" for c in range(chains)))
    for c in range(chains):
        for i in range(length):
            before = f"c{c}_{i - 1}" if i else ""
            # The colon makes it a line for a shell, as a task of a DAG is.
            lines += [f".PHONY: c{c}_{i}", f"c{c}_{i}: {before}", "\t@true; :"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Makefile").write_text("\n".join(lines) + "\n")
        start = time.monotonic()
        subprocess.run(["make", "-j2", "-s"], cwd=folder, check=True)
        return chains * length / (time.monotonic() - start)


class Postgres:
    """A PostgreSQL server of Debian's package in a scratch directory, on a Unix socket."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.user = "postgres" if os.geteuid() == 0 else ""
        folder.mkdir(parents=True)
        if self.user:
            shutil.chown(folder, self.user)

    def _run(self, *command: str) -> None:
        prefix = ["runuser", "-u", self.user, "--"] if self.user else []
        subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def __enter__(self) -> Postgres:
        self._run(str(PG_BIN / "initdb"), "-D", str(self.folder / "data"), "-A", "trust", "-U", "airflow")
        self._run(str(PG_BIN / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-l",
                  str(self.folder / "log"), "-o", f"-k {self.folder} -c listen_addresses=''", "start")
        self._run(str(PG_BIN / "createdb"), "-h", str(self.folder), "-U", "airflow", "airflow")
        return self

    def __exit__(self, *_exc) -> None:
        self._run(str(PG_BIN / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "fast", "stop")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://airflow@/airflow?host={self.folder}"


def install_airflow() -> None:
    if not PG_BIN.is_dir():
        sys.exit("error: PostgreSQL is missing: apt-get install --no-install-recommends postgresql-15")
    wanted = (ROOT / "tests/oracle/requirements.txt").read_text() + "\n".join(EXTRA)
    mark = VENV / "installed.txt"
    if mark.exists() and mark.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip = VENV / "bin/pip"
    subprocess.run([pip, "install", "-q", "--no-deps", "-r", ROOT / "tests/oracle/requirements.txt", *EXTRA],
                   check=True)
    mark.write_text(wanted)


AIRFLOW_DAGS = f"""
from airflow.sdk import DAG, chain
from airflow.providers.standard.operators.bash import BashOperator
with DAG("wide", schedule=None, max_active_tasks={dag_texts.WIDE_TASKS}):
    for i in range({dag_texts.WIDE_TASKS}):
        BashOperator(task_id=f"t{{i}}", bash_command="true")
for n in range({dag_texts.DAGS}):
    with DAG(f"many{{n:03}}", schedule=None) as dag:
        chain(*[BashOperator(task_id=f"t{{i}}", bash_command="true") for i in range({dag_texts.DAG_TASKS})])
    globals()[dag.dag_id] = dag
"""


class Airflow:
    """`airflow scheduler`, `dag-processor` and `api-server` on that database; two slots."""

    def __init__(self, home: Path, url: str):
        (home / "dags").mkdir(parents=True)
        (home / "dags/bench.py").write_text(AIRFLOW_DAGS)
        self.home = home
        self.processes: list[subprocess.Popen] = []
        settings = {
            "CORE__EXECUTOR": "LocalExecutor", "CORE__PARALLELISM": "2", "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False", "CORE__MAX_ACTIVE_TASKS_PER_DAG": "200",
            "CORE__EXECUTION_API_SERVER_URL": "http://127.0.0.1:18080/execution/",
            "CORE__FERNET_KEY": "", "API_AUTH__JWT_SECRET": "bench", "API__SECRET_KEY": "bench",
            "API__PORT": "18080", "API__HOST": "127.0.0.1", "API__WORKERS": "1",
            "DATABASE__SQL_ALCHEMY_CONN": url, "LOGGING__LOGGING_LEVEL": "WARNING",
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1", "SCHEDULER__MAX_TIS_PER_QUERY": "0",
            "SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE": "200",
            "SCHEDULER__PARSING_PROCESSES": "1",
            # Airflow 3.3's supervisor often sleeps one such interval (5 s as shipped) after a task's
            # process has closed its sockets and before it asks for its exit.
            "WORKERS__MIN_HEARTBEAT_INTERVAL": "0",
        }
        self.env = {**os.environ, "AIRFLOW_HOME": str(home), "PATH": f"{VENV}/bin:{os.environ['PATH']}",
                    **{f"AIRFLOW__{k}": v for k, v in settings.items()}}

    def cli(self, *arguments: str) -> str:
        return subprocess.run([VENV / "bin/airflow", *arguments], env=self.env, check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def sql(self, query: str) -> list[str]:
        """Rows of a query, through Airflow's own Python so that no driver is needed here."""
        program = ("import sys, sqlalchemy as s; "
                   "e = s.create_engine(sys.argv[1]); "
                   "print('\\n'.join(str(r[0]) for r in e.connect().execute(s.text(sys.argv[2]))))")
        return subprocess.run([VENV / "bin/python", "-c", program, self.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"],
                               query], check=True, capture_output=True, text=True).stdout.split("\n")

    def __enter__(self) -> Airflow:
        self.cli("db", "migrate")
        for command in ("api-server", "scheduler", "dag-processor"):
            with open(self.home / f"{command}.log", "wb") as out:
                self.processes.append(subprocess.Popen([VENV / "bin/airflow", command], env=self.env, stdout=out,
                                                       stderr=out, start_new_session=True))
        self._wait(lambda: self._count("SELECT count(*) FROM dag") > dag_texts.DAGS, "Airflow's DAGs")
        return self

    def __exit__(self, *_exc) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def _count(self, query: str) -> int:
        return int(self.sql(query)[0])

    def _wait(self, check, what: str) -> None:
        """Looks seldom: each look is a Python process. The times are the database's."""
        deadline = time.monotonic() + RUN_S
        while not check():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not come within {RUN_S} s")
            time.sleep(LOOK_S)

    def rate(self, dag_ids: list[str], tasks: int) -> float:
        """Task instances per second from the first one queued to the last one ended."""
        program = "import sys; from airflow.api.common.trigger_dag import trigger_dag\n" \
                  "from airflow.utils.types import DagRunTriggeredByType as By\n" \
                  "for d in sys.argv[1:]: trigger_dag(dag_id=d, triggered_by=By.CLI, run_after=None)"
        subprocess.run([VENV / "bin/python", "-c", program, *dag_ids], env=self.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        names = ",".join(f"'{d}'" for d in dag_ids)
        ended = f"SELECT count(*) FROM task_instance WHERE dag_id IN ({names}) AND state = 'success'"
        self._wait(lambda: self._count(ended) >= tasks, "the end of Airflow's runs")
        took = self.sql("SELECT extract(epoch FROM max(end_date) - min(queued_dttm)) FROM task_instance "
                        f"WHERE dag_id IN ({names})")[0]
        return tasks / float(took)


def airflow_rates() -> dict[str, float]:
    install_airflow()
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        os.chmod(folder, 0o755)
        with Postgres(Path(folder) / "pg") as database, Airflow(Path(folder) / "airflow", database.url) as airflow:
            return {
                "wide": airflow.rate(["wide"], dag_texts.WIDE_TASKS),
                "dags": airflow.rate([f"many{n:03}" for n in range(dag_texts.DAGS)],
                                     dag_texts.DAGS * dag_texts.DAG_TASKS),
            }

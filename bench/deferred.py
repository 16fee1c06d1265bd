# SPDX-License-Identifier: Apache-2.0
"""What deferred tasks cost the server: memory and CPU time while they wait, and the time until all
have gone on once they may. Prints one line of JSON.

    python3 bench/deferred.py [--tasks 10000] [--seconds 20]
"""

import argparse
import json
import os
import time

from server import Server

DAG = """
from datetime import timedelta
from airflow import DAG
from airflow.models.baseoperator import BaseOperator
from airflow.providers.standard.triggers.file import FileTrigger
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger

class Waits(BaseOperator):
    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n
    def execute(self, context):
        hours = TimeDeltaTrigger(timedelta(hours=5))
        file = FileTrigger(filepath="{go}", poke_interval=60)
        self.defer(trigger=file if self.n % 2 else hours, method_name="go_on")
    def go_on(self, context, event):
        return self.n

with DAG("many", max_active_tasks=1000):
    Waits.partial(task_id="waits").expand(n=list(range({tasks})))
"""


def usage(pid: int) -> tuple[float, float]:
    """CPU seconds so far, resident MiB."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/statm") as file:
        pages = int(file.read().split()[1])
    ticks = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks, pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def count(server: Server, run: str, state: str) -> int:
    path = f"/api/v2/dags/many/dagRuns/{run}/taskInstances?state={state}&limit=1"
    return server.get(path)["total_entries"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    args = parser.parse_args()
    with Server(slots=4) as server:
        go = server.home / "go"
        server.add_dag("many", DAG.replace("{go}", str(go)).replace("{tasks}", str(args.tasks)))
        before = usage(server.process.pid)
        begun = time.monotonic()
        run = server.trigger("many")
        server.wait_for(lambda: count(server, run, "deferred") == args.tasks, "all deferred", 3600)
        to_defer = time.monotonic() - begun
        time.sleep(2)
        cpu, memory = usage(server.process.pid)
        time.sleep(args.seconds)
        waiting = usage(server.process.pid)[0] - cpu
        begun = time.monotonic()
        go.write_text("go")
        files = args.tasks // 2
        server.wait_for(lambda: count(server, run, "success") == files, "all files found", 3600)
        print(json.dumps({
            "tasks": args.tasks, "seconds_until_all_deferred": round(to_defer, 1),
            "server_mib_before": round(before[1]), "server_mib_waiting": round(memory),
            "cpu_share_waiting": round(waiting / args.seconds, 4),
            "seconds_until_files_gone_on": round(time.monotonic() - begun, 1)}))


if __name__ == "__main__":
    main()

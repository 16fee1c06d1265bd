#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pods a second, memory, and the time from a pod's end to the next task's queue, with a real API and a
simulated node; and the same pods from a client that does nothing else, as the baseline.

    python3 bench/kubernetes/pods.py [--pods 1000]

Prints one line of JSON; of_bare is AIflow's rate over that of the bare client, in the same cluster.
Needs what tools/kube needs; starts and ends a cluster of its own.
"""
import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from datetime import datetime
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import bare_client  # noqa: E402
from server import Server  # noqa: E402

AT_ONCE = 128  # the slots of the default pool

DAGS = """
from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
def pod(task_id, seconds):
    return KubernetesPodOperator(
        task_id=task_id, image="simulated", node_selector={{"type": "kwok"}},
        annotations={{"aiflow.test/seconds": str(seconds)}}, startup_timeout_seconds=600,
        tolerations=[{{"key": "kwok", "operator": "Exists"}}])
with DAG("wide", max_active_tasks={pods}):
    for n in range({pods}):
        pod(f"p{{n}}", 1)
with DAG("chain"):
    before = None
    for n in range(20):
        after = pod(f"p{{n}}", 0)
        before and before >> after
        before = after
with DAG("one"):
    pod("p", 5)
"""


def load_tool(name):
    loader = SourceFileLoader(name, str(ROOT / "tools" / name))
    module = module_from_spec(spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def resident_mib(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Ends(threading.Thread):
    """When the API told of the end of each pod of the chain, as another client of it sees that."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.at = {}
        self.process = cluster.watch_pods("aiflow.dev/dag-id=chain")

    def run(self):
        for line in self.process.stdout:
            at = time.time()
            name, phase, task = (line.split() + ["", ""])[:3]
            if phase in ("Succeeded", "Failed"):
                self.at.setdefault(task or name, at)


def wide(server, pods):
    peak = resident_mib(server.process.pid)
    before = peak
    cpu_before = cpu_seconds(server.process.pid)
    began = time.monotonic()
    run = server.trigger("wide")
    while server.get(f"/api/v2/dags/wide/dagRuns/{run}")["state"] not in ("success", "failed"):
        peak = max(peak, resident_mib(server.process.pid))
        time.sleep(0.1)
    took = time.monotonic() - began
    state = server.get(f"/api/v2/dags/wide/dagRuns/{run}")["state"]
    return {"pods": pods, "state": state, "seconds": round(took, 2),
            "server_cpu_s": round(cpu_seconds(server.process.pid) - cpu_before, 2),
            "pods_per_s": round(pods / took, 1), "server_rss_mib_before": round(before),
            "server_rss_mib_peak": round(peak)}


def chain(server, cluster):
    ends = Ends(cluster)
    ends.start()
    time.sleep(1)
    run = server.trigger("chain")
    server.wait_run("chain", run, 300)
    time.sleep(0.5)
    ends.process.kill()
    tasks = server.tasks("chain", run)
    gaps = [(moment(tasks[f"p{n + 1}"]["queued_when"]) - ends.at[f"p{n}"]) * 1000
            for n in range(len(tasks) - 1) if f"p{n}" in ends.at]
    return {"gaps": len(gaps), "end_to_queued_ms_median": round(statistics.median(gaps), 1),
            "end_to_queued_ms_max": round(max(gaps), 1)}


def like_aiflow_s(server, cluster):
    """What the bare client is to make, taken from a pod that is there for some seconds."""
    run = server.trigger("one")
    names = ""
    while not names:
        names = cluster.kubectl("get", "pods", "-l", "aiflow.dev/dag-id=one", "-o",
                                "jsonpath={.items[*].metadata.name}")
    pod = bare_client.like(bare_client.Api(cluster.kubeconfig), "default", names.split()[0])
    pod["metadata"]["annotations"]["aiflow.test/seconds"] = "1"
    server.wait_run("one", run, 300)
    return pod


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pods", type=int, default=1000)
    pods = parser.parse_args().pods
    kube = load_tool("kube")
    with tempfile.TemporaryDirectory(prefix="aiflow-kube-") as folder:
        cluster = kube.Cluster(Path(folder) / "kube", port=17443)
        cluster.start(("kwok",))
        try:
            with Server(extra=("--kubernetes", str(cluster.kubeconfig))) as server:
                server.add_dag("dags", DAGS.format(pods=pods), first="chain")
                server.wait_for(lambda: server.get("/api/v2/dags/wide"), "the wide DAG")
                told = {**wide(server, pods), **chain(server, cluster)}
                pod = like_aiflow_s(server, cluster)
                while cluster.kubectl("get", "pods", "-A", "-o", "name"):
                    time.sleep(0.5)
            rate = pods / bare_client.run(bare_client.Api(cluster.kubeconfig), pod, pods, AT_ONCE)
            print(json.dumps({**told, "bare_pods_per_s": round(rate, 1),
                              "of_bare": round(told["pods_per_s"] / rate, 2)}))
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()

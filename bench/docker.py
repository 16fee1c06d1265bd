#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a task in a container costs over `docker run --rm` of the same command.

    bench/docker.py [--rounds 40]

A daemon of its own (needs root and docker.io). Both ways take turns, so that the machine's load meets
both; a task's time is from its start to its end as the worker reports them. Prints medians in ms and
their difference; the goal is at most 30 ms.
"""
import argparse
import statistics
import sys
import tempfile
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from server import ROOT, Server

COMMAND = ["echo", "hello"]
DAG = """
from aiflow import DAG
from airflow.providers.docker.operators.docker import DockerOperator
with DAG("one"):
    DockerOperator(task_id="t", image="{image}", command={command!r}, network_mode="none")
"""
GOAL_MS = 30


def load_with_dockerd():
    loader = SourceFileLoader("with_dockerd", str(ROOT / "tools/with_dockerd"))
    module = module_from_spec(spec_from_loader("with_dockerd", loader))
    loader.exec_module(module)
    return module


def docker_run_ms(daemon, image):
    start = time.monotonic()
    daemon.docker("run", "--rm", "--network", "none", image, *COMMAND)
    return (time.monotonic() - start) * 1000


def task_ms(server):
    run = server.trigger("one")
    ended = server.wait_run("one", run)
    assert ended["state"] == "success", ended
    return server.tasks("one", run)["t"]["duration"] * 1000


def shown(name, values):
    quartiles = statistics.quantiles(values, n=4)
    print(f"{name:28} median {statistics.median(values):7.1f} ms   "
          f"quartiles {quartiles[0]:.1f} to {quartiles[2]:.1f}")


def measure(with_dockerd, folder, rounds):
    daemon = with_dockerd.Dockerd(folder / "docker")
    daemon.folder.mkdir()
    daemon.start()
    try:
        daemon.load_images()
        with Server(folder / "home", keep=True, extra=("--docker", str(daemon.socket))) as server:
            server.add_dag("one", DAG.format(image=with_dockerd.BUSYBOX_IMAGE, command=COMMAND))
            both = []
            for number in range(rounds + 1):
                pair = (docker_run_ms(daemon, with_dockerd.BUSYBOX_IMAGE), task_ms(server))
                both += [pair] if number else []  # the first one warms up
            return both
    finally:
        daemon.clean()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    with_dockerd = load_with_dockerd()
    if reason := with_dockerd.why_not():
        sys.exit(f"SKIPPED: {reason}")
    with tempfile.TemporaryDirectory(prefix="aiflow-bench-") as folder:
        both = measure(with_dockerd, Path(folder), rounds)
    shown("docker run --rm", [one for one, _ in both])
    shown("DockerOperator", [two for _, two in both])
    over = statistics.median(two - one for one, two in both)
    print(f"{'over docker run, median':28} {over:14.1f} ms   goal: at most {GOAL_MS}")
    return 0 if over <= GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())

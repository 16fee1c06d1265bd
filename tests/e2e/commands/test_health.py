# SPDX-License-Identifier: Apache-2.0
"""What an operator sees when a part is away."""

import json

from product import cli
from server import Server

FAR = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("far"):
    BashOperator(task_id="a", bash_command="true", executor="redis")
"""
NO_REDIS = ("--broker", "redis://127.0.0.1:1")


def test_a_broker_that_is_away_is_told_everywhere():
    with Server(extra=NO_REDIS) as server:
        shown = cli(server, "health")
        assert shown.returncode == 1
        assert shown.stderr == ""
        redis = next(line for line in shown.stdout.splitlines() if line.startswith("redis"))
        assert "unhealthy" in redis
        assert "Connection refused" in redis
        asked = cli(server, "health", "--json")
        assert asked.returncode == 1
        assert json.loads(asked.stdout)["status"] == "degraded"
        listed = cli(server, "workers", "list")
        assert listed.returncode == 0
        assert "redis is unhealthy: " in listed.stdout
        server.wait_for(lambda: "redis is unhealthy: " in server.output.read_text(),
                        "a line on the terminal")
        server.add_dag("far", FAR)
        run = server.trigger("far")
        for words in (("explain", "far", "a"), ("list", "far")):
            server.wait_for(lambda words=words: "Connection refused" in
                            cli(server, "tasks", *words, "--run", run).stdout, words[0])


def test_health_of_a_server_that_is_well(server):
    shown = cli(server, "health")
    assert shown.returncode == 0, shown.stdout
    assert "is healthy" in shown.stdout.splitlines()[0]
    worker = json.loads(cli(server, "workers", "list", "--json").stdout)
    worker = worker["items"][0] if isinstance(worker, dict) else worker[0]
    assert worker["host"] != ""

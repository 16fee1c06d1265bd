# SPDX-License-Identifier: Apache-2.0
"""One DAG whose tasks run in a process of the server's worker, in a container, on a worker of Redis and
in a pod: a value goes through all of them, and each adds where it has been."""

import types

import kubernetes_cluster
import pytest
from places import Docker, with_dockerd
from product import cli, not_installed
from server import Server
from through_redis import RedisWorker, with_redis

DAG = """
import os
from airflow.sdk import DAG, task

def been(way):
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return [*way, "pod"]
    if os.getcwd().startswith("/aiflow/work"):
        return [*way, "container"]
    return [*way, os.path.basename(os.environ["AIFLOW_HOME"])]

with DAG("everywhere", schedule=None):
    @task
    def here():
        return been([])

    @task({docker})
    def container(way):
        return been(way)

    @task(executor="redis")
    def worker(way):
        return been(way)

    @task({kubernetes})
    def pod(way):
        return been(way)

    @task
    def back(way, again):
        return [been(way), been(again)]

    first = here()
    back(pod(worker(container(first))), worker.override(task_id="worker_again")(
        pod.override(task_id="pod_again")(first)))
"""


@pytest.fixture
def everywhere(tmp_path_factory):
    """A server whose tasks may run in all four kinds of places, and what it needs."""
    if reason := with_dockerd.why_not():
        not_installed(reason)
    if not with_redis.find("redis-server"):
        not_installed("redis-server")
    tmp_path = tmp_path_factory.mktemp("all")  # short: sockets are in it
    cluster = kubernetes_cluster.cluster()
    cluster.make_python_image()
    daemon = with_dockerd.Dockerd(tmp_path / "docker")
    (tmp_path / "redis").mkdir()
    daemon.folder.mkdir()
    redis = with_redis.Redis(tmp_path / "redis")
    server = Server(tmp_path / "home", slots=4, keep=True, extra=(
        "--tls", "self", "--docker", str(daemon.socket), "--broker", redis.url,
        "--kubernetes", f"main={cluster.kubeconfig}"))
    party = types.SimpleNamespace(server=server, folder=tmp_path, redis=redis, login=())
    worker = RedisWorker(party, "through-redis", slots=2, with_server=False)
    try:
        daemon.start()
        daemon.load_images()
        redis.start()
        server.start()
        worker.start().wait()
        yield server
    finally:
        worker.stop()
        server.stop()
        redis.stop()
        daemon.clean()


def test_a_value_goes_through_all_executors_of_one_dag(everywhere):
    server = everywhere
    server.add_dag("everywhere", DAG.format(
        docker=Docker.arguments, kubernetes='executor="kubernetes", executor_config={'
                                            '"image": "kube.local/python:1", "hostnetwork": True}'))
    run = server.trigger("everywhere")
    ended = server.wait_run("everywhere", run, 120)
    tasks = server.tasks("everywhere", run)
    assert ended["state"] == "success", {name: (one["state"], one["cause"]) for name, one in tasks.items()}
    value = server.get(f"/api/v2/dags/everywhere/dagRuns/{run}/taskInstances/back/xcomEntries/return_value")
    assert value["value"] == [["home", "container", "through-redis", "pod", "home"],
                              ["home", "pod", "through-redis", "home"]]
    # What people see: all workers, and nothing that ails.
    assert "through-redis" in cli(server, "workers", "list").stdout
    assert cli(server, "health").returncode == 0

# SPDX-License-Identifier: Apache-2.0
"""The executors that the conformance suite runs over, each with all that it needs, for real.

A place gives the arguments with which a task runs there, and knows how to lose what runs a task.
To add one: a subclass of Place, and its name in PLACES."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import kubernetes_cluster
from far import FarServer, FarWorker, free_port
from product import load_tool, not_installed
from server import Server
from through_redis import Party

with_dockerd = load_tool("with_dockerd")


class Place:
    """One server whose tasks run in one kind of place. start() comes first, stop() last."""

    #: arguments of a task that runs there, as Python source
    arguments = ""
    #: what serve gets besides
    extra: tuple[str, ...] = ()
    server: Server

    def start(self, folder: Path) -> None:
        """Starts all that is needed, in an empty folder; returns when tasks can run."""
        self.server = Server(folder / "home", slots=4, keep=True, extra=self.extra).start()

    def lose(self) -> None:
        """Kills what runs the tasks (a worker, a container, a pod) as a power cut would."""
        os.kill(self.server.worker_pid(), signal.SIGKILL)

    def restart_server(self) -> None:
        """Ends the server as an upgrade does, and starts it again."""
        self.server.stop_server()
        self.server.start(ready=False)
        self.server.wait_ready()

    def stop(self) -> None:
        """Ends everything."""
        self.server.stop()


class Local(Place):
    """The worker that the server starts."""


class Docker(Place):
    """A daemon of the suite's own; the image is bare, with this machine's /usr mounted into it."""

    arguments = """executor="docker", executor_config={
        "image": "aiflow-test/bare:1", "network_mode": "none",
        "mounts": [{"source": "/usr", "target": "/usr", "read_only": True}]}"""

    def start(self, folder: Path) -> None:
        if reason := with_dockerd.why_not():
            not_installed(reason)
        self.daemon = with_dockerd.Dockerd(folder / "docker")
        self.daemon.folder.mkdir()
        self.daemon.start()
        self.daemon.load_images()
        self.extra = ("--docker", str(self.daemon.socket))
        super().start(folder)

    def lose(self) -> None:
        """The worker and its containers: the next worker goes on with those that are left."""
        super().lose()
        containers = self.daemon.docker("ps", "-q").stdout.split()
        self.daemon.docker("rm", "-f", *containers)

    def stop(self) -> None:
        super().stop()
        self.daemon.clean()


class Kubernetes(Place):
    """Pods on the true node of a real cluster, in the node's network to reach the server."""

    arguments = ('executor="kubernetes", executor_config={"image": "kube.local/python:1", '
                 '"hostnetwork": True}')

    def start(self, folder: Path) -> None:
        self.cluster = kubernetes_cluster.cluster()
        self.cluster.make_python_image()
        self.extra = ("--kubernetes", f"main={self.cluster.kubeconfig}")
        super().start(folder)

    def lose(self) -> None:
        self.cluster.kubectl("delete", "pods", "-l", "aiflow.dev/owner", "--force",
                             "--grace-period=0", "--wait=false")


class Remote(Place):
    """A worker elsewhere: it has a home of its own, and reaches the server over TCP alone."""

    worker: FarWorker

    def start(self, folder: Path) -> None:
        self.server = FarServer(folder / "home", port=free_port()).start()
        url = f"http://127.0.0.1:{self.server.port}"
        self.worker = FarWorker(self.server, folder / "far", url=url).start().wait()

    def lose(self) -> None:
        """As init or systemd does, it starts again what died."""
        self.worker.process.kill()
        self.worker.process.wait()
        self.worker.start()

    def restart_server(self) -> None:
        self.server.stop_server()
        self.server.start()
        self.worker.wait()

    def stop(self) -> None:
        self.worker.stop()
        self.server.stop()


class Redis(Place):
    """A worker that takes its tasks from a Redis."""

    arguments = 'executor="redis"'
    party: Party

    def start(self, folder: Path) -> None:
        self.party = Party(folder)
        self.server = self.party.server
        self.party.add_worker("far")

    def lose(self) -> None:
        self.party.workers[0].kill()
        self.party.workers[0].start()

    def restart_server(self) -> None:
        self.server.stop_server()
        self.server.start()
        self.party.workers[0].wait()

    def stop(self) -> None:
        self.party.stop()


PLACES: dict[str, type[Place]] = {"docker": Docker, "kubernetes": Kubernetes, "local": Local,
                                  "redis": Redis, "remote": Remote}

# SPDX-License-Identifier: Apache-2.0
"""Real programs of the release build, each test with a data directory of its own."""

import itertools
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

NUMBERS = itertools.count(1)
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import kubernetes_cluster  # noqa: E402
from product import DATABASE_PASSWORD, load_tool, not_installed  # noqa: E402
from server import Server  # noqa: E402


with_mariadb = load_tool("with_mariadb")
with_dockerd = load_tool("with_dockerd")


@pytest.fixture(scope="session")
def cluster():
    """A real Kubernetes with a true node and a simulated one."""
    return kubernetes_cluster.cluster()


@pytest.fixture
def server(tmp_path):
    """A running server with a worker; ends with the test."""
    with Server(tmp_path / "home", slots=4, keep=True) as one:
        yield one


@pytest.fixture
def make_server(tmp_path):
    """For tests that start, kill and start again."""
    made = []

    def make(**options):
        one = Server(options.pop("home", tmp_path / "home"), keep=True, **options)
        made.append(one)
        return one

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="module")
def mariadb():
    """A MariaDB server of the module's own."""
    if not with_mariadb.find("mariadbd"):
        not_installed("mariadbd")
    with tempfile.TemporaryDirectory(prefix="aiflow-mariadb-",
                                     dir=with_mariadb.scratch_parent()) as folder:
        server = with_mariadb.MariaDb(folder)
        server.install()
        server.start()
        yield server
        server.stop()


@pytest.fixture
def database(mariadb, tmp_path):
    """An empty database with a user of its own: its URL, and the file with the password."""
    name = f"flow{next(NUMBERS)}"
    mariadb.sql(f"CREATE DATABASE {name};"
                f"CREATE USER {name}@localhost IDENTIFIED BY '{DATABASE_PASSWORD}';"
                f"GRANT ALL ON {name}.* TO {name}@localhost")
    password = tmp_path / "password"
    password.write_text(DATABASE_PASSWORD + "\n")
    yield f"mysql://{name}@localhost/{name}?socket={mariadb.socket}", password
    mariadb.sql(f"DROP DATABASE {name}; DROP USER {name}@localhost")


@pytest.fixture
def make_dockerd():
    """Docker daemons of the test's own, with images to run; they and their containers end with it."""
    if reason := with_dockerd.why_not():
        not_installed(reason)
    made = []

    def make(*words):
        folder = tempfile.mkdtemp(prefix="aiflow-dockerd-")
        made.append(with_dockerd.Dockerd(folder, words))
        made[-1].start()
        made[-1].load_images()
        return made[-1]

    yield make
    for daemon in made:
        daemon.clean()
        shutil.rmtree(daemon.folder)


@pytest.fixture(scope="module")
def dockerd():
    """A Docker daemon of the module's own."""
    if reason := with_dockerd.why_not():
        not_installed(reason)
    with tempfile.TemporaryDirectory(prefix="aiflow-dockerd-") as folder:
        daemon = with_dockerd.Dockerd(folder)
        daemon.start()
        daemon.load_images()
        yield daemon
        daemon.clean()

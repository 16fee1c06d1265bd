# SPDX-License-Identifier: Apache-2.0
"""Real programs of the release build, each test with a data directory of its own."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from server import Server  # noqa: E402


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

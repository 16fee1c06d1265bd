# SPDX-License-Identifier: Apache-2.0
"""Real programs with failpoints: `./dev faults`, or AIFLOW_BIN=build/dev/bin pytest tests/faults."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("AIFLOW_BIN", str(ROOT / "build/asan/bin"))
sys.path.insert(0, str(ROOT / "bench"))
from pair import Pair  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=100, help="processes that test_kills.py ends")
    parser.addoption("--images", type=int, default=50, help="power losses of test_power_loss.py")
    parser.addoption("--seed", type=int, default=1, help="order of the kills, moments of the losses")


@pytest.fixture
def pair(tmp_path):
    """A server and a worker that are started again when they were killed."""
    with Pair(tmp_path / "home") as one:
        yield one

# SPDX-License-Identifier: Apache-2.0
"""One running place for all cases of the suite."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from places import PLACES  # noqa: E402


@pytest.fixture(scope="module", params=sorted(PLACES))
def place(request, tmp_path_factory):
    """Each executor in turn, started."""
    one = PLACES[request.param]()
    one.start(tmp_path_factory.mktemp(request.param))
    yield one
    one.stop()

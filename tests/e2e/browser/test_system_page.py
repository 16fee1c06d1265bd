# SPDX-License-Identifier: Apache-2.0
"""The system page in a real browser."""

import os
import re
import shutil
import subprocess

from server import ROOT

SHOTS = ROOT / "build" / "screenshots"
SPEC_S = 300


def test_the_system_page_in_a_browser(server):
    assert shutil.which("chromium") and (ROOT / "web" / "node_modules").is_dir(), "run ./dev setup and ./dev web"
    server.call("POST", "/api/v2/users",
                {"username": "ann", "role": "viewer", "password": "long-enough-1"})
    address = re.search(r"http://127\.0\.0\.1:\d+", server.output.read_text()).group()
    SHOTS.mkdir(parents=True, exist_ok=True)
    spec = subprocess.run(
        ["npx", "playwright", "test", "--config", "e2e/system.config.ts"], cwd=ROOT / "web",
        capture_output=True, text=True, timeout=SPEC_S, check=False,
        env={**os.environ, "AIFLOW_E2E_URL": address, "AIFLOW_E2E_USERNAME": "ann",
             "AIFLOW_E2E_PASSWORD": "long-enough-1", "AIFLOW_E2E_SHOTS": str(SHOTS)})
    assert spec.returncode == 0, spec.stdout[-8000:] + spec.stderr[-2000:]

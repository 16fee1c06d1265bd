# SPDX-License-Identifier: Apache-2.0
"""Runs specs of web/e2e in a real Chromium against a server that a test has prepared."""

import os
import re
import shutil
import subprocess

from server import ROOT

SHOTS = ROOT / "build" / "screenshots"
PASSWORD = "long-enough-1"


def run_specs_at(address: str, *names: str, limit_s: int = 300, **environment: str) -> None:
    """`environment` is for the specs."""
    assert shutil.which("chromium") and (ROOT / "web" / "node_modules").is_dir(), \
        "run ./dev setup and ./dev web"
    SHOTS.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["npm", "run", "--silent", "e2e"], cwd=ROOT / "web",
        capture_output=True, text=True, timeout=limit_s, check=False,
        env={**os.environ, **environment, "AIFLOW_E2E_SPECS": ",".join(names),
             "AIFLOW_E2E_URL": address, "AIFLOW_E2E_SHOTS": str(SHOTS)})
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def run_specs(server, *names: str, role: str, limit_s: int = 300, **environment: str) -> None:
    """Signs in as `ann`, a new user with `role`."""
    server.call("POST", "/api/v2/users", {"username": "ann", "role": role, "password": PASSWORD})
    address = re.search(r"http://127\.0\.0\.1:\d+", server.output.read_text()).group()
    run_specs_at(address, *names, limit_s=limit_s, AIFLOW_E2E_USERNAME="ann",
                 AIFLOW_E2E_PASSWORD=PASSWORD, **environment)

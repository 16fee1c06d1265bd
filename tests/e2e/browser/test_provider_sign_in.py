# SPDX-License-Identifier: Apache-2.0
"""Signing in by an OpenID provider in a real browser."""

import os
import shutil
import subprocess
import sys

from server import ROOT

sys.path.insert(0, str(ROOT / "tests/e2e/access"))
import oidc  # noqa: E402

SHOTS = ROOT / "build" / "screenshots"
SPEC_S = 300


def test_signing_in_by_a_provider_in_a_browser(make_server, tmp_path):
    assert shutil.which("chromium") and (ROOT / "web" / "node_modules").is_dir(), "run ./dev setup and ./dev web"
    site = oidc.Site(make_server, tmp_path)
    provider = oidc.real_provider(site.url)
    try:
        site.start(provider.issuer)
        SHOTS.mkdir(parents=True, exist_ok=True)
        spec = subprocess.run(
            ["npx", "playwright", "test", "--config", "e2e/provider.config.ts"], cwd=ROOT / "web",
            capture_output=True, text=True, timeout=SPEC_S, check=False,
            env={**os.environ, "AIFLOW_E2E_URL": site.url, "AIFLOW_E2E_SHOTS": str(SHOTS)})
        assert spec.returncode == 0, spec.stdout[-8000:] + spec.stderr[-2000:]
    finally:
        provider.stop()

# SPDX-License-Identifier: Apache-2.0
"""Signing in by an OpenID provider in a real browser."""

import sys

from server import ROOT
from specs import run_specs_at

sys.path.insert(0, str(ROOT / "tests/e2e/access"))
import oidc  # noqa: E402


def test_signing_in_by_a_provider_in_a_browser(make_server, tmp_path):
    site = oidc.Site(make_server, tmp_path)
    provider = oidc.real_provider(site.url)
    try:
        site.start(provider.issuer)
        run_specs_at(site.url, "provider")
    finally:
        provider.stop()

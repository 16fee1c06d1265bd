# SPDX-License-Identifier: Apache-2.0
"""A server's first start, signing in, and the system page, in a real browser."""

import re

from specs import run_specs, run_specs_at


def test_the_first_start_and_the_system_page_in_a_browser(server):
    link = re.search(r"open (http://\S+)/setup#(\S+) within", server.output.read_text())
    run_specs_at(link[1], "sign-in", AIFLOW_E2E_SETUP=f"/setup#{link[2]}")
    run_specs(server, "system", role="viewer")

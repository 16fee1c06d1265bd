# SPDX-License-Identifier: Apache-2.0
"""The system page in a real browser."""

from specs import run_specs


def test_the_system_page_in_a_browser(server):
    run_specs(server, "system", role="viewer")

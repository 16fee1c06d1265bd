# SPDX-License-Identifier: Apache-2.0
"""Variables and connections in a real browser."""

from specs import run_specs


def test_variables_and_connections_in_a_browser(server):
    run_specs(server, "values", role="operator")

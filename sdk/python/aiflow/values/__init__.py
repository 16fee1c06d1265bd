# SPDX-License-Identifier: Apache-2.0
"""Names for values that DAG files use: states, moments, days, weights."""

# SPDX-License-Identifier: Apache-2.0
"""Operators: Bash, Python (plain, branch, short circuit), Empty."""

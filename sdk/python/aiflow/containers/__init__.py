# SPDX-License-Identifier: Apache-2.0
"""Tasks in containers: what a container is made from, and how one is run."""

# SPDX-License-Identifier: Apache-2.0
"""WeightRule: how a task's priority follows from its place in the DAG."""

from enum import Enum


class WeightRule(str, Enum):
    """A task's own weight alone, or with all tasks below or above it."""

    ABSOLUTE = "absolute"
    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"

# SPDX-License-Identifier: Apache-2.0
"""How much a service is asked, and how fast: told as its task's progress."""

from __future__ import annotations

import json
import time

METRICS_BYTES_MAX = 4 << 20


class Rate:
    """Of a counter that is looked at again and again; one line in the log whenever it has changed."""

    def __init__(self) -> None:
        self._before: tuple[float, float] | None = None
        self._told = ""

    def tell(self, requests: float, more: str = "") -> None:
        """more: what is said beside the rate."""
        now = time.monotonic()
        before, self._before = self._before, (now, requests)
        if before is None or requests < before[1]:  # it counts from the start of its process
            return
        said = f"{(requests - before[1]) / max(now - before[0], 0.001):.1f}/s{more}"
        if said == self._told:
            return
        self._told = said
        print("::aiflow:progress " + json.dumps({"done": requests, "unit": "requests", "what": said}),
              flush=True)


def counter(text: str, name: str) -> float:
    """The sum of a metric over its labels, in Prometheus' text format. Raises ValueError without it."""
    found = [_value(line[len(name):]) for line in text.splitlines()
             if line.startswith(name) and line[len(name):len(name) + 1] in ("{", " ", "\t")]
    if not found:
        raise ValueError(f"there is no metric {name}")
    return sum(found)


def _value(rest: str) -> float:
    """Of what stands behind a metric's name: labels, if any, the value, and a time perhaps."""
    if rest.startswith("{"):
        rest = rest[rest.rindex("}") + 1:]
    return float(rest.split()[0])

# SPDX-License-Identifier: Apache-2.0
"""Writes golden/: questions with the digests of the answers on which Airflow and the product agree.

A line of golden/answers.jsonl is one question, asked once for each of `values` under the name
`vary`, and the digest of each answer. golden/zones.json holds the clock changes they need.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import zoneinfo
from collections import defaultdict
from pathlib import Path
from typing import Any, Iterator

import cases

LAST_YEAR = 2036  # of the zones written
STEPS = 10        # of a life kept


def numbers(answer: Any) -> Iterator[int]:
    if isinstance(answer, list):
        for part in answer:
            yield from numbers(part)
    elif answer is None:
        yield -1
    elif isinstance(answer, int):
        yield answer
    else:
        yield -2  # refused


def digest(answer: Any) -> str:
    """FNV-1a over 64-bit words, as golden_test.cpp has it."""
    value = 14695981039346656037
    for number in numbers(answer):
        value = (value ^ (number % 2**64)) * 1099511628211 % 2**64
    return str(value)


def zones() -> dict[str, list]:
    """For each zone: [seconds since 1970, offset] of its changes; the first is long ago."""
    made = {}
    for name in cases.ZONES:
        tz = zoneinfo.ZoneInfo(name)

        def offset(at: int) -> int:
            return int(dt.datetime.fromtimestamp(at // cases.SECOND, tz).utcoffset().total_seconds())

        start = cases.year(2005)
        made[name] = [[0, offset(start)]] + [
            [at // cases.SECOND, offset(at)]
            for at in cases.changes(name, start, cases.year(LAST_YEAR + 1))]
    return made


def grouped(pairs: list[tuple[dict, Any]], vary: str) -> Iterator[dict]:
    """Questions that differ only in `vary` as one line."""
    groups = defaultdict(list)
    for question, answer in pairs:
        rest = {k: v for k, v in question.items() if k not in (vary, "upstreams", "far")}
        groups[json.dumps(rest)].append((question[vary], digest(answer)))
    for rest, found in groups.items():
        yield {"question": json.loads(rest), "vary": vary, "values": [v for v, _ in found],
               "digests": [d for _, d in found]}


def near_only(question: dict, answer: list) -> tuple[dict, list]:
    """The times around clock changes are the same for all crons of a zone."""
    count = len(question["at"]) - question["far"]
    return {**question, "at": question["at"][:count]}, answer[:count]


def is_near(question: dict, answer: Any) -> bool:
    return max(numbers([question["now"], answer]), default=0) < cases.year(LAST_YEAR)


def cut(question: dict, answer: list) -> tuple[dict, list]:
    kept = {k: v for k, v in question.items() if k not in ("seed", "begin")}
    return {**kept, "now": question["now"][:STEPS]}, answer[:STEPS]


def write(folder: Path, pairs: list[tuple[dict, Any]]) -> None:
    random_ = random.Random(1)
    by_ask = defaultdict(list)
    for question, answer in pairs:
        by_ask[question["ask"]].append((question, answer))
    lines = [*grouped(by_ask["next"], "cron"),
             *grouped([near_only(*p) for p in by_ask["previous"]], "cron"),
             *grouped(by_ask["rules"], "rule")]
    lives = [cut(*p) for p in by_ask["life"] if is_near(*p)]
    single = random_.sample(lives, 150) + random_.sample(by_ask["by_hand"], 70)
    single += random_.sample(by_ask["weights"], 30) + random_.sample(by_ask["backoff"], 60)
    single += random_.sample(by_ask["run"], 25)
    for question, answer in single:
        lines += grouped([(question, answer)], "ask")
    folder.mkdir(exist_ok=True)
    compact = {"separators": (",", ":")}
    (folder / "zones.json").write_text(json.dumps(zones(), **compact) + "\n")
    (folder / "answers.jsonl").write_text("".join(json.dumps(x, **compact) + "\n" for x in lines))

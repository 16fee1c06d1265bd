# SPDX-License-Identifier: Apache-2.0
"""Asks Apache Airflow and the product the same questions and compares the answers.

    compare.py PROGRAM            all questions; exit code 1 on a difference
    compare.py PROGRAM lives ...  only those of cases.lives, ...
    compare.py PROGRAM --write    also writes golden/

PROGRAM is oracle_answers. Run it by ./dev oracle, which makes the environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Iterable, Iterator

import airflow_answers
import cases
import known

GOLDEN = Path(__file__).resolve().parent / "golden"
STATES = {name: number for number, name in enumerate(known.TASK_STATES)}


def questions(only: list[str]) -> Iterator[dict]:
    for make in (cases.next_questions, cases.previous_questions, cases.lives, cases.by_hand,
                 cases.weights, cases.backoffs, cases.rules, cases.runs):
        if not only or make.__name__ in only:
            yield from make()


def as_number(answer: str) -> int:
    """A rule's verdict as oracle_answers writes it."""
    return {"waits": 0, "runs": 1}.get(answer) or (STATES[answer] + 2 if answer in STATES else 0)


def normal(question: dict, answer):
    """Refusals are alike whatever their words."""
    if isinstance(answer, dict) and "refused" in answer:
        return "refused"
    return [as_number(a) for a in answer] if question["ask"] in ("rules", "run") else answer


def own_answers(program: str, asked: list[dict]) -> list:
    lines = "".join(json.dumps({k: v for k, v in q.items() if k != "upstreams"}) + "\n"
                    for q in asked)
    done = subprocess.run([program], input=lines, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {program} failed: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def size(answer) -> int:
    return len(answer) if isinstance(answer, list) else 1


def first_difference(expected, ours) -> str:
    if not isinstance(expected, list) or not isinstance(ours, list):
        return f"airflow {str(expected)[:200]}, ours {str(ours)[:200]}"
    for i, (theirs, mine) in enumerate(zip(expected, ours)):
        if theirs != mine:
            return f"at {i}: airflow {theirs}, ours {mine}"
    return f"airflow has {len(expected)}, ours {len(ours)}"


def show(question: dict, expected, ours) -> None:
    short = {k: v for k, v in question.items() if k not in ("upstreams", "cases", "now", "at", "up", "windows")}
    print(f"DIFFERENT {json.dumps(short)[:300]}\n    {first_difference(expected, ours)}")


def compare(asked: Iterable[tuple[dict, object, object]]) -> list[tuple[dict, object]]:
    """Prints a table and the differences; gives back what is equal."""
    total, points, differs, reasons = Counter(), Counter(), Counter(), Counter()
    same = []
    for question, theirs, mine in asked:
        ask = question["ask"]
        expected, ours = normal(question, theirs), "refused" if isinstance(mine, dict) else mine
        total[ask] += 1
        points[ask] += size(expected)
        if expected == ours:
            same.append((question, mine))
            continue
        reason = known.reason(question, ours, airflow_answers.answer)
        if reason:
            reasons[reason] += 1
            continue
        differs[ask] += 1
        if differs[ask] <= 12:
            show(question, theirs if ask not in ("rules", "run") else expected, ours)
    for ask, count in total.items():
        print(f"{ask:10} {count:6} questions, {points[ask]:9} answers, {differs[ask]} different")
    for reason, count in reasons.most_common():
        print(f"  {count:5} known: {reason}")
    if differs:
        sys.exit(1)
    return same


def main(argv: list[str]) -> int:
    program = argv[1]
    airflow_answers.Clock.install()
    begin = time.monotonic()
    asked, theirs = [], []
    for question in questions([a for a in argv[2:] if a != "--write"]):
        try:
            theirs.append(airflow_answers.answer(question))
        except (AssertionError, ValueError, AttributeError) as error:
            theirs.append({"error": f"{type(error).__name__}: {error}"[:200]})
            question.setdefault("now", [question.get("begin", 0)])
        asked.append(question)
    print(f"Airflow answered {len(asked)} questions in {time.monotonic() - begin:.0f} s")
    same = compare(zip(asked, theirs, own_answers(program, asked)))
    if "--write" in argv:
        import golden

        golden.write(GOLDEN, same)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

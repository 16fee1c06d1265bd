# SPDX-License-Identifier: Apache-2.0
"""The oracle's questions, the same on every run. Times are microseconds since 1970."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import random
import zoneinfo
from typing import Iterator

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ALWAYS = 2**63 - 1  # as run_immediately

# Two years for each zone, with the clock changes that are hard: at midnight, by half an hour, a day
# left out, two a year around Ramadan.
ZONES = {
    "Asia/Seoul": 2025, "America/New_York": 2025, "Europe/London": 2025, "Europe/Berlin": 2025,
    "Australia/Lord_Howe": 2025, "America/Sao_Paulo": 2017, "Africa/Cairo": 2025,
    "Asia/Kolkata": 2025, "Pacific/Apia": 2011, "America/St_Johns": 2025, "Africa/Casablanca": 2025,
    "America/Havana": 2025,
}

CRONS = [
    "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "@midnight", "@annually",
    "0 * * * *", "30 * * * *", "*/15 * * * *", "*/30 * * * *", "7 */2 * * *", "0 */3 * * *",
    "0 0-23 * * *", "*/20 */1 * * *", "30 1 * * *", "30 2 * * *", "0 2 * * *", "0 3 * * *",
    "0 1 * * *", "59 23 * * *", "0 0 * * *", "30 0 * * *", "15,45 2 * * *", "30 2,3 * * *",
    "0 1,2,3 * * *", "*/30 1-3 * * *", "0 9 * * mon-fri", "0 9 * * 1-5", "0 22-2 * * *",
    "0 6 * * 6-7", "0 6 * * 7", "0 6 * * sun", "0 0 13 * 5", "0 0 1-7 * 1", "0 12 1,15 * *",
    "0 12 L * *", "0 12 15-L * *", "0 12 29 2 *", "0 0 31 * *", "30 2 * 3,10,11 *",
    "30 2 * mar-apr sun", "0 12 * * 5#2", "0 12 * * fri#3", "0 12 * * L5", "0 12 * * l0",
    "0 12 * * mon#1,wed#5", "0 12 15W * *", "0 12 1W * *", "0 12 31W * *", "0 12 1W * 1",
    "0 0 1-31 * 1", "0 0 */1 * 1", "0 0 */2 * 1", "0 0 1 * */2", "0 0 15 * 0-6", "0 5-5 * * *",
    "0 0 ? * 3", "0 0 5 * ?", "10/25 * * * *", "59/7 4 * * *", "0 20/3 * * *", "0 0 1 11/2 *",
    "0 0 10 nov-feb *", "0 0 10 oct-mar/2 *", "0 22-4/3 * * *", "0 0 * * sat-tue/2",
    "30 4 1 1 * 15", "0 12 * * * */20", "0 12 * * 1 0,30 2026", "0 0 1 1 * 0 2017-2027/2",
    "0 * 1 * *", "*/10 * * * 1", "0 * * * sun", "0 0 1 * 2#1", "30 1 * * 0#2", "30 1 * 11 sun#1",
    "0 0 29-31 2,4 *", "5-10/2 8,20 * * *", "0 0 * JAN,jul Mon",
]

REFUSED = [
    "", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * 0 *",
    "* * * * 8", "*/0 * * * *", "a * * * *", "1,,2 * * * *", "@never", "-1 * * * *", "1- * * * *",
    "* * * * 5#6", "* * * * 5#0", "* * * * 1-5#2", "* * * * l", "* * L-3 * *", "* * 15W,3 * *",
    "* * 40W * *", "* * * * 1,2#1", "H * * * *", "? * * * *", "* * 1? * *", "* * * * * * * *",
    "* * * * * 61", "* * * * * 0 1969", "1.5 * * * *", "5/ * * * *", "/5 * * * *", "* * * foo *",
    "* * * * mon#x", "1-5-7 * * * *",
]


def micros(value: dt.datetime) -> int:
    return round(value.timestamp()) * SECOND


def year(number: int) -> int:
    return micros(dt.datetime(number, 1, 1, tzinfo=dt.timezone.utc))


@functools.cache
def changes(zone: str, start: int, end: int) -> list[int]:
    """When the zone's clock is changed, to the minute."""
    tz = zoneinfo.ZoneInfo(zone)

    def offset(at: int) -> dt.timedelta:
        return dt.datetime.fromtimestamp(at / SECOND, tz).utcoffset()

    found = []
    for hour in range(start, end, HOUR):
        if offset(hour) != offset(hour + HOUR):
            found.append(next(m for m in range(hour, hour + HOUR + 1, MINUTE)
                              if offset(m) != offset(hour)))
    return found


def period(zone: str) -> tuple[int, int]:
    return year(ZONES[zone]), year(ZONES[zone] + 2)


def is_dense(cron: str) -> bool:
    """More than a few ticks a day."""
    fields = cron.split()
    return cron == "@hourly" or (len(fields) > 1 and any(c in fields[1] for c in "*/-,"))


def next_questions() -> Iterator[dict]:
    """All ticks of two years; of dense crons those within two days of each change."""
    for zone, cron in itertools.product(ZONES, CRONS):
        start, end = period(zone)
        near = [[at - 2 * DAY, at + 2 * DAY]
                for at in changes(zone, start, end) or [start + 90 * DAY]]
        yield {"ask": "next", "zone": zone, "windows": near if is_dense(cron) else [[start, end]],
               "cron": cron}
    for cron in REFUSED:
        yield {"ask": "next", "zone": "UTC", "windows": [[year(2025), year(2025) + DAY]],
               "cron": cron}


def previous_questions() -> Iterator[dict]:
    random_ = random.Random(4)
    for zone, cron in itertools.product(ZONES, CRONS):
        start, end = period(zone)
        near = [at + minutes * MINUTE for at in changes(zone, start, end)
                for minutes in (-90, -30, -1, 0, 1, 29, 31, 60, 61, 89, 119, 121, 300)]
        far = [random_.randrange(start + DAY, end) for _ in range(12)]
        yield {"ask": "previous", "zone": zone, "at": near + far, "far": len(far), "cron": cron}


def schedules(random_: random.Random, zone: str) -> Iterator[dict]:
    """The timetables of lives, with compat 2 and 3."""
    start, end = period(zone)
    # Airflow fails where the last year of a cron has passed.
    endless = [cron for cron in CRONS if len(cron.split()) < 7]
    for cron in random_.sample(endless, 14):
        for compat in (2, 3):
            yield {"kind": "cron", "cron": cron, "compat": compat}
        yield {"kind": "cron", "cron": cron, "compat": 3, "span": random_.choice([HOUR, DAY])}
        yield {"kind": "cron", "cron": cron, "compat": 3,
               "run_immediately": random_.choice([0, HOUR, ALWAYS])}
        yield {"kind": "cron", "cron": cron, "more_crons": random_.sample(endless, 2), "compat": 3,
               "span": random_.choice([0, HOUR, DAY])}
    for interval in (10 * MINUTE, 90 * MINUTE, DAY, 7 * DAY, 36 * HOUR + 30 * SECOND):
        for compat in (2, 3):
            yield {"kind": "interval", "interval": interval, "compat": compat}
        yield {"kind": "interval", "interval": interval, "compat": 3, "span": HOUR}
    for months, rest in ((1, 0), (3, 0), (12, 0), (1, 2 * DAY)):
        for compat in (2, 3):
            yield {"kind": "interval", "months": months, "interval": rest, "compat": compat}
    events = sorted(random_.randrange(start, end) // SECOND * SECOND for _ in range(25))
    yield {"kind": "events", "events": events, "restrict_to_events": False}
    yield {"kind": "events", "events": events, "restrict_to_events": True}
    yield {"kind": "once"}
    yield {"kind": "none"}


def lives() -> Iterator[dict]:
    """`now` is filled in by the one who answers: it follows the runs that come."""
    random_ = random.Random(3)
    for zone in ZONES:
        start, end = period(zone)
        hard = changes(zone, start, end) or [start + 200 * DAY]
        for schedule in schedules(random_, zone):
            for catchup in (False, True):
                begin = random_.choice(hard) + random_.randrange(-3 * DAY, 2 * DAY)
                one = {"ask": "life", **schedule, "zone": zone, "catchup": catchup,
                       "seed": random_.randrange(1 << 30), "begin": begin}
                if random_.random() < 0.8:
                    one["start"] = begin + random_.choice([-400, -40, -3, 0, 1]) * DAY \
                        - random_.randrange(DAY) // SECOND * SECOND
                if random_.random() < 0.2:
                    one["end"] = begin + random_.randrange(1, 60) * DAY
                yield one


def by_hand() -> Iterator[dict]:
    random_ = random.Random(6)
    for zone in ZONES:
        start, end = period(zone)
        for schedule in schedules(random_, zone):
            times = [random_.randrange(start, end) for _ in range(8)]
            yield {"ask": "by_hand", **schedule, "zone": zone, "now": times}


def weights() -> Iterator[dict]:
    random_ = random.Random(7)
    for number in range(240):
        size = random_.randrange(1, 40)
        density = random_.choice([0.02, 0.1, 0.3])
        up = [[p for p in range(t) if random_.random() < density] for t in range(size)]
        big = 2_000_000_000 if number % 40 == 0 else 50
        yield {"ask": "weights", "up": up, "own": [random_.randrange(-3, big) for _ in range(size)],
               "rule": ("downstream", "upstream", "absolute")[number % 3]}


def backoffs() -> Iterator[dict]:
    random_ = random.Random(8)
    for number in range(150):
        yield {"ask": "backoff", "dag_id": f"dag_{random_.randrange(1000)}",
               "task_id": random_.choice(["t", "group.task", "long" * 20]),
               "logical_date": None if number % 10 == 0 else
               random_.randrange(year(2020), year(2030)) // (1 if number % 2 else SECOND)
               * (1 if number % 2 else SECOND),
               "delay": random_.choice([0, 300_000, SECOND, 1_500_000, 90 * SECOND, 300 * SECOND,
                                        HOUR, 30 * HOUR]),
               "factor": random_.choice([0.0, 1.0, 2.0, 2.0, 1.5, 3.7, 10.0]),
               "max_delay": random_.choice([None, None, 10 * SECOND, 600 * SECOND, 48 * HOUR]),
               "tries": random_.choice([3, 12, 40])}


RULES = ["all_success", "all_failed", "all_done", "all_done_min_one_success",
         "all_done_setup_success", "one_success", "one_failed", "one_done", "none_failed",
         "none_failed_min_one_success", "none_skipped", "all_skipped", "always"]
STATES = ["success", "failed", "upstream_failed", "skipped", "removed", "running"]


def counts(states: tuple[str, ...], setups: int) -> list[int]:
    """UpstreamCounts; the first `setups` upstreams are setups."""
    first = states[:setups]
    return [len(states), *(states.count(s) for s in STATES[:5]),
            setups, first.count("success"), first.count("skipped")]


def rules() -> Iterator[dict]:
    """Every rule over all multisets of up to 4 upstream states and 4 map indexes: 10,868 cases, and
    52 without upstreams; and with setups among the upstreams, in every order."""
    sets = [s for n in range(5) for s in itertools.combinations_with_replacement(STATES, n)]
    plain = [{"states": s, "setups": 0, "map_index": m} for s in sets for m in (-1, 0, 1, 2)]
    with_setups = [{"states": s, "setups": k, "map_index": -1} for n in range(1, 4)
                   for s in itertools.product(STATES, repeat=n) for k in range(1, n + 1)]
    for rule in RULES:
        yield {"ask": "rules", "rule": rule, "upstreams": plain + with_setups,
               "cases": [[*counts(c["states"], c["setups"]), c["map_index"]]
                         for c in plain + with_setups]}


def runs() -> Iterator[dict]:
    """Random DAGs with setups and teardowns; of each task what becomes of it when the others have
    random states."""
    random_ = random.Random(9)
    for _ in range(400):
        size = random_.randrange(3, 10)
        tasks = []
        for number in range(size):
            up = [p for p in range(number) if random_.random() < 0.35]
            kind = random_.choices(["work", "setup", "teardown"], [6, 3, 2 if number else 0])[0]
            after_setup = any(tasks[p]["setup"] for p in up)
            rule = "all_done_setup_success" if kind == "teardown" else \
                "all_success" if after_setup or kind == "setup" or random_.random() < 0.4 else \
                random_.choice(RULES)
            tasks.append({"up": up, "rule": rule, "setup": kind == "setup",
                          "teardown": kind == "teardown"})
        likely = ["success"] * 5 + STATES
        asked = [random_.randrange(size) for _ in range(25)]
        yield {"ask": "run", "tasks": tasks, "ask_of": asked,
               "states": [[random_.choice(likely) for _ in range(size)] for _ in asked]}

# SPDX-License-Identifier: Apache-2.0
"""What Apache Airflow answers to the questions of cases.py, by its own code."""

from __future__ import annotations

import datetime as dt
import random
import types
from typing import Any, Callable

import pendulum
from dateutil.relativedelta import relativedelta

import airflow.timetables.events as events_module
import airflow.timetables.interval as interval_module
import airflow.timetables.simple as simple_module
import airflow.timetables.trigger as trigger_module
from airflow.models.taskinstance import TaskInstance
from airflow.task.priority_strategy import get_airflow_priority_weight_strategies
from airflow.ti_deps.dep_context import DepContext
from airflow.ti_deps.deps.trigger_rule_dep import TriggerRuleDep
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.utils.state import TaskInstanceState
from cases import ALWAYS, DAY, HOUR, MINUTE, SECOND


def moment(us: int) -> pendulum.DateTime:
    return pendulum.from_timestamp(us // SECOND).add(microseconds=us % SECOND)


def micros(value: dt.datetime) -> int:
    delta = value - dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
    return (delta.days * 86400 + delta.seconds) * SECOND + delta.microseconds


class Clock:
    """The present, for the modules that ask for it."""

    now = moment(0)

    @classmethod
    def install(cls) -> None:
        for module in (trigger_module, interval_module):
            module.utcnow = lambda: cls.now
        trigger_module.time = types.SimpleNamespace(time=lambda: cls.now.timestamp())
        fake = types.SimpleNamespace(utcnow=lambda: cls.now,
                                     coerce_datetime=events_module.timezone.coerce_datetime)
        events_module.timezone = simple_module.timezone = fake


def cron_timetable(text: str, zone: str):
    timetable = trigger_module.CronTriggerTimetable(text, timezone=zone)
    timetable.validate()
    return timetable


def next_ticks(question: dict) -> Any:
    try:
        timetable = cron_timetable(question["cron"], question["zone"])
    except Exception as error:
        return {"refused": str(error)}
    return [tick for window in question["windows"] for tick in ticks_in(timetable, *window)]


def ticks_in(timetable, start: int, until: int) -> list[int]:
    ticks, at = [], moment(start)
    while True:
        try:
            at = timetable._get_next(at)
        except ValueError:  # no more, as of a past year
            return ticks
        if micros(at) > until:
            return ticks
        ticks.append(micros(at) // SECOND)


def previous_ticks(question: dict) -> list:
    timetable = cron_timetable(question["cron"], question["zone"])
    ticks = []
    for us in question["at"]:
        try:
            ticks.append(micros(timetable._get_prev(moment(us))) // SECOND)
        except ValueError:
            ticks.append(None)
    return ticks


def delta_of(question: dict) -> dt.timedelta | relativedelta:
    rest = dt.timedelta(microseconds=question["interval"])
    return relativedelta(months=question["months"], days=rest.days, seconds=rest.seconds) \
        if "months" in question else rest


def timetable_of(question: dict):
    span = dt.timedelta(microseconds=question.get("span", 0))
    kind, zone = question["kind"], question["zone"]
    if kind == "cron":
        if question["compat"] == 2:
            return interval_module.CronDataIntervalTimetable(question["cron"], zone)
        first = question.get("run_immediately")
        how = False if first is None else True if first == ALWAYS else dt.timedelta(microseconds=first)
        crons = [*question.get("more_crons", []), question["cron"]]
        made = trigger_module.MultipleCronTriggerTimetable if "more_crons" in question else \
            trigger_module.CronTriggerTimetable
        return made(*crons, timezone=zone, interval=span, run_immediately=how)
    if kind == "interval":
        if question["compat"] == 2:
            return interval_module.DeltaDataIntervalTimetable(delta_of(question))
        return trigger_module.DeltaTriggerTimetable(delta_of(question), interval=span)
    if kind == "events":
        return events_module.EventsTimetable([moment(e) for e in question["events"]],
                                             restrict_to_events=question["restrict_to_events"])
    return simple_module.OnceTimetable() if kind == "once" else simple_module.NullTimetable()


def optional_moment(us: int | None) -> pendulum.DateTime | None:
    return None if us is None else moment(us)


def life(question: dict) -> list:
    """Fills in question["now"]: usually when the run is due, sometimes long after."""
    timetable, random_ = timetable_of(question), random.Random(question["seed"])
    restriction = TimeRestriction(optional_moment(question.get("start")),
                                  optional_moment(question.get("end")), question["catchup"])
    last, answers = None, []
    times = question.setdefault("now", [])
    asked_before, now = bool(times), question["begin"]
    for step in range(len(times) if asked_before else 25):
        if asked_before:
            now = times[step]
        else:
            times.append(now)
        Clock.now = moment(now)
        info = timetable.next_dagrun_info(last_automated_data_interval=last,
                                          restriction=restriction)
        if info is None:
            answers.append(None)
            if not asked_before:
                break
            continue
        last = info.data_interval
        answers.append([micros(info.logical_date), micros(last.start), micros(last.end),
                        micros(info.run_after)])
        late = random_.choice([0, 0, SECOND, 20 * SECOND, 7 * MINUTE, 3 * HOUR, 5 * DAY])
        now = max(now, micros(info.run_after) + late + random_.randrange(2))
    return answers


def by_hand(question: dict) -> list:
    timetable, answers = timetable_of(question), []
    for us in question["now"]:
        interval = timetable.infer_manual_data_interval(run_after=moment(us))
        answers.append([micros(interval.start), micros(interval.end)])
    return answers


def weights(question: dict) -> list:
    """By Airflow's strategies over its own DAG; stored as it stores them."""
    from airflow.sdk import DAG
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.utils.weight_rule import db_safe_priority

    with DAG("d", schedule=None) as dag:
        tasks = [EmptyOperator(task_id=f"t{i}", priority_weight=w)
                 for i, w in enumerate(question["own"])]
    for task, parents in zip(tasks, question["up"]):
        task.set_upstream([tasks[p] for p in parents])
    core = serialized(dag)
    strategy = get_airflow_priority_weight_strategies()[question["rule"]]()
    return [db_safe_priority(strategy.get_weight(types.SimpleNamespace(task=core.get_task(t.task_id))))
            for t in tasks]


def serialized(dag):
    from airflow.serialization.serialized_objects import DagSerialization

    return DagSerialization.from_dict(DagSerialization.to_dict(dag))


def backoff(question: dict) -> list:
    end = moment(0)
    limit, date = question["max_delay"], question["logical_date"]
    when = None if date is None else \
        dt.datetime.fromtimestamp(date // SECOND, pendulum.UTC) + dt.timedelta(
            microseconds=date % SECOND)
    task = types.SimpleNamespace(
        retry_delay=dt.timedelta(microseconds=question["delay"]),
        retry_exponential_backoff=question["factor"],
        max_retry_delay=None if limit is None else dt.timedelta(microseconds=limit))
    delays = []
    for number in range(1, question["tries"] + 1):
        ti = types.SimpleNamespace(
            retry_delay_override=None, task=task, try_number=number, dag_id=question["dag_id"],
            task_id=question["task_id"], logical_date=when, end_date=end,
            log=types.SimpleNamespace(warning=lambda *_: None))
        delays.append(micros(TaskInstance.next_retry_datetime(ti)))
    return delays


class FakeInstance:
    """An instance whose new state is seen; the rule needs no database for tasks that are not
    mapped."""

    def __init__(self, task, state: str | None = None, map_index: int = -1):
        self.task, self.task_id, self.map_index = task, task.task_id, map_index
        self.state = None if state is None else TaskInstanceState(state)
        self.dag_id, self.run_id, self.new_state = "d", "r", None

    def get_dagrun(self, session=None):
        return None

    def set_state(self, state, session=None) -> bool:
        self.new_state = state
        return True


def verdict(ti: FakeInstance, finished: list[FakeInstance]) -> str:
    context = DepContext(flag_upstream_failed=True, finished_tis=finished)
    statuses = list(TriggerRuleDep()._get_dep_statuses(ti, context, session=None))
    if ti.new_state:
        return str(ti.new_state.value)
    return "runs" if all(s.passed for s in statuses) else "waits"


def rules(question: dict) -> list:
    answers = []
    for one in question["upstreams"]:
        tasks = [types.SimpleNamespace(task_id=f"u{i}", is_setup=i < one["setups"],
                                       get_needs_expansion=lambda: False)
                 for i in range(len(one["states"]))]
        task = types.SimpleNamespace(
            task_id="t", trigger_rule=question["rule"], dag=None, is_teardown=False,
            upstream_list=tasks, upstream_task_ids={t.task_id for t in tasks},
            get_upstreams_only_setups=list, get_closest_mapped_task_group=lambda: None)
        finished = [FakeInstance(t, s) for t, s in zip(tasks, one["states"]) if s != "running"]
        answers.append(verdict(FakeInstance(task, map_index=one["map_index"]), finished))
    return answers


def run(question: dict) -> list:
    """Of tasks of a real DAG, with their setups and teardowns."""
    from airflow.sdk import DAG
    from airflow.providers.standard.operators.empty import EmptyOperator

    with DAG("d", schedule=None) as dag:
        tasks = []
        for number, one in enumerate(question["tasks"]):
            rule = {} if one["teardown"] else {"trigger_rule": one["rule"]}
            task = EmptyOperator(task_id=f"t{number}", **rule)
            task.set_upstream([tasks[p] for p in one["up"]])
            task.is_setup = one["setup"]
            if one["teardown"]:
                task.is_teardown = True
                task.trigger_rule = one["rule"]
            tasks.append(task)
    core = serialized(dag)
    answers = []
    for asked, states in zip(question["ask_of"], question["states"]):
        finished = [FakeInstance(core.get_task(f"t{i}"), state) for i, state in enumerate(states)
                    if state != "running" and i != asked]
        answers.append(verdict(FakeInstance(core.get_task(f"t{asked}")), finished))
    return answers


ANSWERS: dict[str, Callable[[dict], Any]] = {
    "next": next_ticks, "previous": previous_ticks, "life": life, "by_hand": by_hand,
    "weights": weights, "backoff": backoff, "rules": rules, "run": run}


def answer(question: dict) -> Any:
    """Airflow's answer; `life` also fills in when it was asked."""
    return ANSWERS[question["ask"]](question)

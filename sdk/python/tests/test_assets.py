# SPDX-License-Identifier: Apache-2.0
"""Assets: conditions, outlets, what a task says of them, what a run was started by."""

import pytest

from aiflow.triggers.message import MqttTrigger, WebhookTrigger
from aiflow.watcher import AssetWatcher

from aiflow.assets import (Asset, AssetAlias, AssetAll, AssetAny, AssetOrTimeSchedule, Dataset,
                           Metadata, OutletEvents, collect_metadata, condition_spec,
                           triggering_events)
from aiflow.exceptions import AirflowException
from aiflow.parse import parse_file
from aiflow.timetables import CronTriggerTimetable


def test_conditions_nest_and_flatten():
    a, b, c = Asset("a"), Asset("b"), Asset("c")
    spec = condition_spec((a & b & c) | AssetAlias("t"))
    assert [node["kind"] for node in spec["assets"]] == ["asset"] * 3 + ["all", "asset", "any"]
    assert spec["assets"][3]["parts"] == [0, 1, 2]
    assert spec["assets"][5]["parts"] == [3, 4]
    assert spec["text"] == "when new: (a and b and c) or alias:t"
    assert isinstance(a | b, AssetAny) and isinstance(a & b, AssetAll)


def test_names_and_uris():
    assert Asset(uri="s3://x").name == "s3://x" == Dataset("s3://x").uri
    assert Asset("x", "s3://x") == Asset("x", "s3://x") != Asset("x")
    for wrong in ("", "  ", "alias:x", "x" * 1501):
        with pytest.raises(AirflowException, match="name"):
            Asset(wrong)


def test_watchers_of_an_asset():
    queue = AssetWatcher("queue", trigger=MqttTrigger("t"))
    assert [one["name"] for one in Asset("x", watchers=[queue]).spec()["watchers"]] == ["queue"]
    assert Asset("x").spec()["watchers"] is None
    hook = AssetWatcher("hook", trigger=WebhookTrigger())
    for wrong, what in (([object()], "list of AssetWatcher"), ([queue, queue], "one name"),
                        ([hook], "assets/events")):
        with pytest.raises(AirflowException, match=what):
            Asset("x", watchers=wrong)


def test_a_schedule_by_time_and_assets():
    schedule = AssetOrTimeSchedule(timetable=CronTriggerTimetable("0 0 * * *", timezone="UTC"),
                                   assets=[Asset("a")])
    spec = schedule.schedule_spec("dag 'd'")
    assert spec["kind"] == "cron" and spec["assets"][-1]["kind"] == "all"
    with pytest.raises(AirflowException, match="no assets"):
        AssetOrTimeSchedule(timetable=None, assets="a")


def test_what_a_task_says_of_its_outlets():
    x, alias = Asset("x", "s3://x"), AssetAlias("today")
    events = OutletEvents([x, alias])

    def steps():
        yield Metadata(x, {"rows": 3})
        yield Metadata(Asset("y"), {"n": 1}, alias=alias)
        return 7

    assert collect_metadata(steps(), events) == 7
    assert events.emits() == [
        {"name": "x", "uri": "s3://x", "alias": "", "extra": {"rows": 3}},
        {"name": "y", "uri": "y", "alias": "today", "extra": {"n": 1}}]
    with pytest.raises(AirflowException, match="not in this task's outlets"):
        events[Asset("z")]
    with pytest.raises(AirflowException, match="AssetAlias"):
        events[x].add(Asset("z"))
    events[x].extra = {"bad": object()}
    with pytest.raises(AirflowException, match="extra of asset 'x'"):
        events.emits()


def test_triggering_events_by_asset():
    event = {"name": "x", "uri": "s3://x", "extra": {"n": 1}, "timestamp": "2026-01-01T00:00:00Z",
             "source_dag_id": "", "source_run_id": "", "source_task_id": "",
             "source_map_index": -1}
    found = triggering_events({"triggering_asset_events": [event, {**event, "extra": {"n": 2}}]})
    assert [one.extra["n"] for one in found[Asset("x", "s3://x")]] == [1, 2]
    assert found[Asset("x", "s3://x")][0].source_dag_id is None
    assert triggering_events({}) == {}


def test_files(tmp_path):
    file = tmp_path / "d.py"
    file.write_text("""
from airflow.sdk import DAG, Asset, asset, task
from airflow.datasets import Dataset
x = Asset("x", uri="s3://x")
with DAG("make"):
    @task(outlets=[x], inlets=[Asset("in")])
    def go(): ...
    go()
with DAG("use", schedule=[x, Dataset("file:///y")]): pass
@asset(schedule="@daily")
def daily(self, x): ...
""")
    parsed = parse_file(str(file))
    assert parsed["error"] is None
    make, use, daily = parsed["dags"]
    assert make["tasks"][0]["outlets"] == ["x"] and make["tasks"][0]["inlets"] == ["in"]
    assert [one["name"] for one in make["assets"]] == ["x", "in"]
    assert use["schedule"]["kind"] == "assets" and len(use["schedule"]["assets"]) == 3
    assert daily["dag_id"] == "daily" and daily["tasks"][0]["inlets"] == ["x"]
    file.write_text("""
from airflow.sdk import DAG, Asset
with DAG("d", schedule=Asset("x", "a") & Asset("x", "b")): pass
""")
    assert "asset 'x' has two uris" in parse_file(str(file))["error"]["message"]


def test_a_task_sees_its_events_and_tells_of_its_outlets(supervisor):
    s = supervisor("""
        from aiflow.assets import Asset, AssetAlias, Metadata
        from aiflow import DAG, task
        x, alias = Asset("x", "s3://x"), AssetAlias("today")
        with DAG("d"):
            @task(outlets=[x, alias])
            def go(outlet_events, triggering_asset_events):
                outlet_events[alias].add(Asset("y"), {"n": 2})
                rows = sum(e.extra["n"] for e in triggering_asset_events[Asset("in", "s3://in")])
                yield Metadata(x, {"rows": rows})
                return rows
            go()
            @task(outlets=[x])
            def fails(): raise ValueError("no")
            fails()
        """)
    event = {"name": "in", "uri": "s3://in", "extra": {"n": 3}, "timestamp": "2026-01-01T00:00:00Z",
             "source_dag_id": "d0", "source_run_id": "r", "source_task_id": "t",
             "source_map_index": -1}
    done, pushed, _log, _exited = s.run("go", triggering_asset_events=[event])
    assert done["outcome"] == "success" and pushed == {"return_value": 3}
    assert done["assets"] == [
        {"name": "x", "uri": "s3://x", "alias": "", "extra": {"rows": 3}},
        {"name": "y", "uri": "y", "alias": "today", "extra": {"n": 2}}]
    assert "assets" not in s.run("fails")[0]

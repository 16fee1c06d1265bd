# SPDX-License-Identifier: Apache-2.0
"""Assets and backfills with the real programs: from a DAG file to the runs that follow, by API and CLI."""

import json

from product import cli

DAGS = """
from datetime import datetime
from aiflow import DAG, Asset, task
raw, labels = Asset("raw", uri="s3://bucket/raw"), Asset("labels")
with DAG("producer"):
    @task(outlets=[raw])
    def make(outlet_events, dag_run):
        outlet_events[raw].extra = {"rows": 3}
        if dag_run.conf.get("fail"):
            raise ValueError("not this time")
    make()
with DAG("either", schedule=(raw | labels)):
    @task
    def one(): pass
    one()
with DAG("both", schedule=[raw, labels]):
    @task
    def use(triggering_asset_events):
        return {key.name: [event.extra for event in events]
                for key, events in triggering_asset_events.items()}
    use()
with DAG("daily", schedule="@daily", start_date=datetime(2026, 11, 1), catchup=False):
    @task
    def day(ds): return ds
    day()
"""


def runs_of(server, dag):
    return server.get(f"/api/v2/dags/{dag}/dagRuns?limit=1000")["items"]


def events(server):
    return json.loads(cli(server, "assets", "events", "--json").stdout)


def test_runs_follow_assets_that_are_new(server):
    server.add_dag("assets", DAGS, first="both")
    failed = server.trigger("producer", conf={"fail": True})
    assert server.wait_run("producer", failed)["state"] == "failed"
    assert events(server) == []  # only a success makes one

    server.wait_run("producer", server.trigger("producer"))
    [event] = events(server)
    assert (event["name"], event["extra"]) == ("raw", {"rows": 3})
    [run] = server.wait_for(lambda: runs_of(server, "either"), "the run that waits for either")
    assert run["run_type"] == "asset_triggered" and "logical_date" not in run
    assert runs_of(server, "both") == []

    assert cli(server, "assets", "changed", "labels", "--extra", '{"n": 1}').returncode == 0
    [run] = server.wait_for(lambda: runs_of(server, "both"), "the run that waits for both")
    assert server.wait_run("both", run["dag_run_id"])["state"] == "success"
    path = f"/api/v2/dags/both/dagRuns/{run['dag_run_id']}/taskInstances/use/xcomEntries"
    assert server.get(path)["items"][0]["value"] == {"raw": [{"rows": 3}], "labels": [{"n": 1}]}

    listed = {one["name"]: one for one in json.loads(cli(server, "assets", "list", "--json").stdout)}
    assert set(listed) == {"raw", "labels"}
    unknown = cli(server, "assets", "changed", "nobody")
    assert unknown.returncode == 1 and "nobody" in unknown.stderr


def test_a_backfill_makes_the_runs_of_its_dates(server):
    server.add_dag("assets", DAGS, first="daily")
    dates = ("daily", "--from", "2026-11-01", "--to", "2026-11-05")
    dry = cli(server, "backfills", "create", *dates, "--dry-run").stdout
    assert "would make 5 runs" in dry and "2026-11-03" in dry
    assert not [run for run in runs_of(server, "daily") if run["run_type"] == "backfill"]
    done = cli(server, "backfills", "create", *dates, "--wait", "--max-active-runs", "2")
    assert done.returncode == 0 and "5 success, 0 failed" in done.stdout
    made = [run for run in runs_of(server, "daily") if run["run_type"] == "backfill"]
    assert sorted(run["logical_date"][:10] for run in made) == [f"2026-11-0{day}" for day in range(1, 6)]
    assert {run["state"] for run in made} == {"success"}
    [backfill] = json.loads(cli(server, "backfills", "list", "--json").stdout)
    assert cli(server, "backfills", "cancel", str(backfill["id"])).returncode == 1  # it is over
    missing = cli(server, "backfills", "create", "nobody", "--from", "2026-11-01", "--to", "2026-11-05")
    assert missing.returncode == 1 and "'nobody' is not known" in missing.stderr

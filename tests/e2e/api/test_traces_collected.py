# SPDX-License-Identifier: Apache-2.0
"""Traces of runs as a real OpenTelemetry collector reads them, refuses them, and is away."""

from pathlib import Path

import pytest
from otlp_collector import RealCollector
from product import cli
from server import Server
from test_traces import attributes, metric

ERROR = 2  # of a status, by the protocol
DAGS = """
from datetime import timedelta
from airflow.sdk import DAG, Asset
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
made = Asset("made")
with DAG("collected"):
    read = BashOperator(task_id="read", bash_command="echo is $TRACEPARENT", outlets=[made])
    check = BashOperator(task_id="check", bash_command="exit 3", retries=1,
                         retry_delay=timedelta(milliseconds=100))
    call = TriggerDagRunOperator.partial(task_id="call", trigger_dag_id="called").expand(
        conf=[{"n": 1}, {"n": 2}])
    read >> [check, call]
with DAG("woken", schedule=[made]):
    BashOperator(task_id="t", bash_command="true")
with DAG("called"):
    BashOperator(task_id="t", bash_command="true")
with DAG("small"):
    BashOperator(task_id="t", bash_command="true")
"""


@pytest.fixture
def collector(tmp_path):
    one = RealCollector(tmp_path)
    yield one
    one.stop()


@pytest.fixture
def collected(tmp_path, collector, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "site 7")
    with Server(tmp_path / "home", slots=4, keep=True,
                extra=("--otlp-endpoint", collector.url)) as server:
        server.add_dag("collected", DAGS)
        yield server


def told(server, text: str) -> str:
    return cli(server, "logs", "--text", text).stdout


def test_a_collector_reads_a_run_with_its_tries_and_what_they_started(collected, collector):
    collector.start()
    run = collected.trigger("collected")
    assert collected.wait_run("collected", run)["state"] == "failed"
    collected.wait_for(lambda: collector.named("RUN collected") and collector.named("RUN woken") and
                       len(collector.named("RUN called")) == 2, "the roots")
    spans = collector.spans()
    assert {attributes(span["resource"])["service.name"] for span in spans} == {"site 7"}
    assert len({span["spanId"] for span in spans}) == len(spans)
    root, = collector.named("RUN collected")
    assert (root.get("parentSpanId", ""), root["kind"], root["status"]["code"]) == ("", 2, ERROR)
    assert root["status"]["message"] == "task 'check' ended as failed"
    assert attributes(root)["cicd.pipeline.run.id"] == run
    tries = {(span["name"], attributes(span)["aiflow.task.try_number"]): span for span in spans
             if span.get("parentSpanId") == root["spanId"]}
    assert set(tries) == {("read", "1"), ("check", "1"), ("check", "2"), ("call[0]", "1"),
                          ("call[1]", "1")}
    for (name, _), span in tries.items():
        parts = {part["name"]: part for part in spans if part.get("parentSpanId") == span["spanId"]}
        assert {"running"} <= set(parts) <= {"scheduled", "queued", "running"}
        assert {part["traceId"] for part in (span, *parts.values())} == {root["traceId"]}
        assert int(root["startTimeUnixNano"]) <= int(span["startTimeUnixNano"])
        assert span["endTimeUnixNano"] == parts["running"]["endTimeUnixNano"]
        assert (span["status"].get("code") == ERROR) == (name == "check")
        if name == "read":
            log = cli(collected, "tasks", "log", "collected", "read", "--run", run).stdout
            assert f"is 00-{root['traceId']}-{parts['running']['spanId']}-01" in log
    assert attributes(tries["check", "1"])["error.type"] == "up_for_retry"
    woken, = collector.named("RUN woken")
    link, = woken["links"]
    assert (link["traceId"], link["spanId"]) == (root["traceId"], root["spanId"])
    # What a task triggered links to the very try that did.
    links = [link for span in collector.named("RUN called") for link in span["links"]]
    assert sorted((link["traceId"], link["spanId"]) for link in links) == sorted(
        (root["traceId"], tries[f"call[{n}]", "1"]["spanId"]) for n in (0, 1))
    assert {attributes(link)["cicd.pipeline.task.name"] for link in links} == {"call"}
    assert sorted(attributes(span)["aiflow.run.triggered_by"] for span in collector.named(
        "RUN called")) == [f"task collected/call[{n}], try 1, of run {run}" for n in (0, 1)]
    collected.wait_for(lambda: metric(collected, "exported") == len(spans), "the count")


def test_what_a_collector_finds_too_large_is_dropped_and_said(collected, collector):
    collector.start(max_request_body_size=300)
    collected.wait_run("small", collected.trigger("small"))
    collected.wait_for(lambda: metric(collected, "dropped") > 0, "the count")
    assert "400: http: request body too large" in told(collected, "do not reach the collector")
    assert metric(collected, "exported") == 0 and collector.spans() == []
    collector.stop()
    collector.start()
    run = collected.trigger("small")
    collected.wait_run("small", run)
    collected.wait_for(lambda: run in [attributes(root)["cicd.pipeline.run.id"]
                                       for root in collector.named("RUN small")], "the next run")
    assert told(collected, "the collector takes traces again")


def test_a_collector_that_is_full_then_away_gets_everything_when_it_is_back(collected, collector):
    collector.start(file=Path("/dev/full"))
    runs = [collected.trigger("small")]
    collected.wait_run("small", runs[0])
    collected.wait_for(lambda: told(collected, "do not reach the collector"), "a line")
    assert "503: write /dev/full: no space left" in told(collected, "do not reach the collector")
    collector.stop()
    runs.append(collected.trigger("small"))
    assert collected.wait_run("small", runs[1])["state"] == "success"
    collector.start()
    collected.wait_for(lambda: len(collector.named("RUN small")) == 2, "both roots")
    assert sorted(attributes(root)["cicd.pipeline.run.id"]
                  for root in collector.named("RUN small")) == sorted(runs)
    spans = collector.spans()
    assert len({span["spanId"] for span in spans}) == len(spans)
    assert metric(collected, "dropped") == 0

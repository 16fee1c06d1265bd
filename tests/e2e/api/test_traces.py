# SPDX-License-Identifier: Apache-2.0
"""Traces of runs at a collector, whose requests the protocol's own definitions read."""

import base64
import http.server
import json
import subprocess
import threading

import pytest
from product import cli, not_installed
from server import ROOT, Server

PYTHON = ROOT / "build/schemathesis/bin/python"
# The JSON mapping of OTLP has ids in hexadecimal where that of Protocol Buffers has base64.
PARSE = """
import sys
from google.protobuf.json_format import MessageToJson, Parse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
print(MessageToJson(Parse(sys.stdin.read(), ExportTraceServiceRequest())))
"""
DAG = """
from datetime import timedelta
from airflow.sdk import DAG, Asset, task
from airflow.providers.standard.operators.bash import BashOperator
made = Asset("made")
with DAG("traced"):
    a = BashOperator(task_id="a", bash_command="echo is $TRACEPARENT", outlets=[made])
    b = BashOperator(task_id="b", bash_command="exit 3", retries=1, retry_delay=timedelta(milliseconds=100))
    @task
    def c():
        import os
        print("is", os.environ["TRACEPARENT"])
    a >> b
    a >> c()
with DAG("woken", schedule=[made]):
    BashOperator(task_id="t", bash_command="true")
"""


class Collector:
    """Takes OTLP/HTTP requests; `answers` are given before it says 200."""

    def __init__(self):
        self.bodies, self.answers, self.paths, self.headers = [], [], [], []
        self.asked = 0
        self.hold = threading.Event()
        self.hold.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked += 1
                outer.hold.wait(60)
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                if status == 200:
                    outer.bodies.append(body.decode())
                    outer.paths.append(self.path)
                    outer.headers.append(dict(self.headers))
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": "2",
                                    **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_words):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self):
        self.hold.set()
        self.http.shutdown()
        self.http.server_close()

    def spans(self):
        """All spans, as the definitions of the protocol read them."""
        if not PYTHON.exists():
            not_installed("opentelemetry-proto")
        found = []
        for body in list(self.bodies):
            done = subprocess.run([PYTHON, "-c", PARSE], input=with_base64(body), capture_output=True,
                                  text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            for resource in json.loads(done.stdout)["resourceSpans"]:
                assert attributes(resource["resource"])["service.name"] == "site 7"
                for scope in resource["scopeSpans"]:
                    found += scope["spans"]
        return found


def with_base64(body: str) -> str:
    def change(value):
        if isinstance(value, list):
            return [change(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {key: base64.b64encode(bytes.fromhex(one)).decode()
                if key in ("traceId", "spanId", "parentSpanId") else change(one)
                for key, one in value.items()}
    return json.dumps(change(json.loads(body)))


def as_hex(of_base64: str) -> str:
    return base64.b64decode(of_base64).hex()


def attributes(thing):
    return {one["key"]: one["value"].get("stringValue", one["value"].get("intValue"))
            for one in thing["attributes"]}


@pytest.fixture
def collector():
    one = Collector()
    yield one
    one.stop()


@pytest.fixture
def traced(tmp_path, collector, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "site 7")
    with Server(tmp_path / "home", slots=4, keep=True,
                extra=("--otlp-endpoint", collector.url)) as server:
        server.add_dag("traced", DAG)
        yield server


def metric(server, outcome: str) -> int:
    line, = [line for line in metrics_text(server).splitlines()
             if line.startswith(f'aiflow_trace_spans_total{{outcome="{outcome}"}}')]
    return int(float(line.split()[-1]))


def metrics_text(server) -> str:
    done = subprocess.run(["curl", "-sS", "--unix-socket", server.home / "run" / "api.sock",
                           "http://aiflow/metrics"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_run_is_a_trace(traced, collector):
    run = traced.trigger("traced")
    assert traced.wait_run("traced", run)["state"] == "failed"
    traced.wait_for(lambda: len([body for body in collector.bodies if "RUN woken" in body]),
                    "the run that the asset started")
    traced.wait_for(lambda: any("RUN traced" in body for body in collector.bodies), "the root")
    spans = collector.spans()
    assert set(collector.paths) == {"/v1/traces"}
    root, = [span for span in spans if span["name"] == "RUN traced"]
    mine = [span for span in spans if span["traceId"] == root["traceId"]]
    assert "parentSpanId" not in root
    assert root["kind"] == "SPAN_KIND_SERVER"
    assert root["status"]["code"] == "STATUS_CODE_ERROR"
    assert root["status"]["message"] != ""
    assert attributes(root)["cicd.pipeline.run.id"] == run
    tries = [span for span in mine if span.get("parentSpanId") == root["spanId"]]
    assert sorted(span["name"] for span in tries) == ["a", "b", "b", "c"]
    assert sorted(attributes(span)["aiflow.task.try_number"] for span in tries
                  if span["name"] == "b") == ["1", "2"]
    for span in tries:
        parts = {part["name"]: part for part in mine if part.get("parentSpanId") == span["spanId"]}
        assert {"running"} <= set(parts) <= {"scheduled", "queued", "running"}
        if "queued" in parts:
            assert parts["queued"]["endTimeUnixNano"] == parts["running"]["startTimeUnixNano"]
        assert span["endTimeUnixNano"] == parts["running"]["endTimeUnixNano"]
        is_bad = span["name"] == "b"
        assert (parts["running"]["status"]["code"] == "STATUS_CODE_ERROR") == is_bad
        assert ("error.type" in attributes(span)) == is_bad
        if span["name"] in ("a", "c"):
            log = cli(traced, "tasks", "log", "traced", span["name"], "--run", run).stdout
            parent = f"00-{as_hex(root['traceId'])}-{as_hex(parts['running']['spanId'])}-01"
            assert f"is {parent}" in log
    assert len({span["spanId"] for span in spans}) == len(spans)
    woken, = [span for span in spans if span["name"] == "RUN woken"]
    link, = woken["links"]
    assert (link["traceId"], link["spanId"]) == (root["traceId"], root["spanId"])
    assert attributes(link)["cicd.pipeline.task.name"] == "a"
    traced.wait_for(lambda: metric(traced, "exported") == len(spans), "the count")


def test_a_collector_that_is_busy_gets_them_later(traced, collector):
    collector.answers = [(503, {"Retry-After": "1"}), (429, {"Retry-After": "1"})]
    run = traced.trigger("traced")
    traced.wait_run("traced", run)
    traced.wait_for(lambda: any("RUN traced" in body for body in collector.bodies), "the root")
    assert collector.asked >= 3
    assert metric(traced, "dropped") == 0


def test_a_collector_that_hangs_holds_up_neither_runs_nor_the_end(traced, collector):
    collector.hold.clear()
    traced.wait_run("traced", traced.trigger("traced"))
    traced.wait_for(lambda: collector.asked > 0, "a request")
    traced.wait_run("traced", traced.trigger("traced"))
    assert traced.stop_server() == 0


def test_a_wrong_address_is_told_and_costs_nothing_else(tmp_path, collector):
    collector.answers = [(404, {})] * 1000
    with Server(tmp_path / "home", slots=4, keep=True,
                extra=("--otlp-endpoint", collector.url + "/elsewhere/")) as server:
        server.add_dag("traced", DAG)
        server.wait_run("traced", server.trigger("traced"))
        server.wait_for(lambda: metric(server, "dropped") > 0, "the count")
        told = cli(server, "logs", "--level", "warning", "--text", "do not reach the collector")
        assert "404" in told.stdout
        assert metric(server, "exported") == 0
    with Server(tmp_path / "away", slots=4, keep=True,
                extra=("--otlp-endpoint", "http://127.0.0.1:1")) as server:
        server.add_dag("traced", DAG)
        server.wait_run("traced", server.trigger("traced"))
        server.wait_for(lambda: cli(server, "logs", "--level", "warning", "--text",
                                    "do not reach the collector").stdout, "a line")
        assert server.stop_server() == 0
    wrong = Server(tmp_path / "wrong", keep=True, extra=("--otlp-endpoint", "collector:4318"))
    wrong.start(ready=False)
    assert wrong.process.wait(30) == 2
    assert "--otlp-endpoint" in wrong.output.read_text()


def test_the_standard_variables_will_do_and_their_secret_is_told_to_nobody(
        tmp_path, collector, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "site 7")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url + "/base/")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=canary%2D8812,x-site=7")
    dag = DAG.replace("echo is", "env; echo is")
    with Server(tmp_path / "home", slots=4, keep=True) as server:
        server.add_dag("traced", dag)
        run = server.trigger("traced")
        server.wait_run("traced", run)
        server.wait_for(lambda: any("RUN traced" in body for body in collector.bodies), "the root")
        assert set(collector.paths) == {"/base/v1/traces"}
        assert collector.headers[0]["x-api-key"] == "canary-8812"
        log = cli(server, "tasks", "log", "traced", "a", "--run", run).stdout
        assert "TRACEPARENT=" in log
        for text in (log, (server.home / "logs" / "server.log").read_text()):
            assert "8812" not in text

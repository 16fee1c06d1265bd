# SPDX-License-Identifier: Apache-2.0
"""/metrics of a live server, read by Prometheus' own client, and the dashboard and alerts that name it."""

import json
import re
import subprocess
import urllib.error
import urllib.request

import pytest
import yaml
from product import cli, not_installed
from server import ROOT

PYTHON = ROOT / "build/schemathesis/bin/python"
PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families
print(json.dumps([[f.name, f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]]
                  for f in text_string_to_metric_families(sys.stdin.read())]))
"""
DAG = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("measured"):
    BashOperator(task_id="a", bash_command="true") >> BashOperator(task_id="b", bash_command="exit 1")
"""


def scrape(server, token: str):
    request = urllib.request.Request(f"http://127.0.0.1:{server.http_port()}/metrics",
                                     headers={"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.read().decode()


def families_of(text: str):
    """-> {name: (type, help)}, {sample name: [(labels, value)]}."""
    if not PYTHON.exists():
        not_installed("prometheus-client")
    done = subprocess.run([PYTHON, "-c", PARSE], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    families, samples = {}, {}
    for name, kind, help_text, found in json.loads(done.stdout):
        assert name not in families, f"{name} is there twice"
        families[name] = (kind, help_text)
        for sample, labels, value in found:
            samples.setdefault(sample, []).append((labels, value))
    return families, samples


def value(samples, name: str, **labels):
    found = [value for have, value in samples[name] if have == labels]
    assert len(found) == 1, f"{name} {labels}: {samples[name]}"
    return found[0]


@pytest.fixture
def measured(server):
    """A server with a run that failed, and a token as the guide makes it."""
    server.add_dag("measured", DAG)
    server.call("PATCH", "/api/v2/dags/measured", {"is_paused": False})
    run = server.trigger("measured", dag_run_id="r1")
    server.wait_run("measured", run)
    server.call("POST", "/api/v2/users", {"username": "mina", "role": "operator", "password": "long enough 1"})
    made = cli(server, "tokens", "create", "mina", "--name", "prometheus", "--role", "viewer", "--read-only",
               "--json")
    assert made.returncode == 0, made.stderr
    server.scrape_token = json.loads(made.stdout)["token"]
    return server


def test_prometheus_reads_what_happened(measured):
    families, samples = families_of(scrape(measured, measured.scrape_token))
    for name, (kind, help_text) in families.items():
        assert help_text, f"{name} has no HELP"
        assert kind in ("counter", "gauge", "histogram"), name
        assert re.fullmatch(r"(aiflow|process)_[a-z_]+", name), name
    assert value(samples, "aiflow_task_state_changes_total", state="success") == 1
    assert value(samples, "aiflow_task_state_changes_total", state="failed") == 1
    assert value(samples, "aiflow_dag_run_state_changes_total", state="failed") == 1
    assert value(samples, "aiflow_task_queued_seconds_count") == 2
    assert value(samples, "aiflow_dag_runs", state="running") == 0
    assert value(samples, "aiflow_dags", paused="false") == 1
    assert value(samples, "aiflow_workers", state="connected") == 1
    assert value(samples, "aiflow_executor_slots", executor="local") == 4
    assert value(samples, "aiflow_component_healthy", component="database") == 1
    assert value(samples, "aiflow_pool_slots", pool="default_pool") == 128
    assert value(samples, "process_resident_memory_bytes") > 1e6
    assert value(samples, "aiflow_scheduler_decision_seconds_count") >= 3
    assert sum(len(found) for found in samples.values()) < 3000


def test_metrics_need_a_token_and_what_is_asked_makes_no_labels(measured):
    with pytest.raises(urllib.error.HTTPError) as refused:
        scrape(measured, "")
    assert refused.value.code == 401
    before = sum(map(len, families_of(scrape(measured, measured.scrape_token))[1].values()))
    for n in range(50):
        for path in (f"/api/v2/dags/no-{n}", f"/api/v2/nothing-{n}", f"/page-{n}"):
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(urllib.request.Request(
                    f"http://127.0.0.1:{measured.http_port()}{path}", method="DELETE"), timeout=20)
    _families, samples = families_of(scrape(measured, measured.scrape_token))
    assert value(samples, "aiflow_http_requests_total", **{"class": "metrics", "code": "401"}) == 1
    assert sum(map(len, samples.values())) < before + 60


def test_a_queue_that_nobody_serves_is_told_with_what_waits_for_it(measured):
    measured.add_dag("stuck", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("stuck"):
    BashOperator(task_id="a", bash_command="true", queue="nobody")
""")
    measured.trigger("stuck")

    def waits():
        _families, samples = families_of(scrape(measured, measured.scrape_token))
        waiting = {labels["queue"]: number for labels, number in samples["aiflow_queue_waiting_tasks"]}
        if "nobody" not in waiting or value(samples, "aiflow_queue_oldest_wait_seconds", queue="nobody") == 0:
            return None
        return samples, waiting

    samples, waiting = measured.wait_for(waits, "a task that waits")
    assert waiting == {"default": 0, "nobody": 1}
    assert value(samples, "aiflow_queue_oldest_wait_seconds", queue="default") == 0
    assert value(samples, "aiflow_pool_oldest_wait_seconds", pool="default_pool") >= 0
    assert "nobody" not in {labels["queue"] for labels, _slots in samples["aiflow_queue_slots"]}


def queries():
    """Every query of the dashboard and the alerts, with where it is."""
    for file in sorted((ROOT / "deploy/grafana").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield f"{file.name}: {panel['title']}", target["expr"]
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        yield f"alerts.yml: {rule['alert']}", rule["expr"]


def test_every_query_of_the_dashboard_and_the_alerts_names_what_is_there(measured):
    _families, samples = families_of(scrape(measured, measured.scrape_token))
    # A service's figures are there when there is one.
    samples |= {name: [({"service": "", "quantile": ""}, 0)] for name in
                ("aiflow_service_up", "aiflow_service_requests_total", "aiflow_service_latency_seconds")}
    seen = set()
    for where, query in queries():
        named = re.findall(r"\b((?:aiflow|process)_\w+|up\b)(?:\{([^}]*)\})?", query)
        assert named, f"{where} names no metric"
        for name, matchers in named:
            if name == "up":
                continue
            assert name in samples, f"{where}: there is no metric {name}"
            seen.add(name)
            labels = set().union(*(have.keys() for have, _value in samples[name])) | {"job"}
            for label in re.findall(r"(\w+)\s*=", matchers):
                assert label in labels, f"{where}: {name} has no label {label}"
            by = re.findall(r"by \(([^)]*)\)", query)
            for label in (word.strip() for words in by for word in words.split(",")):
                assert label in labels, f"{where}: {name} has no label {label}"
    assert len(seen) > 20


def test_the_guide_explains_every_metric_and_no_other(measured):
    families, _samples = families_of(scrape(measured, measured.scrape_token))
    guide = (ROOT / "docs/guide/monitoring.md").read_text()
    explained = set(re.findall(r"^\| `((?:aiflow|process)_\w+)", guide, re.M))
    there = {name + ("_total" if kind == "counter" else "") for name, (kind, _help) in families.items()}
    assert explained == there

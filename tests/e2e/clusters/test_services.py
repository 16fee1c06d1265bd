# SPDX-License-Identifier: Apache-2.0
"""Service tasks in a real cluster: a Deployment and a Service, asked by tasks, lost, adopted, removed."""

import json
import urllib.request

import pytest

from test_kubernetes import IMAGE, log_of, xcom_of

SOURCE = """
import time
from pathlib import Path
from aiflow import DAG, task
from aiflow.operators.service import ServiceOperator

with DAG("served"):
    web = ServiceOperator(task_id="web", executor="kubernetes", health="/hello", health_interval=1, metrics="/metrics",
                          command="mkdir -p /www; echo {{ ds and 'hello' }} > /www/hello; "
                                  "(n=0; while sleep 1; do n=$((n+3)); "
                                  "echo http_requests_total $n > /www/metrics; done) & "
                                  "echo it begins; exec httpd -f -v -p {port} -h /www")

    @task
    def wait(url):
        while not Path(%r).exists():
            time.sleep(0.1)
        return url

    wait(web.output)
"""


@pytest.fixture
def server(make_server, cluster):
    """What a failed test leaves behind is not there for the next one."""
    yield make_server(slots=4, extra=("--kubernetes", f"main={cluster.kubeconfig}",
                                      "--pod-image", IMAGE)).start()
    cluster.kubectl("delete", "deployments,services", "-l", "aiflow.dev/service", "--wait=false")


def of_kind(cluster, kind):
    found = json.loads(cluster.kubectl("get", kind, "-l", "aiflow.dev/service", "-o", "json"))
    return found["items"]


def test_it_serves_is_adopted_made_again_and_removed(server, cluster):
    server.add_dag("served", SOURCE % str(server.home / "go"))
    run = server.trigger("served")

    def web(state, cause=""):
        now = server.tasks("served", run)["web"]
        return now if now.get("service") == state and cause in now["cause"] else None

    server.wait_for(lambda: web("serving"), "the service to serve", timeout=90)
    [deployment] = of_kind(cluster, "deployments")
    name, space = deployment["metadata"]["name"], deployment["metadata"]["namespace"]
    assert xcom_of(server, "served", run, "web") == {
        "return_value": f"http://{name}.{space}.svc:8080"}
    server.wait_for(lambda: "it begins" in log_of(server, "served", run, "web"), "its log")

    # What the address leads to; neither DNS nor kube-proxy runs here. The cluster's controller of
    # endpoints may hear of a pod that is ready later than we do.
    def led_to():
        return json.loads(cluster.kubectl("get", "endpoints", name, "-o", "json")).get("subsets")
    [there] = server.wait_for(led_to, "an end point")
    url = f"http://{there['addresses'][0]['ip']}:{there['ports'][0]['port']}/hello"
    assert urllib.request.urlopen(url, timeout=10).read() == b"hello\n"

    def rate():
        said = web("serving")
        return said and (said.get("progress") or {}).get("what", "").endswith("/s")
    server.wait_for(rate, "its rate", timeout=60)
    assert web("serving")["progress"]["unit"] == "requests"

    [pod] = of_kind(cluster, "pods")
    cluster.kubectl("delete", "pod", pod["metadata"]["name"], "--grace-period=0", "--force")
    server.wait_for(lambda: web("degraded"), "its loss to show", timeout=30)
    server.wait_for(lambda: web("serving", "started 2 times"), "another pod to serve", timeout=90)
    [other] = of_kind(cluster, "pods")
    assert other["metadata"]["name"] != pod["metadata"]["name"]

    server.stop_server()
    server.start(ready=False)
    server.wait_ready()
    server.wait_for(lambda: server.get("/api/v2/monitor/health")["status"] == "healthy", "the cluster")
    (server.home / "go").write_text("")
    assert server.wait_run("served", run)["state"] == "success"
    assert "drained" in server.tasks("served", run)["web"]["cause"]
    nothing_is_left(server, cluster)


OTHERS = """
from aiflow import DAG
from aiflow.operators.service import ServiceOperator
from airflow.operators.empty import EmptyOperator

def service(task_id, **more):
    return ServiceOperator(task_id=task_id, executor="kubernetes", health_interval=1,
                           command="exec httpd -f -p {port} -h /", stop_grace=1, **more)

with DAG("others"):
    for one in (service("never", health="/none", ready_timeout=4),
                service("command", health=["test", "-d", "/bin"]),
                service("outside", node_port=True)):
        one >> EmptyOperator(task_id=f"after_{one.task_id}")
with DAG("alone"):
    service("forever")
"""


def nothing_is_left(server, cluster):
    for kind in ("deployments", "pods"):
        server.wait_for(lambda kind=kind: not of_kind(cluster, kind), f"no {kind}", timeout=60)
    assert "s-" not in cluster.kubectl("get", "services", "-o", "name")


def test_one_that_never_serves_and_one_with_a_port_of_its_node(server, cluster):
    server.add_dag("others", OTHERS, first="others")
    run = server.trigger("others")
    server.wait_run("others", run, 120)
    tasks = server.tasks("others", run)
    assert tasks["never"]["state"] == "failed"
    assert "has not served for 4s" in tasks["never"]["cause"]
    assert tasks["after_never"]["state"] == "upstream_failed"
    for name in ("command", "outside"):
        assert tasks[name]["state"] == tasks["after_" + name]["state"] == "success", tasks[name]
    address = xcom_of(server, "others", run, "outside")["return_value"]
    host, port = address.removeprefix("http://").split(":")
    node = json.loads(cluster.kubectl("get", "node", "localhost", "-o", "json"))
    assert host in [one["address"] for one in node["status"]["addresses"]]
    assert 30000 <= int(port) <= 32767
    nothing_is_left(server, cluster)


def test_a_run_that_a_user_ends_takes_its_service_along(server, cluster):
    server.add_dag("others", OTHERS, first="others")
    run = server.trigger("alone")
    server.wait_for(lambda: server.tasks("alone", run)["forever"].get("service") == "serving",
                    "the service to serve", timeout=90)
    server.call("PATCH", f"/api/v2/dags/alone/dagRuns/{run}", {"state": "failed"})
    nothing_is_left(server, cluster)

# SPDX-License-Identifier: Apache-2.0
"""deploy/kubernetes, as a real API server sees it."""

import json
import time

import pytest
from server import BIN, ROOT

from test_kubernetes import HEAD, IMAGE

MANIFESTS = ROOT / "deploy/kubernetes"
ACCOUNT = "system:serviceaccount:aiflow:aiflow"


@pytest.fixture(scope="module")
def namespace(cluster):
    cluster.kubectl("apply", "-f", MANIFESTS / "namespace.yaml")
    cluster.kubectl("apply", "-n", "aiflow", "-f", MANIFESTS / "rbac.yaml")
    yield "aiflow"
    cluster.kubectl("delete", "namespace", "aiflow", "--wait=false")


def test_the_api_takes_all_manifests(cluster, namespace):
    taken = cluster.kubectl("apply", "--dry-run=server", "-k", MANIFESTS)
    for kind in ("namespace/aiflow", "serviceaccount/aiflow", "role.rbac.authorization.k8s.io/aiflow",
                 "rolebinding.rbac.authorization.k8s.io/aiflow", "persistentvolumeclaim/aiflow-home",
                 "service/aiflow", "deployment.apps/aiflow"):
        assert kind in taken, taken


def test_the_account_may_what_the_server_does_and_no_more(cluster, namespace):
    def may(verb, what):
        kind, _, part = what.partition("/")
        more = ["--subresource", part] if part else []
        return cluster.kubectl("auth", "can-i", verb, kind, *more, "-n", namespace, "--as", ACCOUNT,
                               check=False).strip()

    for verb in ("create", "get", "list", "watch", "delete", "patch"):
        assert may(verb, "pods") == "yes"
    assert may("get", "pods/log") == "yes"
    for verb in ("create", "get", "list", "delete"):
        assert may(verb, "deployments.apps") == "yes"
    for verb in ("create", "get", "delete"):
        assert may(verb, "services") == "yes"
    assert may("create", "secrets") == may("create", "configmaps") == "yes"
    for verb, what in (("get", "secrets"), ("create", "pods/exec"), ("update", "nodes"),
                       ("update", "deployments.apps"), ("list", "services")):
        assert may(verb, what) == "no"


def test_a_server_with_that_account_runs_pods_in_its_namespace(cluster, namespace, make_server,
                                                               tmp_path):
    config = json.loads(cluster.kubeconfig.read_text())
    config["users"] = [{"name": "a", "user": {
        "token": cluster.kubectl("create", "token", "aiflow", "-n", namespace).strip()}}]
    config["contexts"] = [{"name": "a", "context": {"cluster": "kube", "user": "a",
                                                    "namespace": namespace}}]
    config["current-context"] = "a"
    config["clusters"][0]["cluster"]["certificate-authority"] = str(cluster.folder / "ca.crt")
    (tmp_path / "config").write_text(json.dumps(config))
    server = make_server(extra=("--kubernetes", str(tmp_path / "config"), "--pod-image", IMAGE)).start()
    server.add_dag("inside", HEAD + """
from aiflow.operators.service import ServiceOperator
with DAG("inside"):
    pod("p", "echo in a pod")
    pod("elsewhere", "true", namespace="kube-system")
    ServiceOperator(task_id="web", executor="kubernetes", node_port=True, stop_grace=1,
                    command="exec httpd -f -p {port}") >> pod("user", "true")
""")
    made = server.trigger("inside")
    server.wait_run("inside", made)
    tasks = server.tasks("inside", made)
    assert tasks["p"]["state"] == "success", tasks["p"]["cause"]
    assert "give it a ClusterRole" in tasks["elsewhere"]["cause"]
    assert tasks["web"]["state"] == tasks["user"]["state"] == "success", tasks["web"]["cause"]
    assert "s-web" not in cluster.kubectl("get", "services,deployments", "-n", namespace, "-o", "name")


DAG = HEAD + """
with DAG("within"):
    pod("p", "echo in a pod of its own cluster")
"""


@pytest.fixture
def inside(cluster, namespace, tmp_path):
    """AIflow itself as a pod with the account of deploy/kubernetes; the programs are this machine's."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/within.py").write_text(DAG)
    cluster.make_python_image()

    def host(name, path):
        return ({"name": name, "mountPath": str(path)}, {"name": name, "hostPath": {"path": str(path)}})

    mounts, volumes = zip(host("usr", "/usr"), host("source", ROOT), host("programs", BIN.resolve()),
                          host("dags", tmp_path / "dags"))
    # No kube-proxy runs here, so the service's address leads nowhere; the node's own does.
    env = [{"name": "KUBERNETES_SERVICE_HOST", "value": "127.0.0.1"},
           {"name": "KUBERNETES_SERVICE_PORT", "value": str(cluster.port)},
           {"name": "LD_LIBRARY_PATH", "value": "/usr/lib/x86_64-linux-gnu"}]
    container = {"name": "server", "image": "kube.local/python:1", "env": env,
                 "command": [str(BIN / "aiflow"), "serve", "--home", "/tmp/home", "--port", "auto",
                             "--dags", str(tmp_path / "dags")],
                 "volumeMounts": list(mounts)}
    cluster.kubectl("apply", "-f", "-", stdin=json.dumps({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "inside", "namespace": namespace},
        "spec": {"serviceAccountName": "aiflow", "hostNetwork": True, "restartPolicy": "Never",
                 "terminationGracePeriodSeconds": 5, "containers": [container],
                 "volumes": list(volumes)}}))
    cluster.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/inside", "--timeout=60s")

    def aiflow(*words):
        return cluster.kubectl("exec", "-n", namespace, "inside", "--", str(BIN / "aiflow"), *words,
                               "--home", "/tmp/home", check=False)

    yield aiflow
    cluster.kubectl("delete", "pod", "-n", namespace, "inside", "--wait=false")


def eventually(check, what, timeout=60):
    end = time.monotonic() + timeout
    while not (value := check()):
        assert time.monotonic() < end, what
        time.sleep(0.3)
    return value


def test_a_server_in_a_pod_finds_its_cluster_and_runs_pods_in_it(inside):
    eventually(lambda: "within" in inside("dags", "list"), "the DAG")
    inside("dags", "trigger", "within", "--run-id", "r1")
    eventually(lambda: '"success"' in inside("tasks", "list", "within", "--json"),
               "the task's end")
    assert "in a pod of its own cluster" in inside("tasks", "log", "within", "p")

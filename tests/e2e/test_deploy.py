# SPDX-License-Identifier: Apache-2.0
"""deploy/kubernetes, as a real API server sees it."""

import json

import pytest
from server import ROOT

from test_kubernetes import HEAD

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
    for verb, what in (("get", "secrets"), ("create", "pods/exec"), ("update", "nodes")):
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
    server = make_server(extra=("--kubernetes", str(tmp_path / "config"))).start()
    server.add_dag("inside", HEAD + """
with DAG("inside"):
    pod("p", "echo in a pod")
    pod("elsewhere", "true", namespace="kube-system")
""")
    made = server.trigger("inside")
    server.wait_run("inside", made)
    tasks = server.tasks("inside", made)
    assert tasks["p"]["state"] == "success", tasks["p"]["cause"]
    assert "forbidden" in tasks["elsewhere"]["cause"]

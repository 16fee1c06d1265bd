# SPDX-License-Identifier: Apache-2.0
"""A true node that falls silent, and a simulated one that evicts its pods: each attempt ends once."""

import pytest

from test_kubernetes import HEAD, IMAGE, log_of, name_of_pod

# Pods that leave a lost node after a second, and not after the cluster's five minutes.
LEAVE = """
leave = [{"key": f"node.kubernetes.io/{reason}", "operator": "Exists", "effect": "NoExecute",
          "tolerationSeconds": 1} for reason in ("unreachable", "not-ready")]
"""


@pytest.fixture
def server(make_server, cluster):
    return make_server(slots=4, extra=("--kubernetes", f"main={cluster.kubeconfig}",
                                       "--pod-image", IMAGE)).start()


def ends_of(server, dag, made, task):
    """State and cause of each try, in order."""
    tries = server.get(f"/api/v2/dags/{dag}/dagRuns/{made}/taskInstances/{task}/tries")
    return [(one["try_number"], one["state"], one["cause"]) for one in tries["items"]]


def test_a_node_that_is_lost_ends_its_attempt_once_and_the_next_try_runs(server, cluster):
    """The container of the first try runs on and even ends well: nobody takes that for an end."""
    server.add_dag("lost", HEAD + LEAVE + """
with DAG("lost"):
    pod("p", "echo try {{ ti.try_number }}; [ {{ ti.try_number }} -gt 1 ] || sleep 75", retries=20,
        retry_delay=0, tolerations=leave, startup_timeout_seconds=300) >> pod("after", "true")
    pod("single", "sleep 75", tolerations=leave)
""")
    made = server.trigger("lost")
    for task in ("p", "single"):
        server.wait_for(lambda task=task: server.tasks("lost", made)[task]["state"] == "running",
                        "the first pods")
    cluster.end_node_agent()
    try:
        server.wait_for(lambda: server.tasks("lost", made)["single"]["state"] == "failed",
                        "the node's loss", timeout=120)
        assert server.tasks("lost", made)["single"]["cause"].startswith("node 'localhost' was lost")
        server.wait_for(lambda: server.tasks("lost", made)["p"]["try_number"] == 2, "the next try")
    finally:
        cluster.start_node_agent()
    server.wait_run("lost", made, 180)
    # A node that has just come back can lose another: its taints go one by one.
    *lost, last = ends_of(server, "lost", made, "p")
    assert lost and all(one[1] == "up_for_retry" for one in lost), lost
    assert all(one[2].startswith("node 'localhost' was lost") for one in lost), lost
    assert last[:2] == (len(lost) + 1, "success"), last
    assert len(ends_of(server, "lost", made, "single")) == 1
    after = server.tasks("lost", made)["after"]
    assert after["state"] == "success", after["cause"]
    assert f"] try {last[0]}\n" in log_of(server, "lost", made, "p", last[0])
    server.wait_for(lambda: not name_of_pod(cluster, "lost"), "the removal of all pods", timeout=120)


def test_a_node_that_evicts_its_pods_ends_each_attempt_once(server, cluster):
    server.add_dag("drained", """
from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
# The first tries last until the node is drained, however slowly they have begun.
seconds = {"aiflow.test/seconds": "{{ 300 if ti.try_number == 1 else 1 }}"}
with DAG("drained", max_active_tasks=20):
    for n in range(20):
        KubernetesPodOperator(
            task_id=f"p{n}", image="simulated", node_selector={"type": "kwok"}, retries=1,
            retry_delay=0, annotations=seconds,
            tolerations=[{"key": "kwok", "operator": "Exists"}])
""")
    made = server.trigger("drained")
    server.wait_for(lambda: {task["state"] for task in server.tasks("drained", made).values()} ==
                    {"running"}, "all pods")
    cluster.kubectl("taint", "nodes", "kwok-0", "aiflow.test/maintenance=now:NoExecute")
    try:
        server.wait_for(lambda: all(task["try_number"] == 2 for task in
                                    server.tasks("drained", made).values()), "the second tries")
    finally:
        cluster.kubectl("taint", "nodes", "kwok-0", "aiflow.test/maintenance:NoExecute-")
    assert server.wait_run("drained", made, 120)["state"] == "success"
    for n in range(20):
        [first, second] = ends_of(server, "drained", made, f"p{n}")
        assert first[:2] == (1, "up_for_retry"), first
        assert "kwok-0" in first[2] or "evicted" in first[2], first
        assert second[:2] == (2, "success"), second

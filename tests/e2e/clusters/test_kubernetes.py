# SPDX-License-Identifier: Apache-2.0
"""Tasks as pods of a real Kubernetes: true containers on a kubelet, and its real refusals."""

import json
import os
import signal

import pytest
from product import cli

IMAGE = "kube.local/busybox:1"
HEAD = """
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
def pod(task_id, script, **more):
    return KubernetesPodOperator(task_id=task_id, image=%r, cmds=["sh", "-c"], arguments=[script],
                                 **more)
""" % IMAGE


@pytest.fixture
def server(make_server, cluster):
    return make_server(slots=4, extra=("--kubernetes", f"main={cluster.kubeconfig}",
                                       "--pod-image", IMAGE)).start()


def run(server, name, body, timeout=120):
    server.add_dag(name, HEAD + f"with DAG({name!r}):\n" + "".join(
        f"    {line}\n" for line in body.strip().splitlines()))
    made = server.trigger(name)
    server.wait_run(name, made, timeout)
    return server.tasks(name, made), made


def log_of(server, dag, made, task, n=1):
    return server.get(f"/api/v2/dags/{dag}/dagRuns/{made}/taskInstances/{task}/logs/{n}")["content"]


def xcom_of(server, dag, made, task):
    path = f"/api/v2/dags/{dag}/dagRuns/{made}/taskInstances/{task}/xcomEntries"
    return {entry["key"]: entry["value"] for entry in server.get(path)["items"]}



def test_pods_of_all_kinds(server, cluster):
    """Success with logs and XComs, templates, failures, limits, images, placement, at once."""
    tasks, made = run(server, "kinds", """
first = pod("good", "echo hello; echo '[1, 2]' > /airflow/xcom/return.json", do_xcom_push=True)
second = pod("templated", "echo run={{ run_id }} got={{ ti.xcom_pull('good')[1] }}", env_vars={"A": "{{ ds }}"})
first >> second
pod("code", "echo bad >&2; exit 3")
pod("memory", "tail /dev/zero", container_resources={"limits": {"memory": "32Mi"}})
pod("name", "true", base_container_name="Not_A_Name")
KubernetesPodOperator(task_id="bad_image", image="kube.local/UPPER:1")
KubernetesPodOperator(task_id="no_image", image="127.0.0.1:1/none:1")
pod("no_node", "true", node_selector={"disk": "none"}, startup_timeout_seconds=3)
pod("init", "true", init_containers=[{"name": "prepare", "image": %r, "command": ["sh", "-c", "echo initlog; exit 4"]}])
pod("sidecar", "sleep 1", sidecars=[{"name": "helper", "image": %r, "command": ["sleep", "1000"]}])
pod("skipped", "exit 99", skip_on_exit_code=99)
pod("slow", "sleep 1000", execution_timeout=2)
KubernetesPodOperator.partial(task_id="mapped", image=%r, cmds=["sh", "-c"]).expand(arguments=[["exit 0"], ["exit 5"]])
BashOperator(task_id="bash", bash_command="echo line; echo $((6*7))", executor="kubernetes")
BashOperator(task_id="bash_templated", bash_command="echo {{ dag.dag_id }}; exit 2", executor="kubernetes")
""" % (IMAGE, IMAGE, IMAGE))
    states = {name: task["state"] for name, task in tasks.items()}
    assert {name for name, state in states.items() if state == "success"} == {
        "good", "templated", "sidecar", "bash"}, {n: (t["state"], t["cause"]) for n, t in tasks.items()}
    assert states["skipped"] == "skipped"
    cause = {name: task["cause"] for name, task in tasks.items()}
    assert cause["code"] == "exit code 3"
    # The node's word for it is lost now and then (pod_outcome.cpp).
    assert cause["memory"] in ("out of memory (the container's limit)",
                               "exit code 137: killed, out of memory or from outside (the node does not say)")
    assert "Not_A_Name" in cause["name"]
    assert "InvalidImageName" in cause["bad_image"]
    assert "ErrImagePull" in cause["no_image"] or "ImagePullBackOff" in cause["no_image"]
    assert "did not start within 3s: Unschedulable" in cause["no_node"]
    assert cause["init"] == "init container 'prepare' ended with exit code 4"
    assert cause["slow"] == "timed out after 2s"
    assert cause["bash_templated"] == "exit code 2"
    assert xcom_of(server, "kinds", made, "good")["return_value"] == [1, 2]
    assert xcom_of(server, "kinds", made, "bash")["return_value"] == 42
    assert f"run={made} got=2" in log_of(server, "kinds", made, "templated")
    assert "] hello\n" in log_of(server, "kinds", made, "good")
    assert "] bad\n" in log_of(server, "kinds", made, "code")
    assert "init container 'prepare'\n" in log_of(server, "kinds", made, "init")
    assert "] initlog\n" in log_of(server, "kinds", made, "init")
    server.wait_for(lambda: not cluster.kubectl(
        "get", "pods", "-l", "aiflow.dev/dag-id=kinds", "-o", "name"), "the removal of all pods")


def test_an_end_is_told_when_the_log_is_complete(server):
    """Also a long one, which comes slower than the pod ends. The second of sleep is the node's: containerd
    1.6 drops what a container that ends at once has left in its pipe."""
    tasks, made = run(server, "long", """
pod("p", "seq 60000; echo over; sleep 1") >> pod("next", "true")
""")
    assert {task["state"] for task in tasks.values()} == {"success"}
    lines = cli(server, "tasks", "log", "long", "p").stdout.splitlines()
    assert lines[-1].endswith("aiflow: ended: success"), lines[-1]
    said = [line.split("] ", 1)[1] for line in lines if "] aiflow: " not in line]
    assert said == [*map(str, range(1, 60001)), "over"]


def test_what_a_pod_waits_for_is_its_task_s_reason(server):
    server.add_dag("waits", HEAD + """
with DAG("waits"):
    pod("no_node", "true", node_selector={"disk": "none"}, startup_timeout_seconds=600)
    KubernetesPodOperator(task_id="no_image", image="127.0.0.1:1/none:1")
""")
    made = server.trigger("waits")
    said = {"no_node": "its pod waits: Unschedulable: 0/", "no_image": "its pod waits: "}

    def cause(task):
        one = server.tasks("waits", made)[task]
        return one["cause"] if one["state"] == "queued" else ""

    server.wait_for(lambda: cause("no_node").startswith(said["no_node"]), "the scheduler's words")
    server.wait_for(lambda: "Image" in cause("no_image"), "the node's words")
    told = cli(server, "tasks", "explain", "waits", "no_node").stdout
    assert "queued: its pod waits: Unschedulable: 0/" in told, told
    why = server.get(f"/api/v2/dags/waits/dagRuns/{made}/taskInstances/no_node")["explanation"]
    assert why["code"] == "attempt_waits" and why["params"]["reason"].startswith(said["no_node"])
    server.call("PATCH", f"/api/v2/dags/waits/dagRuns/{made}", {"state": "failed"})
    assert "aiflow: its pod waits: " in log_of(server, "waits", made, "no_node")


def name_of_pod(cluster, dag):
    return cluster.kubectl("get", "pods", "-l", f"aiflow.dev/dag-id={dag}", "-o", "name").strip()


def begin(server, cluster, name, body):
    """Triggers a DAG with one pod, and waits until its task runs."""
    server.add_dag(name, HEAD + f"with DAG({name!r}):\n    {body}\n")
    made = server.trigger(name)
    server.wait_for(lambda: server.tasks(name, made)["p"]["state"] == "running", "the task's start")
    return made, name_of_pod(cluster, name)


def test_a_pod_that_is_deleted_or_evicted(server, cluster):
    made, pod = begin(server, cluster, "deleted", 'pod("p", "sleep 1000")')
    cluster.kubectl("delete", "--wait=false", "--grace-period=1", pod)
    server.wait_run("deleted", made)
    assert "deleted from outside" in server.tasks("deleted", made)["p"]["cause"]
    made, pod = begin(server, cluster, "evicted", 'pod("p", "sleep 1000", termination_grace_period=1)')
    name = pod.removeprefix("pod/")
    cluster.kubectl("create", "--raw", f"/api/v1/namespaces/default/pods/{name}/eviction", "-f", "-",
                    stdin=json.dumps({"apiVersion": "policy/v1", "kind": "Eviction",
                                      "metadata": {"name": name, "namespace": "default"}}))
    server.wait_run("evicted", made)
    assert "the pod was evicted" in server.tasks("evicted", made)["p"]["cause"]


def test_the_server_is_killed_and_its_pod_goes_on(server, cluster):
    made, pod = begin(server, cluster, "killed",
                      'pod("p", "for i in 1 2 3 4 5 6; do echo line $i; sleep 1; done")')
    server.stop_server(signal.SIGKILL)
    server.start()
    assert server.wait_run("killed", made)["state"] == "success", server.tasks("killed", made)["p"]["cause"]
    assert server.tasks("killed", made)["p"]["try_number"] == 1
    log = log_of(server, "killed", made, "p")
    assert [log.count(f"] line {n}\n") for n in range(1, 7)] == [1] * 6


def test_a_run_that_is_ended_by_a_user_takes_its_pod_along(server, cluster):
    made, pod = begin(server, cluster, "ended", '''pod("p", "trap 'exit 0' TERM; sleep 1000 & wait")''')
    server.call("PATCH", f"/api/v2/dags/ended/dagRuns/{made}", {"state": "failed"})
    server.wait_for(lambda: not name_of_pod(cluster, "ended"), "the pod's end")


def test_the_api_goes_away_in_the_middle_of_a_run(server, cluster):
    made, pod = begin(server, cluster, "away", 'pod("p", "sleep 4; echo done")')
    cluster.end_api_server()
    try:
        server.wait_for(lambda: any(part["name"].startswith("kubernetes") and part["reason"]
                                    for part in server.get("/api/v2/monitor/health")["components"]),
                        "the trouble in the health")
    finally:
        cluster.run_api_server()
    assert server.wait_run("away", made)["state"] == "success"
    assert "] done\n" in log_of(server, "away", made, "p")


def test_a_cluster_that_is_away_at_the_start_lets_other_tasks_run(make_server, tmp_path):
    config = {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c"}}],
              "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}]}
    (tmp_path / "config").write_text(json.dumps(config))
    server = make_server(extra=("--kubernetes", str(tmp_path / "config"))).start()
    server.add_dag("two", HEAD + """
with DAG("two"):
    pod("p", "true")
    BashOperator(task_id="local", bash_command="true")
""")
    made = server.trigger("two")
    server.wait_for(lambda: server.tasks("two", made)["local"]["state"] == "success", "the local task")
    assert server.tasks("two", made)["p"]["state"] in ("scheduled", "queued")


def test_callbacks_see_the_pod_s_end(server, cluster, tmp_path):
    note = tmp_path / "note"
    tasks, made = run(server, "calls", f"""
def call(context):
    open({str(note)!r}, "a").write(context["ti"].task_id + ":" + str(context["exception"]))
pod("p", "exit 7", on_failure_callback=call, retries=0)
""")
    assert tasks["p"]["state"] == "failed" and "exit code 7" in tasks["p"]["cause"]
    assert note.read_text() == "p:exit code 7"


def test_two_names_of_one_cluster_leave_each_other_s_pods_alone(make_server, cluster):
    """The second one signs in with a client certificate."""
    server = make_server(extra=("--kubernetes", f"a={cluster.kubeconfig}",
                                "--kubernetes", f"b={cluster.kubeconfig}#certified")).start()
    tasks, _ = run(server, "names", """
pod("first", "sleep 2")
pod("a", "sleep 2", executor="kubernetes:a")
pod("b", "sleep 2", cluster_context="b")
""")
    assert {task["state"] for task in tasks.values()} == {"success"}, tasks


def test_a_wrong_option_is_named(make_server, tmp_path):
    server = make_server(extra=("--kubernetes", f"a={tmp_path / 'none'}"))
    server.start(ready=False)
    assert server.process.wait(20) == 1
    assert "none" in server.output.read_text()

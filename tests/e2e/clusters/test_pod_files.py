# SPDX-License-Identifier: Apache-2.0
"""What goes into pods and comes out of them, on a true kubelet: a DAG's files, XComs, secrets in logs,
times, and the words of a container that cannot start."""

import datetime as dt
import io
import json
import random
import zipfile

import pytest

from product import cli

IMAGE = "kube.local/busybox:1"
HEAD = """
from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
def pod(task_id, script, **more):
    return KubernetesPodOperator(task_id=task_id, image=%r, cmds=["sh", "-c"], arguments=[script],
                                 **more)
HERE = dict(executor="kubernetes", executor_config={"image": "kube.local/python:1"})
""" % IMAGE


@pytest.fixture
def server(make_server, cluster):
    cluster.make_python_image()
    return make_server(slots=4, extra=("--kubernetes", f"main={cluster.kubeconfig}",
                                       "--pod-image", IMAGE)).start()


def run(server, name, body, timeout=120):
    if body is not None:
        server.add_dag(name, HEAD + body)
    made = server.trigger(name)
    server.wait_run(name, made, timeout)
    return server.tasks(name, made), made


def log_of(server, dag, made, task):
    return server.get(f"/api/v2/dags/{dag}/dagRuns/{made}/taskInstances/{task}/logs/1")["content"]


def xcom_of(server, dag, made, task):
    path = f"/api/v2/dags/{dag}/dagRuns/{made}/taskInstances/{task}/xcomEntries"
    return {entry["key"]: entry["value"] for entry in server.get(path)["items"]}


def config_maps(cluster):
    return cluster.kubectl("get", "configmaps", "-o", "name").split()


def test_a_python_task_has_the_files_beside_its_dag(server, cluster):
    before = set(config_maps(cluster))
    (server.dags / "lib").mkdir()
    (server.dags / "helpers.py").write_text("WORD = 'sibling'\n")
    (server.dags / "lib/__init__.py").write_text("")
    (server.dags / "lib/deep.py").write_text("WORD = 'package'\n")
    (server.dags / "query.sql").write_text("select 1\n")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped.py", HEAD + """
import zipped_helpers
with DAG("zipped"):
    PythonOperator(task_id="p", python_callable=lambda: zipped_helpers.WORD, **HERE)
""")
        file.writestr("zipped_helpers.py", "WORD = 'in the archive'\n")
    (server.dags / "archive.zip").write_bytes(archive.getvalue())
    tasks, made = run(server, "beside", """
import os, helpers
from lib.deep import WORD
def work():
    here = os.path.dirname(os.path.abspath(__file__))
    return [helpers.WORD, WORD, open(os.path.join(here, "query.sql")).read()]
with DAG("beside"):
    PythonOperator(task_id="one", python_callable=work, **HERE)
    PythonOperator(task_id="two", python_callable=work, **HERE)
""")
    assert {task["state"] for task in tasks.values()} == {"success"}, tasks
    wanted = ["sibling", "package", "select 1\n"]
    assert [xcom_of(server, "beside", made, task)["return_value"] for task in ("one", "two")] == [wanted] * 2
    server.wait_for(lambda: server.get("/api/v2/dags/zipped"), "the DAG in the archive")
    tasks, made = run(server, "zipped", None)
    assert xcom_of(server, "zipped", made, "p")["return_value"] == "in the archive", tasks
    server.wait_for(lambda: not [one for one in config_maps(cluster)
                                 if "aiflow" in one and one not in before],
                    "the removal of the config maps with the last pod")


def test_a_dag_folder_that_is_too_large_says_so(server):
    (server.dags / "model.bin").write_bytes(random.Random(1).randbytes(1_200_000))
    tasks, _ = run(server, "large", """
with DAG("large"):
    PythonOperator(task_id="p", python_callable=print, **HERE)
""")
    assert "is too large for pods: compressed it has 1201" in tasks["p"]["cause"], tasks


def test_the_xcom_of_a_pod_may_have_48_kib(server):
    tasks, made = run(server, "xcoms", """
def value(size):
    return f"printf '\\"%0{size - 2}d\\"' 0 > /airflow/xcom/return.json"
with DAG("xcoms"):
    pod("most", value(49152), do_xcom_push=True)
    pod("more", value(49153), do_xcom_push=True)
    pod("none", "true", do_xcom_push=True)
    pod("fails", "exit 3", do_xcom_push=True)
""")
    causes = {name: task["cause"] for name, task in tasks.items()}
    assert tasks["most"]["state"] == "success", causes
    assert xcom_of(server, "xcoms", made, "most")["return_value"] == "0" * 49150
    assert causes["more"] == "its XCom in /airflow/xcom/return.json is longer than 49152 bytes"
    assert tasks["none"]["state"] == "success" and causes["fails"] == "exit code 3", causes


def test_secrets_of_a_pod_are_not_in_its_log(server):
    tasks, made = run(server, "secrets", """
from airflow.sdk.log import mask_secret
def masked(text):
    mask_secret(text)
    return text
with DAG("secrets", user_defined_macros={"masked": masked}):
    pod("env", "echo said $DB_PASSWORD and $PLAIN; sleep 2; echo $DB_PASSWORD; exit 3",
        env_vars={"DB_PASSWORD": "hush-hush", "PLAIN": "plain"})
    pod("rendered", "echo said {{ masked('render-ed') }}; exit 3")
""")
    assert "said *** and plain\n" in log_of(server, "secrets", made, "env"), tasks
    assert "said ***\n" in log_of(server, "secrets", made, "rendered"), tasks
    written = b"".join(path.read_bytes() for path in (server.home / "logs").rglob("*") if path.is_file())
    assert b"said" in written and b"hush-hush" not in written and b"render-ed" not in written


def seconds(task):
    start, end = (dt.datetime.fromisoformat(task[end]) for end in ("start_date", "end_date"))
    return (end - start).total_seconds()


def test_times_and_words_of_pods_that_end_quickly_or_never_begin(server):
    tasks, made = run(server, "quick", f"""
with DAG("quick"):
    pod("short", "sleep 0.2")
    PythonOperator(task_id="no_python", python_callable=print, executor="kubernetes",
                   executor_config={{"image": {IMAGE!r}}})
    pod("no_node", "true", node_selector={{"disk": "none"}}, startup_timeout_seconds=3)
""")
    assert 0 < seconds(tasks["short"]) < 10, tasks["short"]
    assert 3 <= seconds(tasks["no_node"]) < 20, tasks["no_node"]
    assert 0 < seconds(tasks["no_python"]) < 60, tasks["no_python"]
    assert "exec: \"python3\"" in tasks["no_python"]["cause"], tasks["no_python"]
    assert "exec: \"python3\"" in log_of(server, "quick", made, "no_python")


@pytest.mark.parametrize("name", ["termination_grace_period", "termination_grace_period_seconds"])
def test_a_pod_s_own_time_to_end_is_used(server, cluster, name):
    body = f"""
with DAG("grace"):
    pod("p", "trap '' TERM; while true; do sleep 1; done", {name}=1, execution_timeout=2)
"""
    tasks, _ = run(server, "grace", body)
    assert tasks["p"]["cause"] == "timed out after 2s"
    assert seconds(tasks["p"]) < 8, tasks


def test_wrong_words_and_executors_are_import_errors(server):
    for name, where in (("words", 'executor="kubernetes", executor_config={"imagee": "x"}'),
                        ("where", 'executor="frob"')):
        (server.dags / f"{name}.py").write_text(HEAD + f"""
with DAG({name!r}):
    PythonOperator(task_id="p", python_callable=print, {where})
""")

    def errors():
        return json.dumps(server.get("/api/v2/importErrors"))
    server.wait_for(lambda: "has no imagee; with executor 'kubernetes' it takes" in errors()
                    and "there is no executor 'frob'; it is one of local, redis" in errors(), "the errors")


PACKED = """
from airflow.decorators import task
HERE = dict(executor="kubernetes", executor_config={"image": "kube.local/python:1", "hostnetwork": True})
with DAG("packed"):
    @task(pack="words", **HERE)
    def work():
        import greeting, os
        return [greeting.TEXT, os.path.getsize(os.environ["AIFLOW_PACK"] + "/data")]

    @task.external_python(pack="words", **HERE)
    def other():
        import greeting
        return greeting.TEXT

    @task(pack="nosuch", **HERE)
    def none(): pass

    work(), other(), none()
"""


def test_a_pack_is_delivered_into_a_pod(server, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "greeting.py").write_text("TEXT = 'from the pack'")
    (site / "data").write_bytes(random.Random(1).randbytes(9 << 20))
    added = cli(server, "runtime", "add", "words", "--folder", str(site), "--version", "1")
    assert added.returncode == 0, added.stderr
    tasks, made = run(server, "packed", PACKED)
    causes = {name: (task["state"], task["cause"]) for name, task in tasks.items()}
    assert causes["work"][0] == causes["other"][0] == "success", causes
    assert xcom_of(server, "packed", made, "work")["return_value"] == ["from the pack", 9 << 20]
    assert xcom_of(server, "packed", made, "other")["return_value"] == "from the pack"
    assert added.stdout.split()[-1] in log_of(server, "packed", made, "work")
    assert causes["none"][0] == "failed" and "nosuch" in causes["none"][1]
    assert causes["none"][1].startswith("its pack could not be fetched")

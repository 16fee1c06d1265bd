# SPDX-License-Identifier: Apache-2.0
"""KubernetesPodOperator: what the server is told of it."""

import json

import pytest

from aiflow import DAG
from aiflow.environment.log_mask import mask_secret
from aiflow.exceptions import AirflowException, AirflowSkipException, CommandFailed, TaskDeferred
from aiflow.operators.bash import BashOperator
from aiflow.operators.pod import after_pod, plain
from aiflow.parse import parse_file
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret


class Model:
    """As the Kubernetes client's models are."""

    attribute_map = {"mount_path": "mountPath", "name": "name", "read_only": "readOnly"}

    def __init__(self, **fields):
        self.__dict__.update({name: None for name in self.attribute_map}, **fields)

    def to_dict(self):
        raise AssertionError("its names are Python's, not the API's")


def made(**arguments):
    with DAG("d"):
        return KubernetesPodOperator(task_id="p", **{"image": "i:1", **arguments})


def test_airflow_s_arguments_are_the_server_s_words():
    task = made(name="n", cmds=["sh"], arguments=("-c", "true"), env_vars={"A": "1"},
                container_resources={"limits": {"memory": "1Gi"}}, schedulername="edge",
                secrets=[Secret("env", "PW", "db", "pw")], in_cluster=False, get_logs=True,
                volume_mounts=[Model(mount_path="/v", name="v")], do_xcom_push=True)
    payload = json.loads(json.dumps(task.payload()))
    assert payload["prepares_on_worker"] is False
    pod = payload["pod"]
    assert pod["image"] == "i:1" and pod["name"] == "n" and pod["cmds"] == ["sh"]
    assert pod["arguments"] == ["-c", "true"] and pod["schedulername"] == "edge"
    assert pod["volume_mounts"] == [{"mountPath": "/v", "name": "v"}]
    assert pod["secrets"] == [{"deploy_type": "env", "deploy_target": "PW", "secret": "db", "key": "pw"}]
    assert pod["do_xcom_push"] is True and pod["on_finish_action"] == "delete_pod"
    assert pod["ends_on_worker"] is False and "namespace" not in pod


def test_it_runs_in_the_first_cluster_or_in_the_one_that_it_names():
    assert made().place.executor == "kubernetes"
    assert made(cluster_context="site-2").place.executor == "kubernetes:site-2"
    assert made(executor="kubernetes:b").place.executor == "kubernetes:b"
    assert made().place.in_cluster and not BashOperator(
        task_id="b", bash_command="true", dag=DAG("e")).place.in_cluster


@pytest.mark.parametrize("arguments", [
    {"arguments": ["{{ ds }}"]}, {"image": "{{ params.image }}"}, {"on_execute_callback": print},
    {"env_vars": [{"name": "A", "value": "{{ run_id }}"}]}])
def test_templates_are_rendered_on_a_worker_which_hands_over_the_pod(arguments):
    task = made(**arguments)
    assert task.payload() == {"prepares_on_worker": True}
    with pytest.raises(TaskDeferred) as deferred:
        task.execute({})
    assert deferred.value.method_name == "run_pod"
    assert deferred.value.kwargs["pod"]["image"]
    assert deferred.value.trigger.server_trigger()["kind"] == "time"


def test_callbacks_bring_the_end_back_to_a_worker():
    assert made(on_failure_callback=print).payload()["pod"]["ends_on_worker"] is True
    assert after_pod({"outcome": "success", "value": [1]}) == [1]
    with pytest.raises(CommandFailed, match="exit code 3"):
        after_pod({"outcome": "failed", "cause": "exit code 3", "exit_code": 3})
    with pytest.raises(AirflowSkipException):
        after_pod({"outcome": "skipped", "cause": "exit code 99 means skipped"})


def test_a_template_file_travels_as_text(tmp_path):
    (tmp_path / "pod.yaml").write_text("spec: {hostNetwork: true}\n")
    file = tmp_path / "d.py"
    file.write_text('''
from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
with DAG("d"):
    KubernetesPodOperator(task_id="p", image="i", pod_template_file="pod.yaml")
    KubernetesPodOperator.partial(task_id="m", image="i").expand(arguments=[["a"], ["b"]])
''')
    tasks = {task["task_id"]: task for task in parse_file(str(file))["dags"][0]["tasks"]}
    assert tasks["p"]["operator"] == "kubernetes_pod" and tasks["p"]["executor"] == "kubernetes"
    assert tasks["p"]["payload"]["pod"]["pod_template"] == "spec: {hostNetwork: true}\n"
    assert tasks["m"]["executor"] == "kubernetes"
    assert tasks["m"]["payload"]["prepares_on_worker"] is True


def test_a_bash_task_with_templates_is_rendered_first_too():
    with DAG("d"):
        task = BashOperator(task_id="b", bash_command="echo {{ ds }}", executor="kubernetes",
                            executor_config={"image": "i"})
        plain_one = BashOperator(task_id="c", bash_command="echo", executor="kubernetes")
    assert task.payload()["prepares_on_worker"] is True
    assert "prepares_on_worker" not in plain_one.payload()
    with pytest.raises(TaskDeferred) as deferred:
        task.execute({})
    assert deferred.value.kwargs["bash_command"] == "echo {{ ds }}"


@pytest.mark.parametrize("arguments, words", [
    ({"cmds": "sh"}, "cmds is a list"), ({"no_such": 1}, "unknown arguments: no_such"),
    ({"image": object()}, "the pod of task")])
def test_what_makes_no_pod_is_refused(arguments, words):
    with pytest.raises((AirflowException, TypeError), match=words):
        made(**arguments).payload()


@pytest.mark.parametrize("config, words", [
    ({"imagee": "x"}, "task 'b': executor_config has no imagee; with executor 'kubernetes' it takes "
                      ".*affinity, .* image, "),
    ({"cmds": ["sh"]}, "has no cmds"), ({"image": 3}, "not the name of an image")])
@pytest.mark.parametrize("executor", ["kubernetes", "kubernetes:site-2", "KubernetesExecutor"])
def test_words_of_executor_config_are_checked(config, words, executor):
    with DAG("d"), pytest.raises(AirflowException, match=words):
        BashOperator(task_id="b", bash_command="echo", executor=executor, executor_config=config)


@pytest.mark.parametrize("executor", ["frob", "kubernetes:", "kubernetes:a b", "docker:x"])
def test_an_executor_that_does_not_exist_is_refused_with_those_that_do(executor):
    with DAG("d"), pytest.raises(AirflowException, match="task 'b': there is no executor .* local, "
                                 "redis, docker, kubernetes, kubernetes:CLUSTER"):
        BashOperator(task_id="b", bash_command="echo", executor=executor)


def test_secrets_that_a_worker_rendered_are_told_for_the_pod_s_log():
    mask_secret("rendered-secret")
    mask_secret("another-secret")
    with pytest.raises(TaskDeferred) as deferred:
        made(arguments=["--pw=rendered-secret", "{{ ds }}"]).execute({})
    assert deferred.value.kwargs["mask"] == ["rendered-secret"]
    assert "mask" not in made_kwargs(arguments=["{{ ds }}"])


def made_kwargs(**arguments):
    with pytest.raises(TaskDeferred) as deferred:
        made(**arguments).execute({})
    return deferred.value.kwargs


def test_plain_values_stay():
    assert plain({"a": [1, None, {"b": ("c",)}]}) == {"a": [1, None, {"b": ["c"]}]}
    assert Secret("volume", "/keys", "keys").to_dict() == {
        "deploy_type": "volume", "deploy_target": "/keys", "secret": "keys"}

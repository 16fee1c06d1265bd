# SPDX-License-Identifier: Apache-2.0
"""Arguments of tasks and DAGs that may be written in more than one way."""

import datetime as dt

import pytest

import aiflow
from aiflow import DAG, TriggerRule, wire_gen
from aiflow.exceptions import AirflowException
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator
from aiflow.parse import dag_spec, parse_file
from aiflow.policies.place import memory_bytes
from aiflow.sensors.base import BaseSensorOperator
from airflow.utils.trigger_rule import TriggerRule as AirflowsRule


def test_every_trigger_rule_has_both_spellings():
    for name in wire_gen.TriggerRule.__members__:
        assert TriggerRule[name] is TriggerRule[name.upper()]
        assert TriggerRule[name] == name and str(TriggerRule[name]) == name
    assert {rule.value for rule in TriggerRule} == set(wire_gen.TriggerRule.__members__)
    assert AirflowsRule is TriggerRule is aiflow.TriggerRule


@pytest.mark.parametrize("rule, meant", [
    (TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS, "none_failed_min_one_success"),
    (TriggerRule.NONE_FAILED_OR_SKIPPED, "none_failed_min_one_success"),
    (TriggerRule.none_failed_or_skipped, "none_failed_min_one_success"),
    (TriggerRule.DUMMY, "always"), (TriggerRule.dummy, "always"), ("dummy", "always"),
    (wire_gen.TriggerRule.one_done, "one_done"),
])
def test_a_task_takes_a_rule_in_any_spelling(rule, meant):
    with DAG("d"):
        assert EmptyOperator(task_id="a", trigger_rule=rule).trigger_rule == meant


@pytest.mark.parametrize("argument", ["retry_delay", "max_retry_delay", "execution_timeout"])
def test_a_number_is_a_task_s_seconds(argument):
    with DAG("d"):
        for n, value in enumerate([90, 90.0, dt.timedelta(seconds=90)]):
            task = EmptyOperator(task_id=f"t{n}", **{argument: value})
            assert getattr(task, argument) == dt.timedelta(seconds=90)


def test_a_number_is_a_dag_s_seconds():
    assert DAG("d", dagrun_timeout=90).dagrun_timeout == dt.timedelta(seconds=90)
    assert DAG("d").dagrun_timeout is None


@pytest.mark.parametrize("value", ["3s", [3], True, float("nan"), 1e300])
@pytest.mark.parametrize("argument", ["retry_delay", "max_retry_delay", "execution_timeout"])
def test_another_type_is_refused_with_the_names_of_task_and_argument(argument, value):
    with DAG("d"), pytest.raises(AirflowException, match=f"task 'slow': {argument} is a timedelta"):
        EmptyOperator(task_id="slow", **{argument: value})


def test_another_type_is_refused_with_the_names_of_dag_and_argument():
    with pytest.raises(AirflowException, match="DAG 'd': dagrun_timeout is a timedelta"):
        DAG("d", dagrun_timeout="1h")


@pytest.mark.parametrize("argument", ["poke_interval", "timeout", "max_wait"])
def test_a_sensor_s_lengths_of_time_are_refused_by_name_too(argument):
    with DAG("d"), pytest.raises(AirflowException, match=f"sensor 'door': {argument} is a timedel"):
        BaseSensorOperator(task_id="door", **{argument: "soon"})


def test_dates_may_be_text_and_wrong_ones_are_named(tmp_path):
    path = tmp_path / "flow.py"
    path.write_text("""
from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("a", start_date="2026-01-31", default_args={"end_date": "2026-02-28T08:00+09:00"}):
    BashOperator(task_id="t", bash_command="true", start_date="2026-02-01T00:00:00Z")
""")
    (dag,) = parse_file(str(path))["dags"]
    assert dag["start_date"].startswith("2026-01-31T00:00:00")
    assert dag["end_date"].startswith("2026-02-27T23:00:00")
    assert dag["tasks"][0]["start_date"].startswith("2026-02-01T00:00:00")
    for wrong in ("'soon'", "5"):
        path.write_text(f"from airflow import DAG\nDAG('a', start_date={wrong})\n")
        assert "DAG 'a': start_date is a datetime or a text" in parse_file(str(path))["error"]["message"]


def test_what_depends_on_past_can_not_do_is_refused():
    with DAG("d"), pytest.raises(AirflowException, match="True is not available"):
        EmptyOperator(task_id="a", depends_on_past=True,
                      wait_for_past_depends_before_skipping=True)


def test_a_new_task_says_whether_it_waits_for_a_run_that_did_not_have_it():
    with DAG("d", default_args={"depends_on_past": True}) as dag:
        EmptyOperator(task_id="plain")
        EmptyOperator(task_id="waits", ignore_first_depends_on_past=False)
        BashOperator.partial(task_id="mapped", ignore_first_depends_on_past=False).expand(
            bash_command=["a"])
    said = {task["task_id"]: task["ignore_first_depends_on_past"]
            for task in dag_spec(dag, "")["tasks"]}
    assert said == {"plain": None, "waits": False, "mapped": False}


def test_a_task_says_where_it_runs_and_how_much_it_may_use():
    with DAG("d") as dag:
        EmptyOperator(task_id="plain")
        EmptyOperator(task_id="a", executor="CeleryExecutor", queue="gpu",
                      placement={"site": "seoul", "gpu": True}, run_as_user=1000,
                      resources={"cpus": 1.5, "memory": "512m", "pids": 64},
                      executor_config={"image": "bb:1"})
    assert dag.tasks["plain"].place.spec() == {}
    assert dag.tasks["a"].place.spec() == {
        "executor": "redis", "queue": "gpu", "placement": {"site": "seoul", "gpu": "true"},
        "resources": {"cpus": 1.5, "memory_bytes": 512 << 20, "pids": 64}, "run_as_user": "1000",
        "executor_config": {"image": "bb:1"}}


@pytest.mark.parametrize("text, size", [(8 << 20, 8 << 20), ("64m", 64 << 20), ("1.5g", 3 << 29),
                                        ("256Mi", 256 << 20), ("64MB", 64 << 20)])
def test_memory_is_written_as_with_docker(text, size):
    assert memory_bytes(text, "task 'a'") == size


@pytest.mark.parametrize("argument, given, kind", [
    ("placement", "seoul", "dict"), ("queue", 3, "str"), ("executor", ["docker"], "str"),
    ("executor_config", "x", "dict")])
def test_a_place_of_another_type_is_refused_by_name(argument, given, kind):
    with DAG("d"), pytest.raises(AirflowException, match=f"task 'a': {argument} is not a {kind}"):
        EmptyOperator(task_id="a", **{argument: given})


@pytest.mark.parametrize("given, wrong", [
    ({"memory": "a lot"}, "memory 'a lot' is not a size"), ({"memory": "1k"}, "less than 4 MiB"),
    ({"cpus": 0}, "cpus 0 is not from"), ({"pids": 0}, "pids 0 is not a positive"),
    ({"gpus": 1}, "resources has no 'gpus'")])
def test_wrong_resources_are_refused_by_name(given, wrong):
    with DAG("d"), pytest.raises(AirflowException, match=f"task 'a': .*{wrong}"):
        EmptyOperator(task_id="a", resources=given)


def test_an_executor_config_may_hold_a_client_s_objects_and_nothing_that_is_no_data():
    class Spec:
        attribute_map = {"node_name": "nodeName", "containers": "containers"}
        node_name, containers = "edge", None

    class Pod:
        def to_dict(self):
            return {"spec": Spec()}

    with DAG("d") as dag:
        EmptyOperator(task_id="a", executor="kubernetes", executor_config={"pod_override": Pod()})
        with pytest.raises(AirflowException, match="task 'b': executor_config cannot be written"):
            EmptyOperator(task_id="b", executor_config={"x": object()})
    assert dag.tasks["a"].place.executor_config == {"pod_override": {"spec": {"nodeName": "edge"}}}


@pytest.mark.parametrize("source, says", [
    ("DockerOperator(task_id='a', image='i', pack='p')", "pack is not available: a task with executor='docker' has one"),
    ("KubernetesPodOperator(task_id='a', image='i', pack='p')", "put what this one needs into its image"),
    ("BashOperator(task_id='a', bash_command='x', executor='kubernetes', pack='p')",
     "put what this one needs into its image"),
    ("ServiceOperator(task_id='a', command='x', executor='kubernetes', pack='p')",
     "a service in a cluster has no pack"),
    ("BashOperator(task_id='a', bash_command='x', pack=7)", "pack is a name or a digest, not 7"),
    ("BashOperator(task_id='a', bash_command='x', executor='kubernetes', pack=None)", None)])
def test_a_pack_that_cannot_come_is_refused_when_the_file_is_read(tmp_path, source, says):
    path = tmp_path / "a.py"
    path.write_text(f"""
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from aiflow.operators.service import ServiceOperator
with DAG("d"):
    {source}
""")
    error = parse_file(str(path)).get("error")
    assert says in error["message"] if says else not error

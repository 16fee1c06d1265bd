# SPDX-License-Identifier: Apache-2.0
"""Messages: triggers, sensors that wait for one, DAGs that run on each."""

import textwrap

import pytest

from aiflow import DAG
from aiflow.dag import collect_dags
from aiflow.exceptions import AirflowException, TaskDeferred
from aiflow.parse import parse_file
from aiflow.sensors.message import MessageSensor, MqttSensor, RedisPubSubSensor
from aiflow.triggers.message import (AwaitMessageTrigger, MessageQueueTrigger, MqttTrigger,
                                     WebhookTrigger)


def test_queues_have_one_name_for_all():
    redis = {"kind": "redis", "channels": ["c"], "conn_id": "redis_default"}
    assert MessageQueueTrigger(scheme="redis+pubsub", channels=["c"]).server_trigger() == redis
    assert MessageQueueTrigger(queue="redis+pubsub://h:7000/c").server_trigger() == {
        "kind": "redis", "channels": ["c"], "host": "h", "port": 7000}
    assert MessageQueueTrigger(scheme="redis+list", lists="l", group="g").server_trigger() == {
        "kind": "redis_list", "lists": ["l"], "group": "g", "conn_id": "redis_default"}
    assert MessageQueueTrigger(queue="redis+stream://h/s").server_trigger() == {
        "kind": "redis_stream", "streams": ["s"], "group": "aiflow", "host": "h", "port": 6379}
    assert MessageQueueTrigger(queue="mqtt://h/line/+/#", qos=2).server_trigger() == {
        "kind": "mqtt", "topics": ["line/+/#"], "qos": 2, "host": "h", "port": 1883}
    assert MqttTrigger("a/b").server_trigger() == {
        "kind": "mqtt", "topics": ["a/b"], "qos": 1, "conn_id": "mqtt_default"}
    assert MessageQueueTrigger(scheme="webhook", webhook_conn_id="h").server_trigger() == {
        "kind": "webhook", "conn_id": "h"}


@pytest.mark.parametrize("arguments, what", [
    ({"scheme": "sqs"}, "known are redis"), ({"queue": "mqtt://u:p@h/a"}, "credentials belong"),
    ({"scheme": "redis+pubsub", "channels": []}, "one or more names")])
def test_what_cannot_be_listened_to_is_refused(arguments, what):
    with pytest.raises(AirflowException, match=what):
        MessageQueueTrigger(**arguments)


@pytest.fixture
def dag():
    with collect_dags(), DAG("d") as made:
        yield made


def test_message_sensors_wait_deferred_and_return_the_event(dag):
    sensor = RedisPubSubSensor(task_id="a", channels=["c"], timeout=60)
    with pytest.raises(TaskDeferred) as raised:
        sensor.execute({})
    assert raised.value.trigger.server_trigger()["channels"] == ["c"]
    assert raised.value.timeout.total_seconds() == 60
    assert sensor.execute_complete({}, {"data": "x"}) == {"data": "x"}
    with pytest.raises(TaskDeferred):
        MqttSensor(task_id="b", topics="a/b").execute({})
    with pytest.raises(AirflowException, match="one for messages"):
        MessageSensor(task_id="c", trigger=WebhookTrigger())
    with pytest.raises(AirflowException, match="only wait deferred"):
        MessageSensor(task_id="e", trigger=AwaitMessageTrigger("c"), deferrable=False)


def parsed(tmp_path, source: str) -> dict:
    path = tmp_path / "flow.py"
    path.write_text(textwrap.dedent(source))
    return parse_file(str(path))


def test_a_dag_s_watchers_are_told_to_the_server(tmp_path):
    spec = parsed(tmp_path, """
        from airflow.sdk import DAG, AssetWatcher
        from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger
        from airflow.providers.standard.operators.bash import BashOperator
        with DAG("orders", schedule=[
                AssetWatcher(name="queue", trigger=MessageQueueTrigger(scheme="redis+pubsub",
                                                                       channels=["orders"])),
                AssetWatcher(name="hook", trigger=MessageQueueTrigger(scheme="webhook"))]):
            BashOperator(task_id="a", bash_command="true")
        """)["dags"][0]
    assert [watcher["name"] for watcher in spec["watchers"]] == ["queue", "hook"]
    assert spec["watchers"][0]["trigger"]["kind"] == "redis"
    assert spec["schedule"] == {"kind": "none", "text": "on messages of 'queue', 'hook'"}


@pytest.mark.parametrize("schedule, what", [
    ("[watcher('a'), watcher('a')]", "two watchers have one name"),
    ("[watcher('a'), '@daily']", "of watchers alone"), ("watcher('a b')", "may have letters"),
    ("AssetWatcher(name='a', trigger=TimeDeltaTrigger(timedelta(1)))", "one for messages")])
def test_wrong_watchers_are_refused(tmp_path, schedule, what):
    found = parsed(tmp_path, f"""
        from datetime import timedelta
        from airflow.sdk import DAG, AssetWatcher
        from aiflow.triggers.message import MqttTrigger
        from aiflow.triggers.temporal import TimeDeltaTrigger
        def watcher(name): return AssetWatcher(name=name, trigger=MqttTrigger("t"))
        with DAG("d", schedule={schedule}): pass
        """)
    assert what in found["error"]["message"]


def test_an_ordinary_dag_has_no_watchers(tmp_path):
    spec = parsed(tmp_path, """
        from airflow.sdk import DAG
        with DAG("d", schedule="@daily"): pass
        """)["dags"][0]
    assert spec["watchers"] is None

# SPDX-License-Identifier: Apache-2.0
"""Messages of a real Redis, a real MQTT broker and webhooks: they start runs and end waits."""

import hashlib
import hmac
import http.client
import json
import shutil
import signal
import socket
import subprocess
import time

import pytest

SECRET = "a-hook's-secret"
DAGS = """
from airflow.sdk import DAG, Asset, AssetWatcher, task
from airflow.operators.bash import BashOperator
from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger
from airflow.providers.redis.sensors.redis_pub_sub import RedisPubSubSensor
from aiflow.sensors.message import MqttSensor
from aiflow.triggers.message import MqttTrigger

with DAG("on_redis", schedule=AssetWatcher(name="queue", trigger=MessageQueueTrigger(
        scheme="redis+pubsub", channels=["orders"], redis_conn_id="queue"))):
    BashOperator(task_id="say", bash_command="echo got {{ params.message.data }}")
with DAG("on_mqtt", schedule=AssetWatcher(name="line", trigger=MqttTrigger("line/+", "broker"))):
    BashOperator(task_id="say", bash_command="echo got {{ params.message.payload }}")
with DAG("on_hook", schedule=AssetWatcher(name="hook", trigger=MessageQueueTrigger(
        scheme="webhook", webhook_conn_id="hook"))):
    BashOperator(task_id="say", bash_command="echo got {{ params.order }}")
lake = Asset("lake", watchers=[AssetWatcher(name="tide", trigger=MessageQueueTrigger(
    scheme="redis+pubsub", channels=["tides"], redis_conn_id="queue"))])
with DAG("on_lake", schedule=lake):
    @task(inlets=[lake])
    def read(triggering_asset_events, inlet_events):
        [[event]] = triggering_asset_events.values()
        print("got", event.extra["payload"]["data"], event.extra["from_trigger"])
        print("seen", [one.extra["payload"]["data"] for one in inlet_events[lake]])
    read()
with DAG("sensors"):
    RedisPubSubSensor(task_id="redis", channels=["news"], redis_conn_id="queue")
    MqttSensor(task_id="mqtt", topics="news/#", mqtt_conn_id="broker")
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def dial(port: int) -> socket.socket:
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


class Broker:
    """A program on a port of its own; not a service of the system."""

    def __init__(self, argv: list[str], port: int):
        self.argv, self.port = argv, port
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        dial(self.port).close()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def redis():
    port = free_port()
    made = Broker(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                   "--requirepass", "pw"], port)
    yield made
    made.kill()


@pytest.fixture
def mosquitto(tmp_path):
    port = free_port()
    (tmp_path / "m.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    made = Broker([program, "-c", str(tmp_path / "m.conf")], port)
    yield made
    made.kill()


def publish_redis(broker: Broker, channel: str, text: str) -> None:
    """Until somebody listens: a channel keeps nothing."""
    deadline = time.monotonic() + 60
    while True:
        with dial(broker.port) as sock:
            sock.sendall(f"AUTH pw\r\nPUBLISH {channel} {text}\r\n".encode())
            answer = b""
            while answer.count(b"\n") < 2:
                answer += sock.recv(1000)
        if b":0" not in answer:
            return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def publish_mqtt(broker: Broker, topic: str, text: str) -> None:
    def field(value: str) -> bytes:
        return len(value).to_bytes(2, "big") + value.encode()

    def packet(kind: int, body: bytes) -> bytes:
        return bytes([kind, len(body)]) + body

    with dial(broker.port) as sock:
        sock.sendall(packet(0x10, field("MQTT") + b"\x04\x02\x00\x3c" + field("sender")))
        assert sock.recv(4)[3] == 0
        sock.sendall(packet(0x32, field(topic) + b"\x00\x01" + text.encode()))
        assert len(sock.recv(4)) == 4


def runs(server, dag: str) -> list[dict]:
    return server.get(f"/api/v2/dags/{dag}/dagRuns?limit=100")["items"]


def log_of(server, dag: str, run: str, task: str) -> str:
    return server.get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/1")["content"]


@pytest.fixture
def server(make_server, redis, mosquitto, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_QUEUE", f"redis://:pw@127.0.0.1:{redis.port}")
    monkeypatch.setenv("AIFLOW_CONN_BROKER", f"mqtt://127.0.0.1:{mosquitto.port}")
    monkeypatch.setenv("AIFLOW_CONN_HOOK", json.dumps({"password": SECRET}))
    made = make_server(slots=4).start()
    (made.dags / "messages.py").write_text(DAGS)
    made.wait_for(lambda: made.get("/api/v2/dags/sensors"), "the DAGs")
    return made


def wait_for_message(server, dag: str, send, text: str) -> dict:
    """The run that a message with this text has started; sends until there is one."""
    def found():
        send()
        time.sleep(0.2)
        return next((run for run in runs(server, dag) if text in json.dumps(run["conf"])), None)

    run = server.wait_for(found, f"a run of {dag} for {text}")
    assert server.wait_run(dag, run["dag_run_id"])["state"] == "success"
    assert f"got {text}" in log_of(server, dag, run["dag_run_id"], "say")
    return run


def test_messages_start_runs_and_brokers_may_die(server, redis, mosquitto):
    publish_redis(redis, "orders", "one")
    run = server.wait_for(lambda: runs(server, "on_redis"), "a run")[0]
    assert run["conf"] == {"message": {"type": "message", "channel": "orders", "data": "one"}}
    assert run["run_type"] == "asset_triggered"
    server.wait_run("on_redis", run["dag_run_id"])
    wait_for_message(server, "on_mqtt", lambda: publish_mqtt(mosquitto, "line/7", "first"), "first")
    for broker in (redis, mosquitto):
        broker.kill()
        broker.start()
    publish_redis(redis, "orders", "two")
    server.wait_for(lambda: len(runs(server, "on_redis")) == 2, "a run after the broker's death")
    wait_for_message(server, "on_mqtt", lambda: publish_mqtt(mosquitto, "line/8", "second"), "second")
    log = (server.home / "logs/server.log").read_text()
    assert ":pw@" not in log and SECRET not in log


def test_a_message_makes_an_asset_new(server, redis):
    publish_redis(redis, "tides", "high")
    run = server.wait_for(lambda: runs(server, "on_lake"), "a run")[0]["dag_run_id"]
    assert server.wait_run("on_lake", run)["state"] == "success"
    log = log_of(server, "on_lake", run, "read")
    assert "got high True" in log and "seen ['high']" in log
    publish_redis(redis, "tides", "low")
    server.wait_for(lambda: len(runs(server, "on_lake")) == 2, "the second run")
    second = next(one["dag_run_id"] for one in runs(server, "on_lake") if one["dag_run_id"] != run)
    server.wait_run("on_lake", second)
    assert "seen ['high', 'low']" in log_of(server, "on_lake", second, "read")


def test_what_comes_while_the_server_is_away_starts_a_run(server, mosquitto):
    wait_for_message(server, "on_mqtt", lambda: publish_mqtt(mosquitto, "line/1", "before"), "before")
    server.stop_server(signal.SIGKILL)
    publish_mqtt(mosquitto, "line/1", "meanwhile")
    server.start()
    server.wait_for(lambda: any("meanwhile" in json.dumps(run["conf"]) for run in runs(server, "on_mqtt")),
                    "the run of a message that the broker kept")


def test_sensors_wait_for_a_message(server, redis, mosquitto):
    run = server.trigger("sensors")
    server.wait_for(lambda: {t["state"] for t in server.tasks("sensors", run).values()} == {"deferred"},
                    "two deferred tasks")
    assert "Redis channel 'news' at connection 'queue'" in server.tasks("sensors", run)["redis"]["cause"]
    publish_redis(redis, "news", "x")

    def done():
        publish_mqtt(mosquitto, "news/today", "y")
        return server.tasks("sensors", run)["mqtt"]["state"] == "success"

    server.wait_for(done, "the message")
    assert server.wait_run("sensors", run)["state"] == "success"
    values = server.get(f"/api/v2/dags/sensors/dagRuns/{run}/taskInstances/redis/xcomEntries")["items"]
    assert values[0]["value"]["data"] == "x"


def post(server, body: bytes, headers: dict, hook: str = "hook") -> tuple[int, dict]:
    """Over TCP, as a stranger."""
    address = json.loads((server.home / "run/server.json").read_text())["url"].removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=20)
    connection.request("POST", f"/api/v2/dags/on_hook/webhooks/{hook}", body,
                       {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text)


def test_a_webhook_starts_one_run_for_a_delivery(server):
    body = b'{"order": 7}'
    token = {"X-Webhook-Token": SECRET}
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert post(server, body, {})[0] == 403
    assert post(server, body, {"X-Webhook-Token": "guess"})[0] == 403
    assert post(server, body, {"X-Hub-Signature-256": "sha256=" + signature[::-1]})[0] == 403
    assert post(server, body, token, hook="unknown")[0] == 403
    assert post(server, b"x" * (1 << 21), token)[0] == 413
    assert runs(server, "on_hook") == []
    status, run = post(server, body, {**token, "X-Delivery-Id": "d-1"})
    assert status == 200 and run["conf"] == {"order": 7}
    assert post(server, body, {"X-Hub-Signature-256": "sha256=" + signature,
                               "X-GitHub-Delivery": "d-1"})[1]["dag_run_id"] == run["dag_run_id"]
    assert len(runs(server, "on_hook")) == 1
    assert server.wait_run("on_hook", run["dag_run_id"])["state"] == "success"
    assert "got 7" in log_of(server, "on_hook", run["dag_run_id"], "say")
    assert post(server, b'[1]', {**token, "X-Delivery-Id": "with spaces"})[1]["conf"] == {"body": [1]}
    # A user with the right may post too; an unknown hook is named to him.
    assert server.call("POST", "/api/v2/dags/on_hook/webhooks/hook", {"order": 8})["conf"] == {"order": 8}
    server.call("PATCH", "/api/v2/dags/on_hook", {"is_paused": True})
    assert post(server, body, token)[0] == 409


QUEUES = """
from airflow.sdk import DAG, AssetWatcher
from airflow.operators.bash import BashOperator
from aiflow.sensors.message import MessageSensor
from aiflow.triggers.message import RedisListTrigger, RedisStreamTrigger

with DAG("on_stream", schedule=AssetWatcher(name="log", trigger=RedisStreamTrigger(
        "log", redis_conn_id="queue")), max_active_runs=4):
    BashOperator(task_id="say", bash_command="echo got {{ params.message.fields.n }}")
with DAG("one_job"):
    MessageSensor(task_id="take", trigger=RedisListTrigger("jobs", redis_conn_id="queue"))
"""


def ask_redis(broker: Broker, *commands: str) -> str:
    """The answers, without the login's."""
    with dial(broker.port) as sock:
        sock.sendall("".join(f"{one}\r\n" for one in ("AUTH pw", *commands, "QUIT")).encode())
        answer = b""
        while more := sock.recv(65536):
            answer += more
    return answer.decode().removeprefix("+OK\r\n").removesuffix("+OK\r\n")


def test_queues_lose_nothing_while_the_server_is_killed(server, redis):
    server.add_dag("queues", QUEUES, first="on_stream")
    numbers = [str(n) for n in range(60)]
    for n in numbers:
        ask_redis(redis, f"XADD log * n {n}")
        if n in ("20", "40"):
            server.stop_server(signal.SIGKILL)
            server.start()

    def seen():
        return {run["conf"]["message"]["fields"]["n"] for run in runs(server, "on_stream")
                if run["state"] == "success"}
    server.wait_for(lambda: seen() == set(numbers), "a run of each message")
    ask_redis(redis, "RPUSH jobs first second")
    done = server.wait_run("one_job", server.trigger("one_job"))
    assert done["state"] == "success"
    server.wait_for(lambda: ask_redis(redis, "LLEN jobs:aiflow") == ":0\r\n",
                    "the end of what was taken")
    assert ask_redis(redis, "LLEN jobs") == ":1\r\n"
    server.wait_for(lambda: ":0\r\n" in ask_redis(redis, "XPENDING log aiflow"),
                    "every acknowledgement")

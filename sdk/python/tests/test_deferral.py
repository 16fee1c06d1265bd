# SPDX-License-Identifier: Apache-2.0
"""Deferred tasks: what a task hands to the server, how it goes on, triggers of one's own."""

import datetime as dt
import importlib

import pytest

from aiflow import DAG
from aiflow.dag import collect_dags
from aiflow.exceptions import (AirflowException, AirflowSensorTimeout, AirflowSkipException,
                               TaskDeferralError, TaskDeferred)
from aiflow.operators.trigger_dagrun import TriggerDagRunOperator
from aiflow.sensors.external_task import ExternalTaskSensor
from aiflow.sensors.filesystem import FileSensor
from aiflow.sensors.http import HttpSensor
from aiflow.sensors.time import (DateTimeSensor, DateTimeSensorAsync, TimeDeltaSensorAsync,
                                 TimeSensorAsync)
from aiflow.triggers.base import BaseTrigger, decode, deferral_of, encode
from aiflow.triggers.external_task import DagStateTrigger
from aiflow.triggers.file import FileTrigger
from aiflow.triggers.temporal import DateTimeTrigger

UTC = dt.timezone.utc
NOON = dt.datetime(2099, 1, 1, 12, tzinfo=UTC)

SOURCE = """
    import datetime as dt, time
    from airflow.models.baseoperator import BaseOperator
    from airflow import DAG
    from airflow.decorators import task
    from airflow.exceptions import TaskDeferred
    from airflow.triggers.base import BaseTrigger, TriggerEvent
    from airflow.triggers.temporal import DateTimeTrigger, TimeDeltaTrigger

    NOON = dt.datetime(2099, 1, 1, 12, tzinfo=dt.timezone.utc)

    class Waits(BaseOperator):
        template_fields = ("word",)
        def __init__(self, word="{{ ds }}", **kwargs):
            super().__init__(**kwargs)
            self.word = word
        def execute(self, context):
            context["ti"].xcom_push("early", 1)
            self.defer(trigger=DateTimeTrigger(NOON), method_name="go_on",
                       kwargs={"since": NOON, "tags": ("a", "b")}, timeout=dt.timedelta(minutes=5))
        def go_on(self, context, event, since, tags):
            return [self.word, event, since.year, list(tags)]

    class Counts(BaseTrigger):
        def __init__(self, n, slow=0, wrong=False):
            super().__init__()
            self.n, self.slow, self.wrong = n, slow, wrong
        def serialize(self):
            return ("flow.Counts", {"n": self.n})
        async def run(self):
            import asyncio
            await asyncio.sleep(self.slow)
            if self.wrong: raise ValueError("broken trigger")
            if self.n: yield TriggerEvent({"n": self.n})

    class Own(BaseOperator):
        def __init__(self, trigger, **kwargs):
            super().__init__(**kwargs)
            self.trigger = trigger
        def execute(self, context):
            self.defer(trigger=self.trigger, method_name="go_on", timeout=dt.timedelta(seconds=5))
        def go_on(self, context, event):
            return event

    def note(context): print("failed with", repr(context["exception"]))

    with DAG("d"):
        Waits(task_id="waits", on_failure_callback=note)
        Own(task_id="own", trigger=Counts(3))
        Own(task_id="silent", trigger=Counts(0))
        Own(task_id="wrong", trigger=Counts(1, wrong=True))
        class Late(Own):
            def execute(self, context):
                self.defer(trigger=self.trigger, method_name="go_on", timeout=0.05)
        Late(task_id="late", trigger=Counts(1, slow=9))
        @task
        def catches_all():
            try:
                raise TaskDeferred(trigger=TimeDeltaTrigger(dt.timedelta(hours=1)), method_name="execute")
            except Exception:
                return "caught"
        catches_all()
        class Odd(Waits):
            def execute(self, context):
                self.defer(trigger=DateTimeTrigger(NOON), method_name="go_on", kwargs={"x": object()})
        Odd(task_id="odd")
"""


def resume(method="go_on", kwargs=None, event=None, error=None, timed_out=False):
    return {"next_method": method, "next_kwargs": encode(kwargs or {}), "event": event,
            "error": error, "timed_out": timed_out}


def test_a_deferral_goes_to_the_server_as_data(supervisor):
    done, pushed, log, exited = supervisor(SOURCE).run("waits")
    assert (done["outcome"], exited["exit_code"]) == ("deferred", 0)
    assert done["deferral"]["trigger"] == {"kind": "time", "at": "2099-01-01T12:00:00+00:00"}
    assert done["deferral"]["next_method"] == "go_on"
    assert done["deferral"]["timeout_ms"] == 300_000
    assert pushed == {"early": 1}
    assert "deferred to DateTimeTrigger" in log


def test_a_resumed_task_gets_the_event_and_its_arguments(supervisor):
    done, pushed, _log, _ = supervisor(SOURCE).run(
        "waits", resume=resume(kwargs={"since": NOON, "tags": ("a", "b")}, event="ping"))
    assert done["outcome"] == "success"
    assert pushed == {"return_value": ["2026-01-02", "ping", 2099, ["a", "b"]]}


def test_a_failed_trigger_fails_the_task_and_its_callbacks_run(supervisor):
    done, _, log, _ = supervisor(SOURCE).run("waits", resume=resume(error="no such host"))
    assert (done["outcome"], done["cause"]) == ("failed", "TaskDeferralError: no such host")
    assert "failed with TaskDeferralError('no such host')" in log
    done, _, log, _ = supervisor(SOURCE).run("waits", resume=resume(error="late", timed_out=True))
    assert done["cause"] == "TaskDeferralTimeout: late"


@pytest.mark.parametrize("task_id, outcome, what", [
    ("own", "success", {"n": 3}), ("silent", "failed", "TaskDeferralError: AirflowException: "),
    ("wrong", "failed", "TaskDeferralError: ValueError: broken trigger"),
    ("late", "failed", "TaskDeferralTimeout: TaskDeferralTimeout: Trigger timeout")])
def test_a_trigger_of_ones_own_waits_in_the_task_s_process(supervisor, task_id, outcome, what):
    done, pushed, log, _ = supervisor(SOURCE).run(task_id)
    assert done["outcome"] == outcome
    assert "keeps its slot" in log
    if outcome == "success":
        assert pushed["return_value"] == what
    else:
        assert done["cause"].startswith(what)


def test_a_bare_except_does_not_catch_a_deferral(supervisor):
    done, *_ = supervisor(SOURCE).run("catches_all")
    assert done["outcome"] == "deferred"


def test_arguments_that_cannot_travel_fail_the_task(supervisor):
    done, *_ = supervisor(SOURCE).run("odd")
    assert done["outcome"] == "failed"
    assert "the arguments of go_on(): a object is not JSON" in done["cause"]


def test_values_come_back_as_they_were():
    value = {"t": (1, {"x"}), "d": NOON, "day": dt.date(2026, 1, 1), "p": dt.timedelta(hours=1),
             "l": [None, 1.5, "s"]}
    assert decode(encode(value)) == value


def test_timeouts_are_durations():
    assert TaskDeferred(trigger=None, method_name="m", timeout=30).timeout == dt.timedelta(seconds=30)
    with pytest.raises(ValueError):
        TaskDeferred(trigger=None, method_name="m", timeout="30s")
    with pytest.raises(AirflowException, match="no time zone"):
        DateTimeTrigger(dt.datetime(2026, 1, 1))


@pytest.fixture
def dag():
    with collect_dags(), DAG("d", start_date=dt.datetime(2026, 1, 1, tzinfo=UTC)) as made:
        yield made


def deferral(operator, context=None) -> dict:
    with pytest.raises(TaskDeferred) as raised:
        operator.execute(context or {})
    return deferral_of(raised.value)


def test_time_sensors_wait_for_their_moment(dag):
    context = {"data_interval_end": dt.datetime(2099, 1, 1, tzinfo=UTC)}
    found = deferral(DateTimeSensorAsync(task_id="a", target_time=NOON, timeout=60))
    assert found["trigger"] == {"kind": "time", "at": NOON.isoformat()}
    assert found["timeout_ms"] == 60_000
    found = deferral(TimeDeltaSensorAsync(task_id="b", delta=dt.timedelta(hours=12)), context)
    assert found["trigger"]["at"] == NOON.isoformat()
    DateTimeSensor(task_id="c", target_time="2020-01-01", deferrable=True).execute({})
    end_of_day = TimeSensorAsync(task_id="d", target_time=dt.time(23, 59, 59, 999999))
    assert deferral(end_of_day)["trigger"]["at"][11:] == "23:59:59.999999+00:00"


def test_a_sensor_has_its_timeout_over_all_its_waits(dag):
    begun = dt.datetime.now(UTC) - dt.timedelta(seconds=40)
    found = deferral(DateTimeSensorAsync(task_id="a", target_time=NOON, timeout=60),
                     {"first_started_at": begun})
    assert 15_000 < found["timeout_ms"] <= 20_000


def test_a_sensor_whose_trigger_times_out_fails_for_good_or_is_skipped(dag):
    failed = {"error": "late", "timed_out": True}
    with pytest.raises(AirflowSensorTimeout):
        FileSensor(task_id="a", filepath="/x").resume_execution("__fail__", failed, {})
    with pytest.raises(AirflowSkipException):
        FileSensor(task_id="b", filepath="/x", soft_fail=True).resume_execution("__fail__", failed, {})
    with pytest.raises(TaskDeferralError):
        FileSensor(task_id="c", filepath="/x").resume_execution("__fail__", {"error": "no"}, {})


def test_a_file_sensor_looks_first(dag, tmp_path):
    sensor = FileSensor(task_id="a", filepath=str(tmp_path / "*.csv"), deferrable=True,
                        poke_interval=7)
    assert deferral(sensor)["trigger"] == {"kind": "file", "pattern": str(tmp_path / "*.csv"),
                                           "recursive": False, "poll_ms": 7000}
    (tmp_path / "in.csv").write_text("x")
    assert sensor.execute({}) is None
    assert sensor.resume_execution("execute_complete", {"event": True}, {}) is None


def test_a_file_trigger_names_an_absolute_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert FileTrigger("in.csv").server_trigger()["pattern"] == str(tmp_path / "in.csv")


def test_an_external_task_sensor_waits_for_a_commit(dag, monkeypatch):
    sensor = ExternalTaskSensor(task_id="a", external_dag_id="other", external_task_id="t",
                                failed_states=["failed"], deferrable=True)
    monkeypatch.setattr(sensor, "_states_at", lambda _date: ["running"])
    found = deferral(sensor, {"logical_date": NOON})
    assert found["trigger"] == {
        "kind": "external_task", "dag_id": "other", "run_ids": [],
        "logical_dates": [NOON.isoformat()], "task_ids": ["t"], "group_id": "",
        "allowed": ["success"], "failed": ["failed"], "skipped": []}
    sensor.execute_complete({}, {"status": "success", "state": "success"})
    with pytest.raises(AirflowException, match="is failed"):
        sensor.execute_complete({}, {"status": "failed", "state": "failed"})


def test_a_triggered_run_is_waited_for_without_a_slot(dag, monkeypatch):
    from aiflow import api

    operator = TriggerDagRunOperator(task_id="a", trigger_dag_id="other", deferrable=True,
                                     wait_for_completion=True)
    monkeypatch.setattr(operator, "_trigger", lambda _context: "r1")

    class Instance:
        def xcom_push(self, key, value):
            assert (key, value) == ("trigger_run_id", "r1")

    found = deferral(operator, {"ti": Instance()})
    assert found["trigger"]["allowed"] == ["failed", "success"]
    assert (found["trigger"]["run_ids"], found["next_kwargs"]) == (["r1"], {"run_id": "r1"})
    monkeypatch.setattr(api, "call", lambda *_args: {"state": "failed"})
    with pytest.raises(AirflowException, match="run r1 of dag 'other' is failed"):
        operator.resume_execution("execute_complete", {"run_id": "r1", "event": {}}, {})


def test_triggers_say_how_they_are_made_again():
    path, arguments = DagStateTrigger("d", ["success"], ["r"]).serialize()
    module, name = path.rsplit(".", 1)
    again = getattr(importlib.import_module(module), name)(**arguments)
    assert again.server_trigger() == DagStateTrigger("d", ["success"], ["r"]).server_trigger()
    assert BaseTrigger().server_trigger() is None


@pytest.fixture
def site():
    """An HTTP server whose answers are `site.answers`, (status, body), the last one again."""
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            made.seen.append((self.command, self.path, self.headers.get("Authorization")))
            status, body = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_args):
            pass

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.answers, made.seen = [(200, b"")], []
    made.url = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_an_http_sensor_asks_until_the_answer_is_there(dag, site):
    site.answers = [(404, b""), (200, b'{"state": "runs"}'), (200, b'{"state": "done"}')]
    HttpSensor(task_id="a", endpoint=site.url + "/job", request_params={"id": 1}, poke_interval=0,
               json_pointer="/state", json_equals="done").execute({})
    assert [path for _, path, _ in site.seen] == ["/job?id=1"] * 3
    site.answers = [(500, b"")]
    with pytest.raises(AirflowException, match="status is 500"):
        HttpSensor(task_id="b", endpoint=site.url).execute({})
    site.answers = [(200, b"no"), (200, b"yes")]
    HttpSensor(task_id="c", endpoint=site.url, poke_interval=0,
               response_check=lambda response, **_: response.text == "yes").execute({})


def test_an_http_sensor_takes_place_and_password_from_its_connection(dag, site, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_API", f"http://kim:pw@127.0.0.1:{site.server_port}/base")
    HttpSensor(task_id="a", endpoint="/x", http_conn_id="api", method="POST").execute({})
    assert site.seen == [("POST", "/base/x", "Basic a2ltOnB3")]
    monkeypatch.setenv("AIRFLOW_CONN_API", "secret")
    with pytest.raises(AirflowException) as raised:
        HttpSensor(task_id="b", endpoint="/x", http_conn_id="api").execute({})
    assert "secret" not in str(raised.value)


def test_a_deferrable_http_sensor_hands_its_wait_over(dag, site):
    site.answers = [(404, b"")]
    found = deferral(HttpSensor(task_id="a", endpoint=site.url + "/job", deferrable=True,
                                request_params={"id": 1}, json_pointer="/s", json_equals=1))
    assert found["trigger"] == {
        "kind": "http", "url": site.url + "/job?id=1", "method": "GET", "conn_id": "", "headers": {},
        "poll_ms": 60_000, "not_yet": [404], "timeout_ms": 30_000, "json_pointer": "/s",
        "json_equals": 1}

# SPDX-License-Identifier: Apache-2.0
"""Sensors: when they go on, wait, give their slot back, or give up."""

import datetime as dt
import itertools

import pytest

from aiflow import DAG, task
from aiflow.dag import collect_dags
from aiflow.exceptions import (AirflowException, AirflowFailException, AirflowRescheduleException,
                               AirflowSensorTimeout, AirflowSkipException)
from aiflow.sensors.base import BaseSensorOperator, PokeReturnValue, poke_mode_only
from aiflow.sensors.bash import BashSensor
from aiflow.sensors.filesystem import FileSensor
from aiflow.sensors.python import PythonSensor
from aiflow.sensors.time import DateTimeSensor, DayOfWeekSensor, TimeDeltaSensor, TimeSensor


def now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


@pytest.fixture(autouse=True)
def dag():
    with collect_dags(), DAG("d", start_date=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)) as made:
        yield made


def answers(*values):
    """A poke that gives these in turn; an exception is raised."""
    left = iter(values)

    def poke():
        value = next(left)
        if isinstance(value, Exception):
            raise value
        return value

    return poke


def sensor(*values, **settings):
    return PythonSensor(task_id="s", python_callable=answers(*values),
                        **{"poke_interval": 0, **settings})


def test_poke_mode_asks_until_it_is_so_and_gives_the_value():
    asked = sensor(False, PokeReturnValue(False), PokeReturnValue(True, {"rows": 3}))
    assert asked.execute({}) == {"rows": 3}


def test_reschedule_mode_gives_its_slot_back_until_the_next_poke():
    before = now()
    with pytest.raises(AirflowRescheduleException) as raised:
        sensor(False, mode="reschedule", poke_interval=30).execute({})
    wait = (raised.value.reschedule_date - before).total_seconds()
    assert 30 <= wait < 40


def test_the_timeout_counts_from_the_first_poke_of_the_try_over_reschedules():
    context = {"first_started_at": now() - dt.timedelta(seconds=100)}
    waits = sensor(False, mode="reschedule", poke_interval=60, timeout=130)
    before = now()
    with pytest.raises(AirflowRescheduleException) as raised:
        waits.execute(context)
    assert (raised.value.reschedule_date - before).total_seconds() <= 31  # not past the timeout
    late = PythonSensor(task_id="late", python_callable=answers(False), mode="reschedule", timeout=99)
    with pytest.raises(AirflowSensorTimeout, match="its timeout is 99 s"):
        late.execute(context)


@pytest.mark.parametrize("settings, error", [
    ({}, AirflowSensorTimeout), ({"soft_fail": True}, AirflowSkipException),
    ({"never_fail": True}, AirflowSkipException)])
def test_after_the_timeout_it_fails_or_is_skipped(settings, error):
    with pytest.raises(error):
        sensor(False, timeout=0, **settings).execute({})


@pytest.mark.parametrize("settings, raised, error", [
    ({}, ValueError("x"), ValueError), ({"soft_fail": True}, ValueError("x"), ValueError),
    ({"never_fail": True}, ValueError("x"), AirflowSkipException),
    ({"soft_fail": True}, AirflowFailException("x"), AirflowSkipException),
    ({}, AirflowFailException("x"), AirflowFailException),
    ({"silent_fail": True}, AirflowSkipException("x"), AirflowSkipException)])
def test_an_error_of_a_poke(settings, raised, error):
    with pytest.raises(error):
        sensor(raised, **settings).execute({})


def test_silent_fail_logs_an_error_and_asks_again():
    assert sensor(ValueError("x"), True, silent_fail=True).execute({}) is None


def test_exponential_backoff_doubles_between_b_and_2b_and_stops_at_max_wait():
    s = sensor(True, poke_interval=10, exponential_backoff=True, max_wait=100)
    waited = 0.0
    for pokes in itertools.count():
        pause = s.next_interval(waited, {})
        if pause == 100:
            break
        assert 10 * 2**pokes <= pause <= 10 * 2 ** (pokes + 1)
        assert pause == s.next_interval(waited, {})  # the same again: no random number
        waited = 10 * (2.0 ** (pokes + 1) - 1)
    assert pokes in (3, 4)


@pytest.mark.parametrize("settings", [
    {"mode": "sleep"}, {"poke_interval": -1}, {"timeout": float("nan")},
    {"soft_fail": True, "never_fail": True}])
def test_wrong_settings_are_refused_with_the_sensors_name(settings):
    with pytest.raises(AirflowException, match="sensor 's'"):
        sensor(True, **settings)


def test_a_sensor_marked_poke_mode_only_refuses_reschedule():
    @poke_mode_only
    class Counts(BaseSensorOperator):
        def poke(self, context):
            return True

    Counts(task_id="a")
    with pytest.raises(AirflowException, match="'poke' only"):
        Counts(task_id="b", mode="reschedule")


def test_bash_sensor_reads_the_exit_code():
    assert BashSensor(task_id="a", bash_command="exit 0").poke({})
    assert not BashSensor(task_id="b", bash_command="exit 7").poke({})
    strict = {"retry_exit_code": 7}
    assert not BashSensor(task_id="c", bash_command="exit 7", **strict).poke({})
    with pytest.raises(AirflowFailException, match="exit code 8"):
        BashSensor(task_id="e", bash_command="exit 8", **strict).poke({})


def test_file_sensor_finds_files_patterns_and_folders_that_hold_one(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    folder = FileSensor(task_id="folder", filepath=str(tmp_path / "in"))
    pattern = FileSensor(task_id="pattern", filepath=str(tmp_path / "**" / "*.csv"), recursive=True)
    assert not folder.poke({}) and not pattern.poke({})
    (tmp_path / "in" / "deep" / "a.csv").write_text("x")
    assert folder.poke({}) and pattern.poke({})


def test_time_sensors():
    hour = dt.timedelta(hours=1)
    assert DateTimeSensor(task_id="a", target_time=now() - hour).poke({})
    assert not DateTimeSensor(task_id="b", target_time=(now() + hour).isoformat()).poke({})
    assert TimeSensor(task_id="c", target_time=dt.time(0, 0)).poke({})
    ended = {"data_interval_end": now() - 2 * hour}
    assert TimeDeltaSensor(task_id="e", delta=hour).poke(ended)
    assert not TimeDeltaSensor(task_id="f", delta=3 * hour).poke(ended)
    with pytest.raises(AirflowException, match="without a date"):
        TimeDeltaSensor(task_id="g", delta=hour).poke({})
    today = now().strftime("%A")
    assert DayOfWeekSensor(task_id="h", week_day=today).poke({})
    assert not DayOfWeekSensor(task_id="i", week_day={"monday"}, use_task_logical_date=True).poke(
        {"logical_date": dt.datetime(2026, 1, 6, tzinfo=dt.timezone.utc)})
    with pytest.raises(AirflowException, match="week_day"):
        DayOfWeekSensor(task_id="j", week_day="someday")


def test_the_decorator_makes_a_sensor_and_default_args_reach_it():
    with DAG("e", default_args={"poke_interval": 5}) as made:
        @task.sensor(mode="reschedule", timeout=9)
        def ready(n):
            return n > 1

        ready(2)
    made_sensor = made.get_task("ready")
    assert (made_sensor.mode, made_sensor.timeout, made_sensor.poke_interval) == ("reschedule", 9, 5)
    assert made_sensor.execute({}) is None


def test_airflows_import_paths_give_the_same_classes():
    from airflow.providers.standard.sensors.filesystem import FileSensor as provider
    from airflow.sdk import BaseSensorOperator as sdk
    from airflow.sensors.filesystem import FileSensor as old

    assert old is provider is FileSensor and sdk is BaseSensorOperator


def test_in_a_task_process_a_reschedule_is_an_outcome_with_its_time(supervisor):
    s = supervisor("""
        from aiflow import DAG, task
        with DAG("d"):
            @task.sensor(poke_interval=30, timeout=100, mode="reschedule")
            def waits(): return False
            waits()
        """)
    done, _pushed, _log, exited = s.run("waits")
    assert (done["outcome"], exited["exit_code"]) == ("up_for_reschedule", 0)
    assert dt.datetime.fromisoformat(done["reschedule_at"]) > now()
    done, _pushed, _log, _exited = s.run("waits", first_started_at="2026-01-01T00:00:00Z")
    assert done["outcome"] == "failed_no_retry" and "timeout is 100 s" in done["cause"]

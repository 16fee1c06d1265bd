# SPDX-License-Identifier: Apache-2.0
"""What a key holds, and which tasks may keep results. With a server: tests/e2e/test_data.py."""

import datetime as dt

import pytest

from aiflow import DAG, cache, task
from aiflow.exceptions import AirflowException
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator
from aiflow.operators.python import BranchPythonOperator, PythonOperator
from aiflow.sensors.time import TimeDeltaSensor
from aiflow.baseoperator import BaseOperator

CONTEXT = {"ds": "2026-01-01", "params": {"n": 1}, "run_id": "r1", "ti": None}


def key(operator, **context):
    return cache.key_of(operator, {**CONTEXT, **context})


def bash(command="echo", **settings):
    with DAG("d"):
        return BashOperator(task_id="t", bash_command=command, cache=True, **settings)


def python(function, **settings):
    with DAG("d"):
        return PythonOperator(task_id="t", python_callable=function, cache=True, **settings)


def test_a_command_and_what_goes_with_it_make_the_key():
    assert key(bash()) == key(bash(retries=3, execution_timeout=9))
    for other in (bash("echo 2"), bash(env={"A": "1"}), bash(cwd="/tmp"), bash(append_env=True),
                  bash(skip_on_exit_code=3), bash(cache_version=2), bash(outputs={"a": "b"}),
                  bash(do_xcom_push=False)):
        assert key(other) != key(bash())


def test_arguments_and_asked_for_context_make_the_key():
    def work(x, ds): return x, ds
    assert key(python(work, op_args=[1])) == key(python(work, op_args=[1]), run_id="r2")
    assert key(python(work, op_args=[1])) != key(python(work, op_args=[2]))
    assert key(python(work, op_args=[1])) != key(python(work, op_args=[1]), ds="2026-01-02")
    assert key(python(work, op_kwargs={"x": 1})) != key(python(work, op_args=[1]))

    def reads(params): return params
    assert key(python(reads)) != key(python(reads), params={"n": 2})


def test_tasks_and_dags_do_not_share_results():
    def work(): return 1
    with DAG("d"):
        other = PythonOperator(task_id="t2", python_callable=work, cache=True)
    with DAG("d2"):
        elsewhere = PythonOperator(task_id="t", python_callable=work, cache=True)
    assert len({key(python(work)), key(other), key(elsewhere)}) == 3


def test_a_given_key_is_all_that_counts_beside_the_version():
    def work(**everything): return everything
    one = {"cache_key": "day {{ ds }}"}
    assert key(python(work, **one)) == key(python(lambda ti: 2, **one), run_id="other")
    assert key(python(work, **one)) != key(python(work, **one), ds="2027-01-01")
    assert key(python(work, **one)) != key(python(work, cache_version="b", **one))


def test_what_cannot_be_told_is_not_kept(capsys):
    thing = object()
    assert key(python(lambda: thing)) is None
    assert "cache_key=" in capsys.readouterr().out
    assert key(python(lambda x: x, op_args=[thing])) is None


def test_functions_that_could_reach_anything_are_refused():
    for function in (lambda ti: 1, lambda **kwargs: 1, lambda dag_run: 1):
        with pytest.raises(AirflowException, match="cache_key="):
            python(function)
    with DAG("d"):
        with pytest.raises(AirflowException, match="cache_key="):
            @task.bash(cache=True)
            def command(ti): return "x"
            command()


def test_what_is_done_for_its_effect_is_never_kept():
    with DAG("d"):
        for make in (lambda: EmptyOperator(task_id="a", cache=True),
                     lambda: BranchPythonOperator(task_id="b", python_callable=len, cache_key="x"),
                     lambda: TimeDeltaSensor(task_id="c", delta=dt.timedelta(1), cache=True)):
            with pytest.raises(AirflowException, match="never kept"):
                make()
        with pytest.raises(AirflowException, match="setup is never kept"):
            BashOperator(task_id="s", bash_command="x", cache=True).as_setup()
        with pytest.raises(AirflowException, match="teardown is never kept"):
            BashOperator(task_id="e", bash_command="x", cache=True).as_teardown()
        with pytest.raises(AirflowException, match="depends on"):
            BaseOperator(task_id="own", cache=True)
        BaseOperator(task_id="own2", cache_key="x")


def test_mapped_tasks_keep_the_result_of_each_item():
    with DAG("d"):
        @task(cache=True)
        def each(item): return item
        each.expand(item=[1, 2])
        mapped = BashOperator.partial(task_id="b", cache=True).expand(bash_command=["echo"])
        assert mapped.cache
        with pytest.raises(AirflowException, match="never kept"):
            TimeDeltaSensor.partial(task_id="c", cache=True).expand(delta=[1])


def test_a_cached_command_goes_through_python():
    assert bash().payload()["templated"] is True


def test_a_task_without_a_server_runs_as_ever(supervisor):
    frame, pushed, log, _ = supervisor("""
        from aiflow import DAG, task
        with DAG("d"):
            @task(cache=True, cache_ttl=60)
            def work(): return 5
            work()
        """).run("work", use_cache=False)
    assert frame["outcome"] == "success", log
    assert pushed["return_value"] == 5
    assert len(frame["cache_key"]) == 64
    assert frame["cache_ttl_ms"] == 60_000


def test_what_a_task_said_of_its_assets_is_no_part_of_a_kept_result(supervisor):
    source = """
        from aiflow import DAG, Asset, AssetAlias, Metadata, task
        table, found = Asset("table"), AssetAlias("found")
        with DAG("d"):
            @task(cache=True, outlets=[table, found])
            def plain(): return 5
            plain()
            @task(cache=True, outlets=[table])
            def with_extra():
                yield Metadata(table, {"rows": 3})
            with_extra()
            @task(cache=True, outlets=[found])
            def by_alias():
                yield Metadata(Asset("other"), {}, alias="found")
            by_alias()
        """
    frame, _, log, _ = supervisor(source).run("plain", use_cache=False)
    assert len(frame["cache_key"]) == 64, log
    for name in ("with_extra", "by_alias"):
        frame, _, log, _ = supervisor(source).run(name, use_cache=False)
        assert frame["outcome"] == "success", log
        assert frame.get("cache_key") is None
        assert "what the task said of its assets would be lost" in log

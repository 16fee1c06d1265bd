# SPDX-License-Identifier: Apache-2.0
"""`with setup >> teardown:`: what is drawn."""

import pytest

from aiflow import DAG, TaskGroup, setup, task, teardown
from aiflow.exceptions import AirflowException
from aiflow.operators.empty import EmptyOperator


def edges(dag: DAG) -> set[str]:
    return {f"{above}>{t.task_id}" for t in dag.tasks.values() for above in t.upstream_task_ids}


def tasks(*ids: str):
    return [EmptyOperator(task_id=i) for i in ids]


def pair(number=""):
    made, gone = tasks(f"s{number}", f"t{number}")
    return made, gone.as_teardown(setups=made)


def test_the_tasks_of_the_block_run_between():
    with DAG("d") as dag:
        made, gone = pair()
        with made >> gone:
            a, b, _c = tasks("a", "b", "c")
            a >> b
        outside, = tasks("outside")
    assert edges(dag) == {"s>t", "s>a", "a>b", "b>t", "s>c", "c>t"}


def test_a_teardown_with_its_setups_is_a_block_too_and_so_is_a_setup_alone():
    with DAG("d") as dag:
        s, t = tasks("s", "t")
        with t.as_teardown(setups=s):
            tasks("a")
        s2, t2 = pair(2)
        with s2:
            tasks("b")
    assert edges(dag) == {"s>t", "s>a", "a>t", "s2>t2", "s2>b", "b>t2"}


def test_blocks_within_blocks_and_groups():
    with DAG("d") as dag:
        (s1, t1), (s2, t2) = pair(1), pair(2)
        with s1 >> t1:
            tasks("a")
            with s2 >> t2:
                with TaskGroup("g"):
                    tasks("b")
    assert edges(dag) == {"s1>t1", "s2>t2", "s1>a", "a>t1", "s1>s2", "t2>t1", "s2>g.b", "g.b>t2"}


def test_decorated_ones_lists_and_tasks_from_before():
    @setup
    def create(): pass

    @teardown
    def delete(): pass

    @task
    def work(): pass

    with DAG("d") as dag:
        early = work()
        with create() >> delete() as scope:
            scope.add_task(early)
            work()
        from airflow.decorators.setup_teardown import context_wrapper
        s1, s2, t = tasks("s1", "s2", "t")
        t.as_teardown(setups=[s1, s2])
        with context_wrapper([s1, s2]):
            tasks("x")
    assert edges(dag) == {"create>delete", "create>work", "work>delete", "create>work__1",
                          "work__1>delete", "s1>t", "s2>t", "s1>x", "s2>x", "x>t"}


def test_only_setups_and_teardowns_begin_a_block_and_an_error_draws_nothing():
    with DAG("d") as dag:
        a, = tasks("a")
        with pytest.raises(AirflowException, match="'a' is none of them"):
            with a:
                pass
        made, gone = pair()
        with pytest.raises(KeyError):
            with made >> gone:
                tasks("b")
                raise KeyError
        tasks("c")
    assert edges(dag) == {"s>t"}


def test_what_follows_a_group_does_not_wait_for_its_teardown():
    with DAG("d") as dag:
        with TaskGroup("g") as group:
            made, gone = pair()
            work, = tasks("w")
            made >> work >> gone
        group >> tasks("after")
        with TaskGroup("h") as only:
            made, gone = pair()
        only >> tasks("later")
    assert {e for e in edges(dag) if e.endswith((">after", ">later"))} == {"g.w>after"}

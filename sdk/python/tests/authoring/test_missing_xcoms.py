# SPDX-License-Identifier: Apache-2.0
"""What a task gets of values that nobody has published, as Airflow 2 and 3 do it."""

import pytest

SOURCE = """
    from aiflow import DAG, task
    from aiflow.operators.python import PythonOperator
    from aiflow.exceptions import XComNotFound
    with DAG("d", compat={compat}):
        @task
        def plain(): pass
        @task(multiple_outputs=True)
        def several(): return {{"a": 1}}
        @task
        def look(*values): return list(values)
        @task
        def pull(how, ti): return eval(how)
        first, both = plain(), several()
        look.override(task_id="whole")(first)
        look.override(task_id="member")(both["b"])
        look.override(task_id="key")(first["k"])
        PythonOperator(task_id="argument", python_callable=print, op_args=[first["k"]])
        p1 = pull.override(task_id="p1")("[ti.xcom_pull('plain', key='k'), ti.xcom_pull('plain', key='k', default=7),"
            "ti.xcom_pull(['plain', 'several'], key='k', default=0),"
            "ti.xcom_pull('plain', key='k', map_indexes=[-1, 3])]")
        p2 = pull.override(task_id="p2")("[ti.xcom_pull(key='k'), ti.xcom_push('k', 5), ti.xcom_pull(key='k'),"
            "ti.xcom_pull(), ti.xcom_pull('plain', key='k')]")
        first >> p1 >> p2
        both >> p2
"""


@pytest.fixture(params=[2, 3])
def compat(request):
    return request.param


@pytest.fixture
def flow(supervisor, compat):
    return supervisor(SOURCE.format(compat=compat))


def test_an_argument_that_was_never_published_is_an_error_and_a_result_is_none(flow):
    for task_id in ("whole", "member"):
        assert flow.run(task_id)[1]["return_value"] == [None]
    for task_id in ("key", "argument"):
        done, _pushed, log, _ = flow.run(task_id)
        assert done["outcome"] == "failed"
        assert done["cause"] == "XComNotFound: task 'plain' of DAG 'd' has published no XCom 'k'"
    assert flow.run("key", xcoms={("plain", "k"): None})[1]["return_value"] == [None]


def test_a_pull_gives_the_default_and_airflow_2_leaves_it_out_of_lists(flow, compat):
    found = flow.run("p1", xcoms={("several", "k"): None})[1]["return_value"]
    assert found == [None, 7, *({2: [[None], []], 3: [[0, None], [None, None]]}[compat])]


def test_a_pull_without_a_task_is_of_this_one_or_in_airflow_2_of_the_nearest_before(flow, compat):
    before = {("plain", "k"): 1, ("p1", "return_value"): 2, ("p1", "k"): 9, ("p2", "k"): 8}
    found = flow.run("p2", xcoms=before)[1]["return_value"]
    assert found == {2: [9, None, 9, 2, 1], 3: [8, None, 5, None, 1]}[compat]
    del before["p1", "k"]
    if compat == 2:
        assert flow.run("p2", xcoms=before)[1]["return_value"][0] == 1

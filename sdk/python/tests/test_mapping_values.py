# SPDX-License-Identifier: Apache-2.0
"""Values between mapped tasks, mapped groups and the others; what may be mapped over."""

import textwrap

import pytest
from conftest import Supervisor

SOURCE = """
    from aiflow import DAG, task, task_group
    from aiflow.exceptions import AirflowSkipException
    from aiflow.operators.bash import BashOperator
    from aiflow.operators.empty import EmptyOperator
    from aiflow.operators.python import PythonOperator
    def no_two(x):
        if x == 2: raise AirflowSkipException("no two")
        return x
    with DAG("d", params={"n": 1}):
        @task
        def source(): return [1, 2]
        @task
        def alone(): return "alone"
        @task
        def echo(*args, **kwargs): return list(args)
        @task
        def mapped(x): return x
        @task
        def pull(how, ti): return eval(how, {"ti": ti})
        S, A, M = source(), alone(), mapped.expand(x=[1, 2, 3])
        def echoed(name, *args): return echo.override(task_id=name)(*args)
        echoed("all_of_mapped", M, A, {"in": [M]})
        echo.override(task_id="member")(M["part"])
        mapped.override(task_id="mapped_twice").expand(x=M)
        mapped.override(task_id="zipped_twice").expand(x=M.zip(S))
        BashOperator(task_id="template", bash_command=f"echo '{M}'")
        for name, how in {
                "pull_mapped": "ti.xcom_pull('mapped')",
                "pull_one": "ti.xcom_pull('mapped', map_indexes=2)",
                "pull_some": "ti.xcom_pull('mapped', map_indexes=[2, 7, 0], default='-')",
                "pull_range": "ti.xcom_pull(task_ids=['mapped', 'mapped'], map_indexes=range(2))",
                "pull_both": "ti.xcom_pull(task_ids=['alone', 'mapped', 'nobody'])",
                "pull_one_of_both": "ti.xcom_pull(task_ids=['mapped', 'alone'], map_indexes=0)",
                "pull_nothing": "ti.xcom_pull('mapped', key='nothing', default='-')",
                "pull_other_dag": "[ti.xcom_pull(t, dag_id='o') for t in ('alone', 'mapped', 'x')]",
                "pull_indexed": "ti.xcom_pull('alone', map_indexes=-1)"}.items():
            pull.override(task_id=name)(how)
        pull.override(task_id="index").partial().expand(how=["ti.map_index"] * 3)

        @task_group
        def pair(x, y=5):
            first = echoed("first", x, [y, {"y": y}])
            echoed("second", first, A, M)
            BashOperator(task_id="say", bash_command=f"echo {x} {y} $Z", env={"Z": x},
                         append_env=True)
            PythonOperator(task_id="op", python_callable=lambda a: a, op_kwargs={"a": {"b": (x,)}})
            pull.override(task_id="sibling")("ti.xcom_pull('pair.first'), ti.xcom_pull('mapped')")
            return first

        R = pair.partial(y=6).expand(x=S)
        echoed("all_of_group", R)
        mapped.override(task_id="over_group").expand(x=R)

        @task_group
        def rows(x, y="own"):
            echoed("echo", x, y)
        rows.expand_kwargs([{"x": 1, "y": "{{ 1/0 }}"}, {"x": [S, "t"]}, {"y": 1}])

        @task_group
        def product(a, b):
            echoed("echo", b, a)
        product.expand(a={"k": 1, "l": 2}, b=S.map(no_two))

        @task_group
        def second(x):
            echoed("echo", x, R)
            EmptyOperator(task_id="nothing")
        second.expand(x=S.filter(lambda i: i > 1))
    leaked = None
    with DAG("leak"):
        @task_group
        def leaks(x):
            global leaked
            leaked = x
            echo(x)
        leaks.expand(x=[1])
        echo(leaked)
"""
XCOMS = {("source", "return_value"): [1, 2], ("alone", "return_value"): "alone",
         ("mapped", "return_value", 0): 1, ("mapped", "return_value", 2): 3,
         ("mapped", "part", 0): "p", ("pair.first", "return_value", 0): "f0",
         ("pair.first", "return_value", 1): "f1"}


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    path = tmp_path_factory.mktemp("dags") / "flow.py"
    path.write_text(textwrap.dedent(SOURCE))
    supervisor = Supervisor(path)
    yield supervisor
    supervisor.close()


def value_of(flow, task_id, index=-1, xcoms=XCOMS):
    done, pushed, log, _ = flow.run(task_id, xcoms=xcoms, map_index=index)
    if done["outcome"] != "success":
        return done["outcome"] + ": " + done["cause"]
    return pushed.get("return_value")


@pytest.mark.parametrize("task_id, value", [
    ("all_of_mapped", [[1, 3], "alone", {"in": [[1, 3]]}]), ("member", [["p"]]),
    ("template", [1, 3]), ("pull_mapped", [1, 3]), ("pull_one", 3), ("pull_some", [3, "-", 1]),
    ("pull_range", [1, None, 1, None]), ("pull_both", ["alone", 1, 3, None]),
    ("pull_one_of_both", [1, None]), ("pull_nothing", "-"),
    ("pull_other_dag", ["alone", [1, 3], None]), ("pull_indexed", "alone"),
    ("all_of_group", [["f0", "f1"]])])
def test_an_unmapped_task_sees_all_values_of_a_mapped_one(flow, task_id, value):
    assert value_of(flow, task_id) == value


def test_of_a_mapped_task_without_values_there_is_an_empty_list(flow):
    alone = {("alone", "return_value"): "alone"}
    assert value_of(flow, "all_of_mapped", xcoms=alone) == [[], "alone", {"in": [[]]}]
    assert value_of(flow, "pull_mapped", xcoms=alone) is None


def test_mapped_tasks_are_mapped_over(flow):
    assert [value_of(flow, "mapped_twice", i) for i in (0, 1)] == [1, 3]
    assert [value_of(flow, "zipped_twice", i) for i in (0, 1)] == [[1, 1], [3, 2]]
    assert [value_of(flow, "over_group", i) for i in (0, 1)] == ["f0", "f1"]
    assert "past the end" in value_of(flow, "mapped_twice", 2)


def test_a_task_knows_its_index(flow):
    assert [value_of(flow, "index", i) for i in range(3)] == [0, 1, 2]


def test_in_a_mapped_group_each_index_is_by_itself(flow):
    assert [value_of(flow, "pair.first", i) for i in (0, 1)] == [
        [1, [6, {"y": 6}]], [2, [6, {"y": 6}]]]
    assert [value_of(flow, "pair.second", i) for i in (0, 1)] == [
        ["f0", "alone", [1, 3]], ["f1", "alone", [1, 3]]]
    assert value_of(flow, "pair.sibling", 1) == ["f1", [1, 3]]
    assert [value_of(flow, "pair.say", i) for i in (0, 1)] == ["1 6 1", "2 6 2"]
    assert value_of(flow, "pair.op", 1) == {"b": [2]}


def test_another_mapped_group_sees_all_values_of_the_first(flow):
    assert value_of(flow, "second.echo", 1) == [2, ["f0", "f1"]]
    assert value_of(flow, "second.echo", 0) == "skipped: the filter left out item 0"


def test_a_group_s_rows_and_products(flow):
    assert [value_of(flow, "rows.echo", i) for i in (0, 1)] == [
        [1, "{{ 1/0 }}"], [[[1, 2], "t"], "own"]]
    assert "'x' of mapped group 'rows' is not in the dict" in value_of(flow, "rows.echo", 2)
    assert "task group 'rows': map index 3 is past the end" in value_of(flow, "rows.echo", 3)
    assert [value_of(flow, "product.echo", i) for i in range(4)] == [
        [1, ["k", 1]], "skipped: no two", [1, ["l", 2]], "skipped: no two"]


def test_a_group_s_argument_has_no_value_outside_of_it(flow):
    task_side = flow.run("echo", xcoms={}, key={
        "dag_id": "leak", "run_id": "r", "task_id": "echo", "map_index": -1})
    assert "argument 'x' of mapped group 'leaks' has no value outside" in task_side[0]["cause"]


LENGTHS = """
    from aiflow import DAG, task, task_group
    from aiflow.exceptions import AirflowSkipException
    results = {"number": 3, "nothing": None, "text": "abc", "list": [], "dict": {"a": 1}}
    with DAG("d"):
        @task
        def use(x): return x
        @task_group
        def group(x): use(x)
        def give(name, value):
            @task(task_id=name)
            def given(): return value
            return given()
        for name, value in results.items():
            use.override(task_id="use_" + name).expand(x=give(name, value).map(str))
        @task(do_xcom_push=False)
        def silent(): return [1]
        @task
        def skips(): raise AirflowSkipException("x")
        for made in (silent(), skips(), give("in_group", 3)):
            group.expand(x=made)
        use.override(task_id="ordinary")(give("free", 3))
        use.override(task_id="in_list").expand(x=[give("member", 3)])
        use.override(task_id="over_mapped").expand(x=use.override(task_id="each").expand(x=[1]))
"""


@pytest.mark.parametrize("task_id, index, ending", [
    ("number", -1, "failed: AirflowException: task 'number' returned a int, and task 'use_number'"),
    ("nothing", -1, "failed: AirflowException: task 'nothing' returned None, and task 'use_noth"),
    ("text", -1, "failed: AirflowException: task 'text' returned a str, and task 'use_text'"),
    ("silent", -1, "failed: AirflowException: task 'silent' returned None, and task group 'group'"),
    ("in_group", -1, "failed: AirflowException: task 'in_group' returned a int, and task group 'g"),
    ("skips", -1, "skipped: x"), ("list", -1, []), ("dict", -1, {"a": 1}), ("free", -1, 3),
    ("member", -1, 3), ("each", 0, 1)])
def test_what_is_mapped_over_has_to_have_a_length(supervisor, task_id, index, ending):
    value = value_of(supervisor(LENGTHS), task_id, index)
    assert value.startswith(ending) if isinstance(ending, str) else value == ending

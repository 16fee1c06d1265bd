# SPDX-License-Identifier: Apache-2.0
"""What an instance of a mapped task gets, for every form, and how it ends."""

import pytest

from aiflow.xcom_items import PulledItems, as_list


SOURCE = """
    from aiflow import DAG, task, task_group
    from aiflow.exceptions import AirflowSkipException
    from aiflow.operators.bash import BashOperator
    from aiflow.operators.python import PythonOperator
    def skip_b(x):
        if x == "b": raise AirflowSkipException("no b")
        return x + "!"
    def odd(x): return x % 2
    with DAG("d", params={"n": 1}) as dag:
        @task
        def n(): return [1, 2, 3]
        @task
        def l(): return ["a", "b"]
        @task
        def rows(): return [{"x": 1}, {"x": 2, "y": 3}]
        @task
        def got(x=None, y=None, z=None): return [x, y, z]
        N, L, R = n(), l(), rows()
        def mapped(name, **over): got.override(task_id=name).expand(**over)
        mapped("list", x=["a", {"k": 1}, "{{ params.n }}"])
        mapped("dict", x={"a": 1, "b": 2})
        mapped("product", x=[1, 2], y=["a", "b", "c"], z={"k": 7, "m": 8})
        mapped("product_of_tasks", y=N, x=L)
        mapped("xcom", x=N)
        mapped("map", x=L.map(skip_b))
        mapped("maps", x=N.map(str).map(lambda s: s * 2))
        mapped("filter", x=N.filter(odd))
        mapped("filter_map", x=N.filter(odd).map(lambda i: i * 10))
        mapped("zip", x=N.zip(L))
        mapped("zip_fill", x=N.zip(L, fillvalue="-"))
        mapped("zip_filter", x=L.zip(N.filter(odd)))
        mapped("concat", x=N.concat(L, N.map(lambda i: i * 10)))
        mapped("inside", x=[[N, 1], {"l": L}])
        got.override(task_id="partial").partial(y=L, z="{{ params.n }}").expand(x=N)
        got.override(task_id="rows_literal").expand_kwargs([{"x": 1}, {"y": L}, {"x": "{{ ds }}"}])
        got.override(task_id="rows_task").partial(z=9).expand_kwargs(R)
        got.override(task_id="rows_map").expand_kwargs(N.map(lambda i: {"x": i, "y": -i}))
        got.override(task_id="rows_mixed").expand_kwargs([{"x": 0}, R])
        got.override(task_id="wins").partial(x=1).expand_kwargs([{"x": 5}], strict=False)
        got.override(task_id="all_of_filter")(N.filter(odd), L.zip(N.filter(odd)), N.concat(L))
        got.override(task_id="all_of_map")(L.map(skip_b))
        @task.branch
        def choose(x): return x
        choose.expand(x=["n", ["l", "n"]])
        @task.short_circuit
        def stop(x): return x
        stop.expand(x=[0, 1])
        @task.sensor(mode="reschedule", poke_interval=9)
        def wait(x): return x
        wait.expand(x=[True, False])
        @task.bash(env={"W": "w"}, append_env=True)
        def say(x): return f"echo $W {x}"
        say.expand(x=[1, 2])
        PythonOperator.partial(task_id="classic", python_callable=lambda *a, **k: [a, k["y"]],
                               op_kwargs={"y": 1}).expand(op_args=[[1, 2], N])
        BashOperator.partial(task_id="bash", append_env=True).expand_kwargs(
            [{"bash_command": "echo $A $B", "env": {"A": "{{ ds }}", "B": 5}},
             {"bash_command": "exit 99"}, {"bash_command": "exit 3"}])
        @task(map_index_template="{{ ti.map_index }} of {{ task.op_kwargs['x'] }}")
        def named(x): return 1
        named.expand(x=["p", "q"])
        @task(map_index_template="{{ told }}")
        def named_late(x, **context): context["task"].dag; told(x)
        def told(x):
            from aiflow import get_current_context
            get_current_context()["told"] = x
        named_late.expand(x=["p"])
"""
XCOMS = {("n", "return_value"): [1, 2, 3], ("l", "return_value"): ["a", "b"],
         ("rows", "return_value"): [{"x": 1}, {"x": 2, "y": 3}]}


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    """One file and one zygote for all forms."""
    import textwrap

    from conftest import Supervisor

    path = tmp_path_factory.mktemp("dags") / "flow.py"
    path.write_text(textwrap.dedent(SOURCE))
    supervisor = Supervisor(path)
    yield supervisor
    supervisor.close()


def value_of(flow, task_id, index, xcoms=XCOMS):
    done, pushed, log, _ = flow.run(task_id, xcoms=xcoms, map_index=index)
    if done["outcome"] == "skipped":
        return "skipped: " + done["cause"]
    assert done["outcome"] == "success", (done, log)
    return pushed.get("return_value")


def x_of(flow, task_id, count):
    """What x was in each instance, and that there are no more than `count`."""
    past, _pushed, _log, _ = flow.run(task_id, xcoms=XCOMS, map_index=count)
    assert past["outcome"] == "failed"
    assert f"task '{task_id}': map index {count} is past the end" in past["cause"]
    assert f"has {count} items now" in past["cause"]
    values = [value_of(flow, task_id, index) for index in range(count)]
    return [value if isinstance(value, str) else value[0] for value in values]


@pytest.mark.parametrize("task_id, expected", [
    ("list", ["a", {"k": 1}, "4"]),
    ("dict", [["a", 1], ["b", 2]]),
    ("xcom", [1, 2, 3]),
    ("map", ["a!", "skipped: no b"]),
    ("maps", ["11", "22", "33"]),
    ("filter", [1, "skipped: the filter left out item 1", 3]),
    ("filter_map", [10, "skipped: the filter left out item 1", 30]),
    ("zip", [[1, "a"], [2, "b"]]),
    ("zip_fill", [[1, "a"], [2, "b"], [3, "-"]]),
    ("zip_filter", [["a", 1], "skipped: the filter left out item 1"]),
    ("concat", [1, 2, 3, "a", "b", 10, 20, 30]),
    ("inside", [[[1, 2, 3], 1], {"l": ["a", "b"]}]),
])
def test_each_instance_gets_its_item(flow, task_id, expected):
    assert x_of(flow, task_id, len(expected)) == expected


def test_the_last_argument_of_a_product_varies_fastest(flow):
    assert [value_of(flow, "product", index) for index in range(12)] == [
        [1, "a", ["k", 7]], [1, "a", ["m", 8]], [1, "b", ["k", 7]], [1, "b", ["m", 8]],
        [1, "c", ["k", 7]], [1, "c", ["m", 8]], [2, "a", ["k", 7]], [2, "a", ["m", 8]],
        [2, "b", ["k", 7]], [2, "b", ["m", 8]], [2, "c", ["k", 7]], [2, "c", ["m", 8]]]
    # as written in expand(y=N, x=L), not as in the function
    assert [value_of(flow, "product_of_tasks", index)[:2] for index in range(6)] == [
        ["a", 1], ["b", 1], ["a", 2], ["b", 2], ["a", 3], ["b", 3]]


@pytest.mark.parametrize("task_id, expected", [
    ("partial", [[1, ["a", "b"], "4"], [2, ["a", "b"], "4"], [3, ["a", "b"], "4"]]),
    ("rows_literal", [[1, None, None], [None, ["a", "b"], None], ["2026-01-02", None, None]]),
    ("rows_task", [[1, None, 9], [2, 3, 9]]),
    ("rows_map", [[1, -1, None], [2, -2, None], [3, -3, None]]),
    ("wins", [[5, None, None]]),
])
def test_each_instance_gets_its_row(flow, task_id, expected):
    assert [value_of(flow, task_id, index) for index in range(len(expected))] == expected


def test_a_row_may_be_what_a_task_returned(flow):
    xcoms = {("rows", "return_value"): {"x": 7, "y": 8}}
    assert value_of(flow, "rows_mixed", 1, xcoms) == [7, 8, None]


def test_as_an_ordinary_argument_derived_lists_are_lists(flow):
    assert value_of(flow, "all_of_filter", -1) == [[1, 3], [["a", 1]], [1, 2, 3, "a", "b"]]
    assert value_of(flow, "all_of_map", -1) == "skipped: no b"


def test_what_a_task_published_is_no_template(flow):
    hostile = {("n", "return_value"): ["{{ 1/0 }}", {"k": "{{ 2/0 }}"}, ["{{ 3/0 }}"]],
               ("l", "return_value"): ["{{ 4/0 }}"],
               ("rows", "return_value"): [{"x": "{{ 5/0 }}"}]}
    assert value_of(flow, "partial", 0, hostile) == ["{{ 1/0 }}", ["{{ 4/0 }}"], "4"]
    assert value_of(flow, "xcom", 1, hostile)[0] == {"k": "{{ 2/0 }}"}
    assert value_of(flow, "zip", 0, hostile)[0] == ["{{ 1/0 }}", "{{ 4/0 }}"]
    assert value_of(flow, "rows_task", 0, hostile)[0] == "{{ 5/0 }}"


@pytest.mark.parametrize("task_id, index, value, cause", [
    ("xcom", 0, 5, "the return value of task 'n' is a int; only a list or a dict"),
    ("xcom", 0, "text", "the return value of task 'n' is a str"),
    ("xcom", 0, None, "the return value of task 'n' is None"),
    ("xcom", 1, [1], "task 'xcom': map index 1 is past the end"),
    ("xcom", -1, [1], "task 'xcom' is mapped, and this instance has no map index"),
    ("product_of_tasks", 0, [], "task 'product_of_tasks': map index 0 is past the end"),
    ("rows_task", 0, [3], "task 'rows_task': expand_kwargs() takes a list of dicts, and an"),
    ("rows_task", 0, [{"q": 1}], "task 'rows_task': got() has no such argument: 'q'"),
    ("rows_task", 0, [{"z": 1}], "task 'rows_task': both in partial() and mapped: 'z'"),
])
def test_what_can_t_be_mapped_over_fails_with_its_cause(flow, task_id, index, value, cause):
    xcoms = {**XCOMS, ("n", "return_value"): value, ("rows", "return_value"): value}
    done, pushed, _log, _ = flow.run(task_id, xcoms=xcoms, map_index=index)
    assert done["outcome"] == "failed" and cause in done["cause"] and pushed == {}


def test_branches_short_circuits_sensors_and_bash_work_mapped(flow):
    def both(task_id, field):
        return [flow.run(task_id, map_index=index)[0][field] for index in (0, 1)]

    assert both("choose", "branch") == [["n"], ["l", "n"]]
    assert both("stop", "skip_all_downstream") == [True, False]
    assert both("wait", "outcome") == ["success", "up_for_reschedule"]
    assert [value_of(flow, "say", i) for i in (0, 1)] == ["w 1", "w 2"]


def test_operators_without_a_function_get_their_own_arguments(flow):
    assert value_of(flow, "classic", 0) == [[1, 2], 1]
    assert value_of(flow, "classic", 1) == [[1, 2, 3], 1]
    assert value_of(flow, "bash", 0) == "2026-01-02 5"
    assert value_of(flow, "bash", 1) == "skipped: exit code 99 means skipped"
    assert flow.run("bash", map_index=2)[0]["cause"].endswith("exit code 3")


def test_an_index_gets_its_name_before_or_after_the_task(flow):
    log = flow.run("named", map_index=1)[2]
    assert log.splitlines()[0] == "map index 1: 1 of q"
    assert flow.run("named_late", map_index=0)[2].splitlines()[-1] == "map index 0: p"


@pytest.mark.parametrize("task_id, index, asked", [
    ("xcom", 2, [2]),           # one item of a list of any length
    ("map", 0, [0]),
    ("zip", 1, [1, 1]),         # of each of the two
    ("concat", 4, [4, 4, 4]),   # past the end of each part: the whole comes
    ("dict", 1, []),
])
def test_an_instance_asks_for_its_item_and_not_for_all(flow, task_id, index, asked):
    flow.questions.clear()
    value_of(flow, task_id, index)
    assert [one.get("item") for one in flow.questions] == asked


def test_who_wants_all_items_asks_three_times():
    asked = []

    def pull(position):
        asked.append(position)
        return ("abcdef"[position], 6) if position >= 0 else (list("abcdef"), None)

    items = PulledItems(pull, list, likely=0)
    assert len(items) == 6 and as_list(items) == list("abcdef") and asked == [0, 1, -1]

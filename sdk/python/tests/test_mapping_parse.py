# SPDX-License-Identifier: Apache-2.0
"""Dynamic task mapping as the scheduler gets it: shapes, edges, and what is refused."""

import pytest

from aiflow import DAG, task, task_group
from aiflow.baseoperator import BaseOperator
from aiflow.dag import collect_dags
from aiflow.exceptions import AirflowException
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator
from aiflow.operators.python import PythonOperator
from aiflow.parse import dag_spec
from aiflow.sensors.python import PythonSensor
from aiflow.wire_gen import FIELDS


@pytest.fixture(autouse=True)
def dag():
    with collect_dags(), DAG("d", default_args={"owner": "me", "append_env": True}) as made:
        yield made


@task
def numbers():
    return [1, 2]


@task
def letters():
    return ["a", "b"]


@task
def use(x=None, y=None):
    """Uses them."""
    return x


def tasks_of(dag):
    return {t["task_id"]: t for t in dag_spec(dag, "")["tasks"]}


def node(kind, **fields):
    return {"kind": kind, "length": None, "task_id": None, "parts": [], **fields}


N, L = node("xcom", task_id="numbers"), node("xcom", task_id="letters")


@pytest.mark.parametrize("make, nodes, upstream", [
    (lambda n, l: use.expand(x=[1, 2, 3]), [node("literal", length=3)], ""),
    (lambda n, l: use.expand(x=[]), [node("literal", length=0)], ""),
    (lambda n, l: use.expand(x=(1, 2)), [node("literal", length=2)], ""),
    (lambda n, l: use.expand(x={"a": 1, "b": 2}), [node("literal", length=2)], ""),
    (lambda n, l: use.expand(x=[n, [l]]), [node("literal", length=2)], "nl"),
    (lambda n, l: use.expand(x=n), [N], "n"),
    (lambda n, l: use.partial(y=l).expand(x=n), [N], "nl"),
    (lambda n, l: use.expand(x=n, y=[1, 2, 3]),
     [N, node("literal", length=3), node("product", parts=[0, 1])], "n"),
    (lambda n, l: use.expand_kwargs([{"x": 1}, {"x": 2}]), [node("literal", length=2)], ""),
    (lambda n, l: use.expand_kwargs([{"x": l}, n]), [node("literal", length=2)], "nl"),
    (lambda n, l: use.expand_kwargs(n), [N], "n"),
    (lambda n, l: use.expand(x=n.map(str).map(str)), [N], "n"),
    (lambda n, l: use.expand(x=n.filter(bool)), [N], "n"),
    (lambda n, l: use.expand(x=n.zip(l)), [N, L, node("zip", parts=[0, 1])], "nl"),
    (lambda n, l: use.expand(x=n.zip(l, fillvalue=None)),
     [N, L, node("zip_longest", parts=[0, 1])], "nl"),
    (lambda n, l: use.expand(x=n.concat(l)), [N, L, node("concat", parts=[0, 1])], "nl"),
    (lambda n, l: use.expand(x=n.concat(l.map(str)).zip(l), y=[7]),
     [N, L, node("concat", parts=[0, 1]), L, node("zip", parts=[2, 3]),
      node("literal", length=1), node("product", parts=[4, 5])], "nl"),
])
def test_each_form_has_its_nodes_and_edges(dag, make, nodes, upstream):
    make(numbers(), letters())
    spec = tasks_of(dag)["use"]
    assert spec["expand"] == nodes
    assert all(set(n) == set(FIELDS["MapNode"]) for n in nodes)
    assert spec["upstream"] == sorted({"n": "numbers", "l": "letters"}[c] for c in upstream)


def test_a_mapped_operator_has_all_that_a_task_has(dag):
    class Patient(BashOperator):
        def __init__(self, *, retries=7, pool_slots=2, **kwargs):
            super().__init__(retries=retries, pool_slots=pool_slots, **kwargs)

    place = {"executor": "docker", "queue": "q", "placement": {"a": "b"}, "resources": {"cpus": 1},
             "run_as_user": 1, "executor_config": {"image": "x"}}
    mapped = Patient.partial(task_id="p", pool_slots=3, trigger_rule="all_done", **place,
                             env={"N": numbers()}).expand(bash_command=["a", "b"])
    EmptyOperator(task_id="last") << mapped
    spec = tasks_of(dag)["p"]
    assert set(spec) == set(FIELDS["TaskSpec"])
    assert (spec["retries"], spec["pool_slots"], spec["owner"]) == (7, 3, "me")
    assert (spec["operator"], spec["operator_name"]) == ("python", "Patient")
    assert (spec["trigger_rule"], spec["upstream"]) == ("all_done", ["numbers"])
    assert tasks_of(dag)["last"]["upstream"] == ["p"]


def test_every_kind_of_task_can_be_mapped(dag):
    @task.branch
    def choose(x): return "end"
    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def stop(x): return True
    @task.bash
    def say(x): return f"echo {x}"
    @task.sensor(mode="reschedule")
    def wait(x): return True
    for function in (choose, stop, say, wait):
        function.expand(x=[1])
    EmptyOperator.partial(task_id="end").expand_kwargs([{}, {}])
    PythonOperator.partial(task_id="classic", python_callable=print).expand(op_args=[[1], [2]])
    PythonSensor.partial(task_id="sense", python_callable=bool).expand(op_kwargs=[{}])
    specs = tasks_of(dag)
    assert {name: spec["operator"] for name, spec in specs.items()} == {
        "choose": "python", "stop": "python", "say": "python", "wait": "python", "end": "empty",
        "classic": "python", "sense": "python"}
    assert specs["choose"]["is_branch"] and specs["stop"]["is_short_circuit"]
    assert specs["stop"]["ignore_downstream_trigger_rules"] is False
    assert specs["say"]["operator_name"] == "BashFunctionOperator"


def test_a_function_is_mapped_twice_under_two_ids_and_with_other_settings(dag):
    use.expand(x=[1])
    use.override(retries=4).partial(y=1).expand(x=[1])
    use.partial(y=1).override(task_id="other").expand(x=[1])
    specs = tasks_of(dag)
    assert {name: spec["retries"] for name, spec in specs.items()} == {
        "use": 0, "use__1": 4, "other": 0}
    assert specs["use"]["doc_md"] == "Uses them."


def test_setups_and_teardowns_can_be_mapped(dag):
    use.expand(x=[1]) >> use.override(_teardown=True).expand(x=[1, 2])
    spec = tasks_of(dag)["use__1"]
    assert spec["is_teardown"] and spec["trigger_rule"] == "all_done_setup_success"


def test_what_a_mapped_task_returns_is_an_upstream_and_can_be_mapped_over(dag):
    doubled = use.expand(x=numbers())
    use.override(task_id="total")(doubled)
    use.override(task_id="again").expand(x=doubled)
    specs = tasks_of(dag)
    assert specs["total"]["upstream"] == ["use"] == specs["again"]["upstream"]
    assert specs["total"]["expand"] is None
    assert specs["again"]["expand"] == [node("xcom", task_id="use")]


def test_a_mapped_group_s_sources_come_before_its_tasks(dag):
    @task_group
    def pair(x, y, z=0):
        first = use.override(task_id="first")(x)
        inner = use.override(task_id="inner")(first)
        use.override(task_id="second")(inner, [y])
        EmptyOperator(task_id="aside")
        return inner

    result = pair.partial(z=letters()).expand(x=numbers(), y={"a": 1})
    use(result)
    specs = tasks_of(dag)
    assert {name: specs[name]["upstream"] for name in specs if name.startswith("pair")} == {
        "pair.first": ["numbers"], "pair.inner": ["pair.first"],
        "pair.second": ["numbers", "pair.inner"], "pair.aside": ["numbers"]}
    assert all(spec["expand"] is None for spec in specs.values())
    (group,) = dag_spec(dag, "")["task_groups"]
    assert set(group) == set(FIELDS["TaskGroupSpec"])
    assert group["expand"] == [N, node("literal", length=1), node("product", parts=[0, 1])]
    assert specs["use"]["upstream"] == ["pair.inner"]


def test_a_group_function_is_used_plain_partial_and_mapped(dag):
    @task_group(group_id="g")
    def group(x, y=1):
        use(x, y)

    group(1)
    group.partial(y=2).expand(x=[1, 2])
    group.override(group_id="rows").expand_kwargs([{"x": 1}, {"x": 2, "y": 3}])
    spec = dag_spec(dag, "")
    assert {g["group_id"]: g["expand"] for g in spec["task_groups"]} == {
        "g": None, "g__1": [node("literal", length=2)], "rows": [node("literal", length=2)]}
    assert [t["task_id"] for t in spec["tasks"]] == ["g.use", "g__1.use", "rows.use"]
    numbers()
    assert group.override(group_id="numbers")(1).group_id == "numbers__1"


def test_a_bash_command_with_a_group_s_argument_needs_python(dag):
    @task_group
    def group(word):
        BashOperator(task_id="whole", bash_command=word)
        BashOperator(task_id="inside", bash_command=f"echo {word}")
        BashOperator(task_id="in_env", bash_command="env", env={"W": word})
        BashOperator(task_id="plain", bash_command="true")

    group.expand(word=["echo 1"])
    assert {name: spec["payload"]["templated"] for name, spec in tasks_of(dag).items()} == {
        "group.whole": True, "group.inside": True, "group.in_env": True, "group.plain": False}


class Thing(BaseOperator):
    def __init__(self, *, size=0, **kwargs):
        super().__init__(**kwargs)


@task_group
def a_group(x, y=0):
    use(x, y)


@task_group
def nesting(x):
    a_group.expand(x=[1])


@task_group
def mapping_inside(x):
    use.expand(x=[1])


@task_group
def mapping_over_its_own(x):
    use.expand(x=x)


@task_group
def taking_apart(x):
    use(x["k"])


@task_group
def always_in_it(x):
    use.override(trigger_rule="always")(x)


@task_group
def any_arguments(**kwargs):
    use(kwargs)


BASH = BashOperator.partial


@pytest.mark.parametrize("make, words", [
    (lambda: use.expand(x=numbers()["part"]), "task 'use': .*custom key 'part' of task 'numbers'"),
    (lambda: use.expand_kwargs(numbers()["part"]), "task 'use': .*custom key 'part'"),
    (lambda: numbers()["part"].map(str), "custom key 'part' of task 'numbers'"),
    (lambda: numbers().zip(numbers()["part"]), "custom key 'part'"),
    (lambda: a_group.expand(x=numbers()["p"]), "task group 'a_group': .*custom key 'p'"),
    (lambda: use.expand(x=3), "task 'use': .* a int for 'x'"),
    (lambda: use.expand(x="text"), "task 'use': .* a str for 'x'"),
    (lambda: use.expand(x={1, 2}), "task 'use': .* a set for 'x'"),
    (lambda: use.expand(x=None), "task 'use': .* None for 'x'"),
    (lambda: a_group.expand(x=3), "task group 'a_group': .* a int for 'x'"),
    (lambda: BASH(task_id="b").expand(bash_command="ls"), "task 'b': .* a str for 'bash_command'"),
    (lambda: use.expand(), r"task 'use': expand\(\) without arguments"),
    (lambda: a_group.expand(), r"task group 'a_group': expand\(\) without arguments"),
    (lambda: BASH(task_id="b").expand(), r"task 'b': expand\(\) without arguments"),
    (lambda: use.expand(q=[1]), r"task 'use': use\(\) has no such argument: 'q'"),
    (lambda: use.partial(q=1), r"task 'use': use\(\) has no such argument: 'q'"),
    (lambda: use.expand_kwargs([{"q": 1}]), r"task 'use': use\(\) has no such argument: 'q'"),
    (lambda: a_group.expand(q=[1]), "task group 'a_group': .*no such argument: 'q'"),
    (lambda: a_group.partial(q=[1]), "task group 'a_group': .*no such argument: 'q'"),
    (lambda: a_group.expand_kwargs([{"q": 1}]), "task group 'a_group': .*no such argument: 'q'"),
    (lambda: Thing.partial(task_id="t", colour=1), "task 't': Thing has no .*'colour'"),
    (lambda: Thing.partial(task_id="t").expand(colour=[1]), "task 't': Thing has no .*'colour'"),
    (lambda: Thing.partial(task_id="t").expand_kwargs([{"colour": 1}]), "task 't': .*'colour'"),
    (lambda: use.partial(x=1).expand(x=[1]), r"task 'use': both in partial\(\) and mapped: 'x'"),
    (lambda: use.partial(x=1).partial(x=2), r"task 'use': both in partial\(\) and mapped: 'x'"),
    (lambda: use.partial(x=1).expand_kwargs([{"x": 1}]), "task 'use': both in partial.*'x'"),
    (lambda: a_group.partial(x=1).expand(x=[1]), "task group 'a_group': both in partial.*'x'"),
    (lambda: a_group.partial(x=1).expand_kwargs([{"x": 1}]), "task group 'a_group': both.*'x'"),
    (lambda: Thing.partial(task_id="t", size=1).expand(size=[1]), "task 't': both in .*'size'"),
    (lambda: Thing.partial(task_id="t").expand(retries=[1]), "task 't': can't .*'retries'"),
    (lambda: Thing.partial(task_id="t").expand(dag=[1]), "task 't': can't be mapped.*'dag'"),
    (lambda: Thing.partial(task_id="t").expand(trigger_rule=["always"]), "'trigger_rule'"),
    (lambda: Thing.partial(task_id="t").expand_kwargs([{"pool": "p"}]), "task 't': can't.*'pool'"),
    (lambda: Thing.partial(task_id="t").expand(task_id=["a"]), "task 't': both in .*'task_id'"),
    (lambda: use.expand_kwargs({"x": 1}), "task 'use': .*a list of dicts.* not a dict"),
    (lambda: use.expand_kwargs("x"), "task 'use': .*a list of dicts.* not a str"),
    (lambda: use.expand_kwargs([1]), "task 'use': .*an item is a int"),
    (lambda: use.expand_kwargs([{1: 1}]), "task 'use': .*argument names, and one is 1"),
    (lambda: task(task_id="c")(lambda ti: 1).expand(ti=[1]), "task 'c': .*context: 'ti'"),
    (lambda: use.partial(x=1)(y=2), "task 'use': .*not called"),
    (lambda: numbers().map(use), "map.* of what 'numbers' .*plain function, not a @task"),
    (lambda: numbers().filter(3), "filter.* plain function, not 3"),
    (lambda: numbers().concat([1]), "concat.* of what 'numbers' .* not a list"),
    (lambda: nesting.expand(x=[1]), "'nesting.a_group': a mapped group in a mapped"),
    (lambda: mapping_inside.expand(x=[1]), "'mapping_inside.use': a mapped task in a mapped"),
    (lambda: mapping_over_its_own.expand(x=[1]), "argument 'x' of mapped .*not supported"),
    (lambda: taking_apart.expand(x=[{}]), "'x' of mapped group 'taking_apart' is known only"),
    (lambda: any_arguments.expand_kwargs([{}]), r"group 'any_arguments': .*without \* and \*\*"),
    (lambda: BASH(task_id="b", bash_command="x"), r"task 'b': partial\(\) without expand\(\)"),
    (lambda: use.partial(x=1), r"task 'use': partial\(\) without expand\(\)"),
    (lambda: use.partial(x=1).override(task_id="o"), r"task 'o': partial\(\) without expand\(\)"),
    (lambda: a_group.partial(x=1), r"task group 'a_group': partial\(\) without expand\(\)"),
    (lambda: use.override(trigger_rule="always").expand(x=numbers()), "'use' has trigger_rule"),
    (lambda: always_in_it.expand(x=numbers()), "task 'always_in_it.use' has trigger_rule 'always'"),
])
def test_what_can_t_be_mapped_is_refused_by_name(dag, make, words):
    with pytest.raises(AirflowException, match=words):
        make()
        dag_spec(dag, "")


def test_a_partial_that_was_expanded_is_not_complained_about(dag):
    shared = use.partial(y=1)
    shared.expand(x=[1])
    shared.expand(x=[2])
    use.partial(y=1).partial(x=1).expand_kwargs([{}])
    use.override(trigger_rule="always").expand(x=[1])
    dag_spec(dag, "")


def test_without_strict_a_row_may_win_over_partial(dag):
    Thing.partial(task_id="t", size=1).expand_kwargs([{"size": 2}], strict=False)
    assert tasks_of(dag)["t"]["expand"] == [node("literal", length=1)]


def test_airflow_s_names_lead_here():
    from airflow.decorators import task as decorated
    from airflow.models.mappedoperator import MappedOperator
    from airflow.models.xcom_arg import XComArg
    from airflow.sdk import task_group as group

    mapped = BashOperator.partial(task_id="b").expand(bash_command=["a"])
    assert isinstance(mapped, MappedOperator) and isinstance(mapped.output.map(str), XComArg)
    assert (decorated, group) == (task, task_group)

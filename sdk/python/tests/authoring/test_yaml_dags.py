# SPDX-License-Identifier: Apache-2.0
"""A YAML file gives the DAG that a Python file would, and says where it is broken."""

import subprocess
import sys
import textwrap
import time

import pytest

from aiflow.parse import parse_file
from aiflow.run_task import load_dag
from aiflow.yaml_dags.catalogue import (catalogue, operator_class, operator_fields, operator_names)

WHOLE = """
    aiflow_dag: 1
    dag_id: numbers
    description: Adds them up
    schedule: "0 6 * * *"
    start_date: 2026-01-01T00:00+09:00
    catchup: false
    tags: [b, a]
    dagrun_timeout: 3600
    default_args: {retries: 2, retry_delay: 5}
    params:
      city: Seoul
      count: {default: 3, type: integer, minimum: 1}
    task_groups:
      - group_id: outer
        tooltip: The middle
        dependencies: [first]
        default_args: {pool: heavy}
      - group_id: inner
        parent_group: outer
    tasks:
      - task_id: first
        operator: BashOperator
        bash_command: |
          echo {{ params.city }}
        setup: true
      - {task_id: a, operator: EmptyOperator, task_group: outer}
      - task_id: b
        operator: FileSensor
        filepath: /tmp/x
        mode: reschedule
        poke_interval: 1.5
        task_group: outer.inner
        dependencies: [outer.a]
        execution_timeout: 60
      - task_id: last
        operator: EmptyOperator
        dependencies: [outer]
        trigger_rule: all_done
        outlets: [sums]
      - task_id: clean
        operator: EmptyOperator
        dependencies: [last]
        teardown_of: first
    """

SAME = """
    import datetime as dt
    from aiflow import DAG, TaskGroup, Asset
    from aiflow.param import Param
    from aiflow.operators.bash import BashOperator
    from aiflow.operators.empty import EmptyOperator
    from aiflow.sensors.filesystem import FileSensor
    with DAG("numbers", "Adds them up", "0 6 * * *", dt.datetime.fromisoformat("2026-01-01T00:00+09:00"),
             catchup=False, tags=["b", "a"], dagrun_timeout=dt.timedelta(hours=1),
             default_args={"retries": 2, "retry_delay": dt.timedelta(seconds=5)},
             params={"city": "Seoul", "count": Param(3, type="integer", minimum=1)}):
        with TaskGroup("outer", tooltip="The middle", default_args={"pool": "heavy"}) as outer:
            inner = TaskGroup("inner", parent_group=outer)
        first = BashOperator(task_id="first", bash_command="echo {{ params.city }}\\n")
        a = EmptyOperator(task_id="a", task_group=outer)
        b = FileSensor(task_id="b", filepath="/tmp/x", mode="reschedule",
                       poke_interval=dt.timedelta(seconds=1.5), task_group=inner,
                       execution_timeout=dt.timedelta(minutes=1))
        last = EmptyOperator(task_id="last", trigger_rule="all_done", outlets=[Asset("sums")])
        clean = EmptyOperator(task_id="clean")
    a >> b
    first >> outer >> last >> clean
    first.as_setup()
    clean.as_teardown(setups=first)
    """


def parse(tmp_path, text: str, name: str = "flow.yaml") -> dict:
    path = tmp_path / name
    path.write_text(textwrap.dedent(text).lstrip())
    return parse_file(str(path))


def problems(tmp_path, text: str) -> list[tuple]:
    error = parse(tmp_path, text)["error"]
    assert error is not None
    assert (error["kind"], error["line"]) == ("YamlDagError", error["problems"][0]["line"])
    assert error["message"].startswith(f"flow.yaml:{error['line']}:{error['problems'][0]['column']}: ")
    return [(p["line"], p["column"], ".".join(p["path"]), p["message"]) for p in error["problems"]]


def test_a_yaml_file_gives_the_dag_that_python_gives(tmp_path):
    yaml, python = parse(tmp_path, WHOLE), parse(tmp_path, SAME, "flow.py")
    assert yaml["error"] is None and python["error"] is None
    (left,), (right,) = yaml["dags"], python["dags"]
    del left["source_hash"], right["source_hash"]
    by_id = lambda dag: {task["task_id"]: task for task in dag.pop("tasks")}  # noqa: E731
    assert by_id(left) == by_id(right)
    assert left == right


def test_a_task_process_finds_the_dag_again(tmp_path):
    parse(tmp_path, WHOLE)
    dag = load_dag(str(tmp_path / "flow.yaml"), "numbers")
    assert dag.get_task("outer.inner.b").poke_interval == 1.5
    assert dag.fileloc == str(tmp_path / "flow.yaml")


def test_all_problems_are_told_with_their_places(tmp_path):
    assert problems(tmp_path, """
        aiflow_dag: 1
        dag_id: d
        max_active_tasks: many
        colour: red
        tasks:
          - task_id: a
            operator: BashOperatr
          - task_id: b
            operator: BashOperator
            bash_comand: ls
          - {task_id: c, operator: EmptyOperator, retries: "2", dependencies: [a, nobody]}
          - {task_id: e, operator: EmptyOperator, trigger_rule: sometimes, dependencies: [nobody]}
          - {task_id: f, operator: EmptyOperator, dependencies: [e, nobody]}
        """) == [
        (3, 19, "max_active_tasks", "max_active_tasks is a whole number, not 'many'"),
        (4, 1, "colour", "unknown key 'colour'"),
        (7, 15, "tasks.0.operator", "unknown operator 'BashOperatr'; did you mean 'BashOperator'?"),
        (8, 5, "tasks.1.bash_command", "BashOperator needs bash_command"),
        (10, 5, "tasks.1.bash_comand", "unknown key 'bash_comand'; did you mean 'bash_command'?"),
        (11, 52, "tasks.2.retries", "retries is a whole number, not '2'"),
        (12, 57, "tasks.3.trigger_rule", "task 'e': unknown trigger_rule 'sometimes'; known are "
         + ", ".join(operator_fields("EmptyOperator")["trigger_rule"].choices)),
        (13, 61, "tasks.4.dependencies.1", "no task or group 'nobody'"),
    ]


@pytest.mark.parametrize("text, line, words", [
    ("aiflow_dag: 1\ndag_id: [d\n", 3, "expected ',' or ']'"),
    ("aiflow_dag: 1\ndag_id: d\ndag_id: e\n", 3, "'dag_id' stands here twice"),
    ("aiflow_dag: 1\ndag_id: !!python/object/apply:os.system [ls]\n", 2, "is not allowed"),
    ("aiflow_dag: 1\ndag_id: !own d\n", 2, "tag !own is not allowed"),
    ("aiflow_dag: 1\ndefault_args: {<<: {}}\n", 2, "merge keys are not available"),
    ("aiflow_dag: 1\ndag_id: *nothing\n", 2, "names nothing above it"),
    ("aiflow_dag: 1\nx-a: &a [*a]\n", 2, "names nothing above it"),
    ("aiflow_dag: 1\n---\naiflow_dag: 1\n", 2, "one document"),
    ("aiflow_dag: 1\nx-a: " + "[" * 30 + "]" * 30 + "\n", 2, "nested deeper than 20"),
    ("aiflow_dag: 2\ndag_id: d\n", 1, "aiflow_dag is 1"),
    ("", 1, "the file is empty"),
    ("- a\n", 1, "a DAG is a map"),
    ("aiflow_dag: 1\nx-a: '" + "a" * (1 << 20) + "'\n", 1, "larger than"),
    ("aiflow_dag: 1\nx: \x01\n", 2, "does not allow"),
])
def test_what_is_no_document_is_told_at_its_line(tmp_path, text, line, words):
    path = tmp_path / "flow.yaml"
    path.write_text(text)
    error = parse_file(str(path))["error"]
    assert words in error["message"] and error["line"] == line, error["message"]


def test_aliases_can_not_blow_up(tmp_path):
    levels = "".join(f"x-{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 9))
    began = time.monotonic()
    (path := tmp_path / "flow.yaml").write_text("aiflow_dag: 1\nx-0: &l0 [1, 2, 3]\n" + levels)
    assert "more than 50000 values" in parse_file(str(path))["error"]["message"]
    assert time.monotonic() - began < 1


def test_an_alias_is_its_value_and_a_scalar_is_that_of_yaml_1_2(tmp_path):
    dag = parse(tmp_path, """
        aiflow_dag: 1
        dag_id: d
        x-common: &env {A: "1"}
        params: {a: yes, b: 010, c: 1e3, d: 2026-01-01, e: ~, f: 0x10, g: !!str 5, h: 'true', i: 1:30}
        tasks:
          - {task_id: a, operator: BashOperator, bash_command: ls, env: *env}
        """)["dags"][0]
    assert {name: one["value"] for name, one in dag["params"].items()} == {
        "a": "yes", "b": 10, "c": 1000.0, "d": "2026-01-01", "e": None, "f": 16, "g": "5", "h": "true",
        "i": "1:30"}
    assert dag["tasks"][0]["payload"]["env"] == {"A": "1"}


def test_a_circle_is_an_error_of_the_file(tmp_path):
    error = parse(tmp_path, """
        aiflow_dag: 1
        dag_id: d
        tasks:
          - {task_id: a, operator: EmptyOperator, dependencies: [b]}
          - {task_id: b, operator: EmptyOperator, dependencies: [a]}
        """)["error"]
    assert error["kind"] == "AirflowDagCycleException" and "a -> b -> a" in error["message"]


def test_a_group_begins_and_ends_where_its_own_edges_say_wherever_they_stand(tmp_path):
    dag = parse(tmp_path, """
        aiflow_dag: 1
        dag_id: d
        task_groups:
          - {group_id: o}
          - {group_id: i, parent_group: o, dependencies: [o.x]}
          - {group_id: j, parent_group: o, dependencies: [o.i]}
        tasks:
          - {task_id: after, operator: EmptyOperator, dependencies: [o]}
          - {task_id: b, operator: EmptyOperator, task_group: o.i, dependencies: [o.i.a]}
          - {task_id: a, operator: EmptyOperator, task_group: o.i}
          - {task_id: x, operator: EmptyOperator, task_group: o}
          - {task_id: y, operator: EmptyOperator, task_group: o.j}
        """)
    assert dag["error"] is None, dag["error"]
    assert {t["task_id"]: t["upstream"] for t in dag["dags"][0]["tasks"]} == {
        "after": ["o.j.y"], "o.i.b": ["o.i.a"], "o.i.a": ["o.x"], "o.x": [], "o.j.y": ["o.i.b"]}


def test_nothing_outside_of_the_list_can_be_named(tmp_path):
    for name in ("PythonOperator", "os.system", "aiflow.operators.bash.BashOperator"):
        found = problems(tmp_path, f"""
            aiflow_dag: 1
            dag_id: d
            tasks: [{{task_id: a, operator: {name}}}]
            """)
        assert found[0][2:] == ("tasks.0.operator", found[0][3]) and "unknown operator" in found[0][3]


def test_without_pyyaml_the_error_says_what_to_install(tmp_path):
    (path := tmp_path / "flow.yaml").write_text("aiflow_dag: 1\ndag_id: d\n")
    code = ("import sys; sys.modules['yaml'] = None\n"
            "from aiflow.parse import parse_file; print(parse_file(sys.argv[1])['error']['message'])")
    said = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True,
                          text=True).stdout
    assert "apt install python3-yaml" in said


def test_commands_of_the_product_get_their_values_as_variables(tmp_path):
    dag = parse(tmp_path, """
        aiflow_dag: 1
        dag_id: d
        tasks:
          - task_id: opt
            operator: OptimizeModelOperator
            model: 'a"; rm -rf / #'
            runtime_pack: onnxruntime
            calibrate_video: "{{ params.clip }}"
          - {task_id: see, operator: WatchCameraOperator, camera: c, source: s, service: x, rules: r,
             classes: [Person, Car]}
        """)
    assert dag["error"] is None, dag["error"]
    opt = load_dag(str(tmp_path / "flow.yaml"), "d").get_task("opt")
    assert opt.bash_command == ('exec aiflow model optimize "$SUBJECT" --pack "$PACK_0" '
                                '--calibrate-video "$CALIBRATE_VIDEO_0" '
                                '--calibrate-count "$CALIBRATE_COUNT_0" --variants "$VARIANTS_0" --json')
    assert opt.env["SUBJECT"] == 'a"; rm -rf / #' and opt.env["CALIBRATE_VIDEO_0"] == "{{ params.clip }}"
    see = {task["task_id"]: task for task in dag["dags"][0]["tasks"]}["see"]["payload"]
    assert see["bash_command"].count("--class ") == 2 and "--wait" in see["bash_command"]


def test_the_catalogue_tells_each_operator_once_and_all_can_be_made():
    told = catalogue()
    assert [one["name"] for one in told["operators"]] == operator_names()
    assert {one["group"] for one in told["operators"]} == {"basic", "ai", "data", "containers", "sensors"}
    for one in told["operators"]:
        assert one["doc"] and operator_class(one["name"])
        assert not {f["name"] for f in one["fields"]} & {f["name"] for f in told["common"]}
        required = [f["required"] for f in one["fields"]]
        assert required == sorted(required, reverse=True)
    bash = told["operators"][0]["fields"]
    assert (bash[0]["name"], bash[0]["kinds"], bash[0]["required"]) == ("bash_command", ["long_text"], True)
    assert next(f for f in bash if f["name"] == "skip_on_exit_code")["doc"].startswith("exit codes")

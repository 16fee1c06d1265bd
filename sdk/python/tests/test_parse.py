# SPDX-License-Identifier: Apache-2.0
"""What DAG files become, and what broken ones say."""

import textwrap

import pytest

from aiflow.parse import parse_file
from aiflow.wire_gen import FIELDS


def parse(tmp_path, source: str) -> dict:
    path = tmp_path / "flow.py"
    path.write_text(textwrap.dedent(source))
    return parse_file(str(path))


def the_dag(tmp_path, source: str) -> dict:
    result = parse(tmp_path, source)
    assert result["error"] is None, result["error"]
    (dag,) = result["dags"]
    return dag


def test_a_dag_has_exactly_the_fields_of_the_wire_type(tmp_path):
    dag = the_dag(tmp_path, """
        from aiflow import DAG
        from aiflow.operators.empty import EmptyOperator
        with DAG("d"):
            EmptyOperator(task_id="a")
        """)
    assert set(dag) == set(FIELDS["DagSpec"])
    fields = FIELDS["TaskSpec"]
    needed = {name for name, kind in fields.items() if not kind.endswith("?")}
    assert needed <= set(dag["tasks"][0]) <= set(fields)


def test_edges_come_from_shifts_lists_chain_groups_and_arguments(tmp_path):
    dag = the_dag(tmp_path, """
        from aiflow import DAG, TaskGroup, chain, task
        from aiflow.operators.empty import EmptyOperator as E
        with DAG("d"):
            a, b, c = E(task_id="a"), E(task_id="b"), E(task_id="c")
            a >> [b, c]
            with TaskGroup("g") as g:
                E(task_id="x") >> E(task_id="y")
            [b, c] >> g
            @task
            def use(value): return value
            r = use(a.output)
            chain(g, use(r))
        """)
    upstream = {t["task_id"]: t["upstream"] for t in dag["tasks"]}
    assert upstream == {"a": [], "b": ["a"], "c": ["a"], "g.x": ["b", "c"], "g.y": ["g.x"],
                        "use": ["a"], "use__1": ["g.y", "use"]}


def test_default_args_reach_tasks_and_a_group_overrides_them(tmp_path):
    dag = the_dag(tmp_path, """
        from datetime import timedelta
        from aiflow import DAG, TaskGroup
        from aiflow.operators.bash import BashOperator as B
        with DAG("d", default_args={"retries": 2, "owner": "me", "retry_delay": timedelta(seconds=1)}):
            B(task_id="a", bash_command="true")
            with TaskGroup("g", default_args={"retries": 5}):
                B(task_id="b", bash_command="true")
                B(task_id="c", bash_command="true", retries=0)
        """)
    assert [(t["retries"], t["owner"], t["retry_delay_ms"]) for t in dag["tasks"]] == [
        (2, "me", 1000), (5, "me", 1000), (0, "me", 1000)]


def test_plain_bash_needs_no_python_and_a_template_does(tmp_path):
    dag = the_dag(tmp_path, """
        from aiflow import DAG
        from aiflow.operators.bash import BashOperator as B
        with DAG("d"):
            one = B(task_id="plain", bash_command="echo 1")
            B(task_id="templated", bash_command="echo {{ ds }}")
            B(task_id="argument", bash_command="cat", env={"X": one.output})
        """)
    assert [t["payload"]["templated"] for t in dag["tasks"]] == [False, True, True]
    assert dag["tasks"][2]["upstream"] == ["plain"]


@pytest.mark.parametrize("schedule, kind", [
    ("None", "none"), ("'@daily'", "cron"), ("'*/5 * * * *'", "cron"), ("'@once'", "once"),
    ("timedelta(hours=2)", "interval")])
def test_schedules(tmp_path, schedule, kind):
    dag = the_dag(tmp_path, f"""
        from datetime import timedelta
        from aiflow import DAG
        DAG("d", schedule={schedule})
        """)
    assert dag["schedule"]["kind"] == kind


@pytest.mark.parametrize("source, kind, words", [
    ("def broken(:", "SyntaxError", "invalid syntax"),
    ("import no_such_module", "ModuleNotFoundError", "no_such_module"),
    ("raise SystemExit(3)", "SystemExit", "3"),
    ("from aiflow import DAG\nDAG('bad/id')", "AirflowException", "may have letters"),
    ("from aiflow import DAG\nDAG('d', nonsense=1)", "AirflowException", "nonsense"),
    ("from aiflow import DAG\nDAG('d'); DAG('d')", "AirflowException", "defines dag 'd' twice"),
    ("""
from aiflow import DAG
from aiflow.operators.empty import EmptyOperator as E
with DAG('d'):
    a, b, c = E(task_id='a'), E(task_id='b'), E(task_id='c')
    a >> b >> c >> a
""", "AirflowDagCycleException", "->"),
    ("""
from aiflow import DAG
from aiflow.operators.empty import EmptyOperator as E
with DAG('d'):
    E(task_id='a'); E(task_id='a')
""", "DuplicateTaskIdFound", "two tasks 'a'"),
])
def test_a_broken_file_says_what_is_wrong(tmp_path, source, kind, words):
    result = parse(tmp_path, source)
    assert result["dags"] == []
    assert result["error"]["kind"] == kind
    assert words in result["error"]["message"]
    assert result["error"]["file"].endswith("flow.py")


def test_the_line_of_a_syntax_error_is_named(tmp_path):
    assert parse(tmp_path, "x = 1\ny = (\n")["error"]["line"] == 2


def test_a_cycle_names_its_path(tmp_path):
    error = parse(tmp_path, """
        from aiflow import DAG
        from aiflow.operators.empty import EmptyOperator as E
        with DAG("d"):
            start, a, b = E(task_id="start"), E(task_id="a"), E(task_id="b")
            start >> a >> b >> a
        """)["error"]
    assert "a -> b -> a" in error["message"] or "b -> a -> b" in error["message"]


def test_airflow_import_paths_work_unchanged(tmp_path):
    dag = the_dag(tmp_path, """
        from datetime import datetime
        from airflow import DAG
        from airflow.decorators import task
        from airflow.operators.bash import BashOperator
        from airflow.operators.python import BranchPythonOperator, PythonOperator
        from airflow.operators.empty import EmptyOperator
        from airflow.utils.trigger_rule import TriggerRule
        from airflow.utils.task_group import TaskGroup
        with DAG("etl", schedule_interval="@daily", start_date=datetime(2024, 1, 1), catchup=False,
                 tags=["x"], default_args={"owner": "a", "depends_on_past": False}) as dag:
            t = BashOperator(task_id="t", bash_command="date")
            p = PythonOperator(task_id="p", python_callable=print, op_args=["hi"])
            end = EmptyOperator(task_id="end", trigger_rule=TriggerRule.ALL_DONE)
            t >> p >> end
        """)
    assert dag["schedule"]["cron"] == "0 0 * * *"
    assert dag["tasks"][2]["trigger_rule"] == "all_done"


def test_callbacks_make_a_task_need_python_and_must_be_functions(tmp_path):
    dag = the_dag(tmp_path, """
        from aiflow import DAG
        from aiflow.operators.bash import BashOperator
        from aiflow.operators.empty import EmptyOperator
        with DAG("d"):
            EmptyOperator(task_id="plain")
            EmptyOperator(task_id="calls", on_success_callback=print)
            BashOperator(task_id="bash", bash_command="true", on_failure_callback=[print, repr])
        """)
    tasks = {t["task_id"]: t for t in dag["tasks"]}
    assert [tasks[name]["operator"] for name in ("plain", "calls")] == ["empty", "python"]
    assert tasks["bash"]["payload"]["templated"] is True
    broken = parse(tmp_path, """
        from aiflow import DAG
        from aiflow.operators.empty import EmptyOperator
        with DAG("d"):
            EmptyOperator(task_id="a", on_retry_callback="mail me")
        """)
    assert "a callback is a function" in broken["error"]["message"]

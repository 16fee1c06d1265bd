# SPDX-License-Identifier: Apache-2.0
"""What DAG files written for Airflow import, and the small things behind it."""

import datetime as dt
import importlib
import textwrap

import pytest

from aiflow.values import moments
from aiflow.exceptions import AirflowException
from aiflow.operators.branch import BranchDateTimeOperator, BranchDayOfWeekOperator
from aiflow.parse import parse_file
from aiflow.values.states import State

PATHS = {
    "airflow.sdk": "Label chain_linear Context BaseNotifier ParamsDict DagRunState TaskInstanceState "
                   "WeightRule timezone Variable Connection BaseHook DeadlineAlert",
    "airflow.sdk.bases.hook": "BaseHook", "airflow.sdk.bases.operator": "BaseOperator chain chain_linear",
    "airflow.sdk.bases.sensor": "BaseSensorOperator PokeReturnValue",
    "airflow.sdk.bases.notifier": "BaseNotifier", "airflow.sdk.exceptions": "AirflowSkipException",
    "airflow.sdk.definitions.asset": "Asset AssetWatcher", "airflow.sdk.definitions.dag": "DAG dag",
    "airflow.sdk.definitions.context": "Context get_current_context",
    "airflow.sdk.definitions.edges": "Label", "airflow.sdk.definitions.taskgroup": "TaskGroup",
    "airflow.sdk.definitions.decorators": "task", "airflow.sdk.definitions.xcom_arg": "XComArg",
    "airflow.sdk.timezone": "datetime utcnow", "airflow.macros": "ds_add ds_format",
    "airflow.models": "Variable Connection", "airflow.models.baseoperator": "chain_linear",
    "airflow.notifications.basenotifier": "BaseNotifier",
    "airflow.operators.bash_operator": "BashOperator", "airflow.operators.branch": "BaseBranchOperator",
    "airflow.operators.datetime": "BranchDateTimeOperator",
    "airflow.operators.dummy_operator": "DummyOperator",
    "airflow.operators.python_operator": "PythonOperator",
    "airflow.operators.weekday": "BranchDayOfWeekOperator",
    "airflow.providers.standard.operators.branch": "BaseBranchOperator",
    "airflow.providers.standard.operators.datetime": "BranchDateTimeOperator",
    "airflow.providers.standard.operators.weekday": "BranchDayOfWeekOperator",
    "airflow.decorators.setup_teardown": "context_wrapper",
    "airflow.providers.http.operators.http": "HttpOperator SimpleHttpOperator",
    "airflow.providers.http.hooks.http": "HttpHook",
    "airflow.operators.http_operator": "SimpleHttpOperator",
    "airflow.operators.email": "EmailOperator", "airflow.operators.email_operator": "EmailOperator",
    "airflow.operators.python": "ExternalPythonOperator PythonVirtualenvOperator "
                                "BranchExternalPythonOperator BranchPythonVirtualenvOperator",
    "airflow.providers.standard.operators.python": "ExternalPythonOperator PythonVirtualenvOperator",
    "airflow.providers.common.sql.operators.sql": "SQLExecuteQueryOperator",
    "airflow.providers.common.sql.hooks.sql": "DbApiHook fetch_all_handler fetch_one_handler",
    "airflow.providers.common.sql.hooks.handlers": "fetch_all_handler",
    "airflow.providers.sqlite.operators.sqlite": "SqliteOperator",
    "airflow.providers.sqlite.hooks.sqlite": "SqliteHook",
    "airflow.providers.mysql.operators.mysql": "MySqlOperator",
    "airflow.providers.mysql.hooks.mysql": "MySqlHook",
    "airflow.providers.postgres.operators.postgres": "PostgresOperator",
    "airflow.providers.postgres.hooks.postgres": "PostgresHook",
    "airflow.providers.smtp.operators.smtp": "EmailOperator",
    "airflow.providers.smtp.hooks.smtp": "SmtpHook",
    "airflow.providers.smtp.notifications.smtp": "SmtpNotifier send_smtp_notification",
    "airflow.utils.context": "Context", "airflow.utils.dates": "days_ago",
    "airflow.utils.email": "send_email",
    "airflow.utils.edgemodifier": "Label", "airflow.utils.helpers": "chain cross_downstream",
    "airflow.utils.state": "State DagRunState TaskInstanceState",
    "airflow.utils.timezone": "datetime utcnow parse", "airflow.utils.types": "DagRunType",
    "airflow.utils.weekday": "WeekDay", "airflow.utils.weight_rule": "WeightRule",
}


@pytest.mark.parametrize("module", PATHS)
def test_airflows_paths_lead_somewhere(module):
    found = importlib.import_module(module)
    assert [name for name in PATHS[module].split() if not hasattr(found, name)] == []


def parsed(tmp_path, source: str) -> dict:
    path = tmp_path / "flow.py"
    path.write_text(textwrap.dedent(source))
    found = parse_file(str(path))
    assert found["error"] is None, found["error"]
    return found["dags"][0]


def upstream(dag: dict) -> dict:
    return {task["task_id"]: task["upstream"] for task in dag["tasks"]}


def test_labels_join_like_edges_and_are_kept_and_chain_linear_crosses(tmp_path):
    dag = parsed(tmp_path, """
        from airflow.sdk import DAG, Label, chain, chain_linear, task
        from airflow.operators.empty import EmptyOperator
        with DAG("d"):
            a, b, c, d, e, f, g, h = (EmptyOperator(task_id=i) for i in "abcdefgh")
            a >> Label("x") >> b
            [a, b] >> Label("y") >> [c, d]
            e << Label("z") << d
            chain(e, Label("w"), f)
            chain_linear(f, [g, h])
            @task
            def t(): pass
            a >> Label("task") >> t()
        """)
    assert upstream(dag) == {"a": [], "b": ["a"], "c": ["a", "b"], "d": ["a", "b"], "e": ["d"],
                             "f": ["e"], "g": ["f"], "h": ["f"], "t": ["a"]}
    labels = {task["task_id"]: task["upstream_labels"] for task in dag["tasks"]}
    assert labels == {"a": None, "b": {"a": "x"}, "c": {"a": "y", "b": "y"},
                      "d": {"a": "y", "b": "y"}, "e": {"d": "z"}, "f": {"e": "w"}, "g": None,
                      "h": None, "t": {"a": "task"}}


def test_labels_of_groups_stand_on_the_edges_of_their_ends(tmp_path):
    dag = parsed(tmp_path, """
        from airflow.sdk import DAG, Label, TaskGroup
        from airflow.operators.empty import EmptyOperator
        with DAG("d"):
            a, z = EmptyOperator(task_id="a"), EmptyOperator(task_id="z")
            with TaskGroup("g") as g:
                EmptyOperator(task_id="b") >> EmptyOperator(task_id="c")
            a >> Label("in" * 200) >> g >> Label("out") >> z
        """)
    labels = {task["task_id"]: task["upstream_labels"] for task in dag["tasks"]}
    assert labels == {"a": None, "g.b": {"a": "in" * 100}, "g.c": None, "z": {"g.c": "out"}}


def test_setups_and_teardowns_of_decorated_tasks(tmp_path):
    dag = parsed(tmp_path, """
        from airflow.sdk import DAG, task
        @task
        def create(): pass
        @task
        def work(): pass
        @task
        def delete(): pass
        with DAG("d"):
            made = create()
            made >> work() >> delete().as_teardown(setups=made)
        """)
    tasks = {task["task_id"]: task for task in dag["tasks"]}
    assert tasks["create"]["is_setup"] and tasks["delete"]["is_teardown"]
    assert tasks["delete"]["upstream"] == ["create", "work"]


def test_arguments_without_effect_are_taken_and_others_are_not(tmp_path):
    dag = parsed(tmp_path, """
        from airflow import DAG
        from airflow.operators.python import PythonOperator
        with DAG("d", default_view="graph", orientation="LR", access_control=None) as dag:
            PythonOperator(task_id="a", python_callable=print, provide_context=True, email=["a@b"],
                           email_on_failure=True, executor_config={}, sla=None, queue="default")
        dag.doc_md = dag.description = __doc__
        """)
    assert dag["doc_md"] == "" and dag["description"] == ""
    path = tmp_path / "flow.py"
    path.write_text(path.read_text().replace("queue=", "run_as_wizard='x', queue="))
    assert "unknown arguments: run_as_wizard" in parse_file(str(path))["error"]["message"]


SKIPS = """
    from airflow.sdk import DAG, task
    from airflow.operators.branch import BaseBranchOperator
    class Choose(BaseBranchOperator):
        def choose_branch(self, context): return ["b", "c"]
    with DAG("d"):
        @task.run_if(lambda context: context["params"]["go"])
        @task
        def runs(): return 1
        @task.skip_if(lambda context: (context["params"]["go"], "not today"))
        @task
        def skips(x=0): return 1
        runs()
        skips()
        skips.override(task_id="mapped").expand(x=[1])
        choose = Choose(task_id="choose")
        choose >> [task(lambda: 1, task_id=i)() for i in "abc"]
    """


def test_a_task_may_be_skipped_by_a_condition(supervisor):
    flow = supervisor(SKIPS)
    for task_id, go, outcome, cause in (
            ("runs", True, "success", ""), ("runs", False, "skipped", "the condition of run_if is false"),
            ("skips", False, "success", ""), ("skips", True, "skipped", "not today")):
        done, _pushed, log, _ = flow.run(task_id, params={"go": go})
        assert (done["outcome"], done["cause"]) == (outcome, cause), log
    done, *_ = flow.run("mapped", params={"go": True}, map_index=0)
    assert (done["outcome"], done["cause"]) == ("skipped", "not today")


def test_an_operator_may_be_a_branch(supervisor):
    done, *_ = supervisor(SKIPS).run("choose")
    assert done["outcome"] == "success" and done["branch"] == ["b", "c"]


def test_branches_by_time(tmp_path):
    from aiflow import DAG
    both = {"follow_task_ids_if_true": "yes", "follow_task_ids_if_false": "no",
            "use_task_logical_date": True}
    context = {"logical_date": dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.timezone.utc)}  # a Friday
    with DAG("d"):
        def between(lower, upper):
            task_id = f"t{len(current.tasks)}"
            return BranchDateTimeOperator(task_id=task_id, target_lower=lower, target_upper=upper,
                                          **both).choose_branch(context)
        from aiflow.dag import current_dag
        current = current_dag()
        assert between(dt.time(23), dt.time(1)) == "yes"  # over midnight
        assert between(dt.time(8), dt.time(23)) == "no"
        assert between(dt.datetime(2026, 11, 27), None) == "yes"
        assert between(None, dt.datetime(2026, 11, 27)) == "no"
        with pytest.raises(AirflowException, match="is needed"):
            between(None, None)
        day = BranchDayOfWeekOperator(task_id="day", week_day={"Friday", "MONDAY"}, **both)
        assert day.choose_branch(context) == "yes"
        with pytest.raises(AirflowException, match="task 'bad': week_day is one or more of monday"):
            BranchDayOfWeekOperator(task_id="bad", week_day="Someday", **both)


def test_moments():
    assert moments.datetime(2026, 1, 1).tzinfo is dt.timezone.utc
    assert moments.parse("2026-01-01T09:00:00+09:00") == moments.datetime(2026, 1, 1)
    assert moments.days_ago(2, hour=3).hour == 3 and moments.is_localized(moments.days_ago(1))
    assert moments.make_aware(dt.datetime(2026, 1, 1)) == moments.datetime(2026, 1, 1)


def test_states():
    assert State.SUCCESS == "success" and State.SUCCESS in State.finished
    assert State.RUNNING in State.unfinished and State.UPSTREAM_FAILED in State.failed_states


NOTIFIER = """
    from airflow.sdk import DAG, BaseNotifier, task
    class Tell(BaseNotifier):
        template_fields = ("text",)
        def __init__(self, text): self.text = text
        def notify(self, context): print("told:", self.text)
    with DAG("d"):
        @task(on_success_callback=Tell("{{ ti.task_id }} is done"))
        def a(): pass
        a()
    """


def test_a_notifier_is_a_callback(supervisor):
    done, _pushed, log, _ = supervisor(NOTIFIER).run("a")
    assert done["outcome"] == "success" and "told: a is done" in log

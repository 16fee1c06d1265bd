# SPDX-License-Identifier: Apache-2.0
"""pre_execute and post_execute, and the texts that document a task."""

import textwrap

import pytest

from aiflow.parse import parse_file

HOOKS = """
    from aiflow import DAG, task
    from aiflow.exceptions import AirflowSkipException
    from aiflow.operators.bash import BashOperator
    from aiflow.operators.empty import EmptyOperator
    from aiflow.operators.python import PythonOperator

    class Own(PythonOperator):
        def pre_execute(self, context): print("method before", self.op_kwargs["x"])
        def post_execute(self, context, result=None): print("method after", result)

    def before(context): print("before", context["task"].op_kwargs["x"])
    def after(context, result): print("after", result)
    def skip(context): raise AirflowSkipException("no need")
    def fail(context, result): raise ValueError(f"bad result {result}")
    def work(x): print("works"); return x

    with DAG("d"):
        Own(task_id="own", python_callable=work, op_kwargs={"x": "{{ run_id }}"}, pre_execute=before,
            post_execute=after, on_execute_callback=lambda context: print("callback"))
        BashOperator(task_id="skipped", bash_command="echo never", pre_execute=skip)
        PythonOperator(task_id="bad", python_callable=lambda: 3, post_execute=fail)
        EmptyOperator(task_id="empty", pre_execute=skip)
        PythonOperator.partial(task_id="many", python_callable=work, pre_execute=before,
                               ).expand(op_kwargs=[{"x": 1}, {"x": 2}])
"""


def test_hooks_go_around_the_work_in_airflow_s_order(supervisor):
    done, pushed, log, _ = supervisor(HOOKS).run("own")
    assert done["outcome"] == "success" and pushed["return_value"] == "r", log
    said = [line for line in log.splitlines() if not line.startswith("Done.")]
    assert said == ["before r", "method before r", "callback", "works", "after r", "method after r"]


def test_a_hook_may_skip_or_fail_the_task(supervisor):
    flow = supervisor(HOOKS)
    for task_id in ("skipped", "empty"):
        done, _pushed, log, _ = flow.run(task_id)
        assert (done["outcome"], done["cause"]) == ("skipped", "no need"), log
        assert "never" not in log
    done, pushed, _log, _ = flow.run("bad")
    assert done["outcome"] == "failed" and done["cause"] == "ValueError: bad result 3"
    assert pushed == {}


def test_instances_of_a_mapped_task_have_them(supervisor):
    done, pushed, log, _ = supervisor(HOOKS).run("many", map_index=1)
    assert pushed["return_value"] == 2 and "before 2" in log, log


@pytest.fixture
def parsed(tmp_path):
    def parse(source: str, **files: str) -> dict:
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text)
        path = tmp_path / "flow.py"
        path.write_text(textwrap.dedent(source))
        found = parse_file(str(path))
        assert found["error"] is None, found["error"]
        return found["dags"][0]
    return parse


def test_what_has_hooks_is_run_by_python(parsed):
    kinds = {t["task_id"]: (t["operator"], t["payload"].get("templated"))
             for t in parsed(HOOKS)["tasks"]}
    assert kinds["skipped"] == ("bash", True) and kinds["empty"] == ("python", None)


def test_every_kind_of_documentation_is_shown(parsed):
    dag = parsed("""
        from aiflow import DAG
        from aiflow.operators.empty import EmptyOperator
        with DAG("d", doc_md="READ.md"):
            EmptyOperator(task_id="md", doc_md="**a**", doc="b")
            EmptyOperator(task_id="plain", doc="b")
            EmptyOperator(task_id="json", doc_json='{"a": 1}')
            EmptyOperator(task_id="yaml", doc_yaml="a: 1")
            EmptyOperator(task_id="rst", doc_rst="a\\n=")
        """, READ_md="# About")
    assert dag["doc_md"] == "# About"
    assert {t["task_id"]: t["doc_md"] for t in dag["tasks"]} == {
        "md": "**a**", "plain": "b", "json": '```json\n{"a": 1}\n```', "yaml": "```yaml\na: 1\n```",
        "rst": "```rst\na\n=\n```"}

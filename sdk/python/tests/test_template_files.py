# SPDX-License-Identifier: Apache-2.0
"""Templates in files, and what a DAG says of its templates."""

import pytest

SOURCE = """
    from aiflow import DAG
    from aiflow.operators.bash import BashOperator
    from aiflow.operators.python import PythonOperator
    with DAG("d", template_searchpath="more", jinja_environment_kwargs={"variable_start_string": "{{"},
             user_defined_filters={"twice": lambda text: text * 2}):
        BashOperator(task_id="here", bash_command="scripts/look.sh")
        BashOperator(task_id="there", bash_command="there.bash")
        BashOperator(task_id="gone", bash_command="gone.sh")
        BashOperator(task_id="command", bash_command="bash $DIR/scripts/look.sh ",
                     append_env=True, env={"DIR": "{{ dag.folder }}"})
        BashOperator(task_id="filter", bash_command="echo {{ ds | twice }}")
"""


@pytest.fixture
def files(supervisor, tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "more").mkdir()
    (tmp_path / "scripts" / "look.sh").write_text("X=a\necho \"$X {{ ds }}\"\n")
    (tmp_path / "more" / "there.bash").write_text("{% include 'part.txt' %}")
    (tmp_path / "more" / "part.txt").write_text("echo part {{ params.n }}")
    return supervisor(SOURCE)


@pytest.mark.parametrize("task_id, last", [
    ("here", "a 2026-01-02"), ("there", "part 4"), ("filter", "2026-01-022026-01-02")])
def test_a_file_is_a_template_beside_the_dag_or_in_its_search_path(files, task_id, last):
    done, pushed, log, _ = files.run(task_id)
    assert done["outcome"] == "success", log
    assert pushed["return_value"] == last


def test_a_space_at_the_end_makes_it_a_command(files):
    _done, pushed, _log, _ = files.run("command")
    assert pushed["return_value"] == "a {{ ds }}"  # bash has read the file, not Jinja


def test_a_file_that_is_not_there_is_named(files):
    done, _pushed, _log, _ = files.run("gone")
    assert done["outcome"] == "failed"
    assert "no template file 'gone.sh' in" in done["cause"] and "a space" in done["cause"]


@pytest.mark.parametrize("native, found", [(True, [4, "int"]), (False, ["4", "str"])])
def test_native_values_are_those_of_python(supervisor, native, found):
    done, pushed, _log, _ = supervisor(f"""
    from aiflow import DAG
    from aiflow.operators.python import PythonOperator
    with DAG("d", render_template_as_native_obj={native}):
        PythonOperator(task_id="a", python_callable=lambda n: [n, type(n).__name__],
                       op_kwargs={{"n": "{{{{ params.n }}}}"}})
    """).run("a")
    assert done["outcome"] == "success" and pushed["return_value"] == found


def test_arguments_of_the_environment_count(supervisor):
    done, pushed, _log, _ = supervisor("""
    import jinja2
    from aiflow import DAG
    from aiflow.operators.bash import BashOperator
    with DAG("d", jinja_environment_kwargs={"undefined": jinja2.Undefined}):
        BashOperator(task_id="a", bash_command="echo x{{ unheard_of }}x")
    """).run("a")
    assert done["outcome"] == "success" and pushed["return_value"] == "xx"

# SPDX-License-Identifier: Apache-2.0
"""Functions that another Python runs, and environments with requirements."""

import json
import os
import sys
import zipfile

import pytest

from aiflow import DAG, task
from aiflow.environment import virtualenvs
from aiflow.environment.virtualenvs import EnvironmentWanted, environment_for
from aiflow.exceptions import AirflowException
from aiflow.operators.virtualenv import ExternalPythonOperator, PythonVirtualenvOperator
from aiflow.parse import parse_file

SOURCE = f"""
    import datetime as dt
    import sys
    from airflow import DAG
    from airflow.decorators import task
    PYTHON = {sys.executable!r}
    with DAG("d"):
        @task.external_python(python=PYTHON, env_vars={{"MINE": "{{{{ ds }}}}"}})
        def work(a, b: "Unknown" = 2, *, ds, logical_date, data_interval_end=None, **context):
            import datetime, decimal, os
            print("in the other Python", os.environ["MINE"])
            assert "ti" not in context and context["params"] == {{"n": 4}}
            assert type(logical_date) is datetime.datetime
            return {{"sum": a + b, "at": logical_date, "set": {{1}}, "d": decimal.Decimal("1.5"),
                    "ds": ds, "file": work.__code__.co_filename, "line": work.__code__.co_firstlineno}}
        work(1)
        work.override(task_id="mapped").expand(a=[10, 20])

        @task.external_python(python=PYTHON, skip_on_exit_code=[7])
        def ends(how):
            import sys
            from airflow.exceptions import AirflowFailException, AirflowSkipException
            if how == "fail": raise AirflowFailException("for good")
            if how == "skip": raise AirflowSkipException("no need")
            if how == "object": return object()
            if how == "error": raise KeyError("x")
            sys.exit(how)
        for number, how in enumerate(("fail", "skip", "object", "error", 7, 3, 0)):
            ends.override(task_id=f"end{{number}}")(how)

        @task.branch_external_python(python=PYTHON)
        def choose(): return "work"
        choose()
        @task.external_python(python="/nowhere/python")
        def nowhere(): pass
        nowhere()
    """


def test_arguments_go_there_and_the_result_comes_back(supervisor):
    flow = supervisor(SOURCE)
    done, pushed, log, _ = flow.run("work")
    assert done["outcome"] == "success", log
    value = pushed["return_value"]
    line = next(n for n, text in enumerate(flow.dag_file.read_text().splitlines(), 1) if "def work" in text)
    assert (value["sum"], value["ds"], value["file"], value["line"]) == (
        3, "2026-01-02", str(flow.dag_file), line)
    assert value["at"] == {"__aiflow_type__": "datetime", "value": "2026-01-02T03:04:05+00:00"}
    assert value["set"]["value"] == [1] and value["d"]["value"] == "1.5"
    assert "in the other Python 2026-01-02" in log
    assert flow.run("mapped", map_index=1)[1]["return_value"]["sum"] == 22


def test_each_ending_has_its_outcome(supervisor):
    flow = supervisor(SOURCE)
    for number, (outcome, cause) in enumerate((
            ("failed_no_retry", "AirflowFailException: for good"), ("skipped", "no need"),
            ("failed", "CommandFailed: TypeError: the function returned a object, which is not JSON"),
            ("failed", "CommandFailed: KeyError: 'x'"), ("skipped", "exit code 7 means skipped"),
            ("failed", "CommandFailed: the function's Python ended with exit code 3"), ("success", ""))):
        done, _pushed, log, _ = flow.run(f"end{number}")
        assert (done["outcome"], done["cause"]) == (outcome, cause), log
    assert flow.run("choose")[0]["branch"] == ["work"]
    assert "there is no Python at /nowhere/python" in flow.run("nowhere")[0]["cause"]


PACKED = """
    import os
    from airflow import DAG
    from airflow.decorators import task
    with DAG("d"):
        @task.external_python(pack="words", executor_config={"more": 1})
        def say(word):
            import greeting, sys
            return [greeting.TEXT, word, sys.executable]
        say("hi")
        say.override(task_id="mapped").expand(word=["a", "b"])

        @task.external_python(pack="words", python="bin/python")
        def inside():
            import greeting, sys
            return [greeting.TEXT, sys.executable]
        inside()

        @task.external_python(pack="words", python="bin/nosuch")
        def nowhere(): pass
        nowhere()
    """


def test_a_pack_brings_modules_and_perhaps_the_python(supervisor, tmp_path):
    pack = tmp_path / "pack"
    (pack / "bin").mkdir(parents=True)
    (pack / "greeting.py").write_text("TEXT = 'from the pack'")
    (pack / "bin/python").write_text(f"#!/bin/sh\nexec {sys.executable} \"$@\"\n")
    (pack / "bin/python").chmod(0o755)
    flow = supervisor(PACKED)
    (dag,) = parse_file(str(flow.dag_file))["dags"]
    configs = {one["task_id"]: one["executor_config"] for one in dag["tasks"]}
    assert configs == {"say": {"more": 1, "pack": "words"}, "mapped": {"more": 1, "pack": "words"},
                       "inside": {"pack": "words"}, "nowhere": {"pack": "words"}}
    assert "local runs do not" in flow.run("say")[0]["cause"]
    flow.env["AIFLOW_PACK"] = str(pack)
    done, pushed, log, _ = flow.run("say")
    assert done["outcome"] == "success", log
    assert pushed["return_value"] == ["from the pack", "hi", sys.executable]
    assert flow.run("mapped", map_index=1)[1]["return_value"][1] == "b"
    assert flow.run("inside")[1]["return_value"][0] == "from the pack"
    assert f"there is no Python at {pack}/bin/nosuch" in flow.run("nowhere")[0]["cause"]


@pytest.mark.parametrize("how, says", [
    ({}, "python= or pack="), ({"pack": 3}, "pack is a name or a digest, not 3")])
def test_a_python_has_to_be_named(how, says):
    def plain(): pass
    with DAG("d"), pytest.raises(AirflowException, match=says):
        ExternalPythonOperator(task_id="a", python_callable=plain, **how)


@pytest.mark.parametrize("how, says", [
    ({"python_callable": lambda: 1}, "functions with a name"),
    ({"serializer": "dill"}, "travel as pickle, not as dill"),
    ({"use_airflow_context": True}, "are not available")])
def test_what_can_not_be_done_is_refused_when_the_file_is_read(how, says):
    def plain(): pass
    with DAG("d"), pytest.raises(AirflowException, match=says):
        PythonVirtualenvOperator(task_id="a", **{"python_callable": plain, **how})
    with DAG("e"), pytest.raises(AirflowException, match="can't take 'ti'"):
        @task.virtualenv
        def asks(ti): pass
        asks()


@pytest.fixture
def package(tmp_path):
    """A wheel without a network."""
    path = tmp_path / "tiny_part-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny_part.py", "SIZE = 41\n")
        wheel.writestr("tiny_part-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-part\nVersion: 1.0\n")
        wheel.writestr("tiny_part-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny_part-1.0.dist-info/RECORD", "")
    return path


def test_an_environment_is_made_once_with_its_requirements(supervisor, package, tmp_path):
    flow = supervisor(f"""
    from airflow import DAG
    from airflow.decorators import task
    with DAG("d"):
        @task.virtualenv(requirements=["{package}"], venv_cache_path="{tmp_path}/kept",
                         pip_install_options=["--no-index"], expect_airflow=False)
        def work(n):
            import sys, tiny_part
            return [tiny_part.SIZE + n, sys.prefix, any("aiflow" in path for path in sys.path)]
        work("{{{{ params.n }}}}" and 1)
    """)
    done, pushed, log, _ = flow.run("work")
    assert done["outcome"] == "success", log
    assert '::aiflow:progress {"done": 1, "total": 2' in log
    size, prefix, knows_aiflow = pushed["return_value"]
    assert size == 42 and prefix.startswith(f"{tmp_path}/kept/") and not knows_aiflow
    done, pushed, log, _ = flow.run("work")
    assert pushed["return_value"][1] == prefix and "progress" not in log


def test_environments_that_fail_are_not_kept_and_old_ones_go(tmp_path, monkeypatch):
    made = []

    def run(argv, wanted, problem):
        if wanted.requirements == ["bad"] and "install" in argv:
            raise AirflowException(problem)
        if "install" not in argv:
            made.append(argv[-1])
            os.makedirs(os.path.join(argv[-1], "bin"))

    monkeypatch.setattr(virtualenvs, "_run", run)  # what pip does is tested above
    monkeypatch.setattr(virtualenvs, "ENVIRONMENTS_MAX", 2)
    root = str(tmp_path / "kept")
    for _ in range(2):
        with pytest.raises(AirflowException), environment_for(EnvironmentWanted(["bad"]), root):
            pass
    assert len(made) == 2
    for number in range(4):
        with environment_for(EnvironmentWanted([str(number)]), root) as python:
            os.utime(os.path.join(os.path.dirname(os.path.dirname(python)), virtualenvs._DONE), (number, number))
    kept = sorted(json.load(open(os.path.join(root, name, virtualenvs._DONE)))["requirements"]
                  for name in os.listdir(root) if os.path.exists(os.path.join(root, name, virtualenvs._DONE)))
    assert kept == [["2"], ["3"]]
    assert EnvironmentWanted(["a"]).key() != EnvironmentWanted(["a"], index_urls=["x"]).key()

# SPDX-License-Identifier: Apache-2.0
"""Params: how a DAG file writes them, what the server is told, what a task sees."""

import copy
import textwrap

import pytest
from airflow.models.param import Param, ParamsDict

from aiflow.exceptions import ParamValidationError
from aiflow.param import NOTSET
from aiflow.parse import parse_file


def parse(tmp_path, source: str) -> dict:
    path = tmp_path / "flow.py"
    path.write_text(textwrap.dedent(source))
    return parse_file(str(path))


def the_dag(tmp_path, source: str) -> dict:
    result = parse(tmp_path, source)
    assert result["error"] is None, result["error"]
    return result["dags"][0]


def spec(value=NOTSET, description=None, **schema) -> dict:
    given = {} if value is NOTSET else {"value": value}
    return {**given, "description": description, "schema": schema}


def test_what_the_server_is_told(tmp_path):
    dag = the_dag(tmp_path, """
        from airflow.sdk import DAG, Param
        DAG("d", params={
            "plain": 1, "nothing": None,
            "limited": Param(5, "how many", type="integer", minimum=0, title="N", section="S"),
            "must": Param(type="string"),
            "null": Param(None, type=["null", "string"]),
            "whole": Param(1, schema={"const": 1}),
        })
        """)
    assert dag["params"] == {
        "plain": spec(1), "nothing": spec(None),
        "limited": spec(5, "how many", type="integer", minimum=0, title="N", section="S"),
        "must": spec(type="string"), "null": spec(None, type=["null", "string"]),
        "whole": spec(1, const=1)}


def test_default_args_give_params_to_the_dag_not_to_each_task(tmp_path):
    dag = the_dag(tmp_path, """
        from aiflow import DAG
        from aiflow.operators.empty import EmptyOperator
        with DAG("d", params={"a": 1, "b": 1}, default_args={"params": {"b": 2}}):
            EmptyOperator(task_id="t")
        """)
    assert {name: p["value"] for name, p in dag["params"].items()} == {"a": 1, "b": 2}
    assert dag["tasks"][0]["params"] is None


def test_a_tasks_plain_value_keeps_the_schema_of_the_dags_param(tmp_path):
    dag = the_dag(tmp_path, """
        from aiflow import DAG, Param
        from aiflow.operators.empty import EmptyOperator
        with DAG("d", params={"n": Param(1, "count", maximum=3)}):
            EmptyOperator(task_id="plain", params={"n": 2, "own": "x"})
            EmptyOperator(task_id="other", params={"n": Param("x", type="string")})
        """)
    plain, other = dag["tasks"]
    assert plain["params"] == {"n": spec(2, "count", maximum=3), "own": spec("x")}
    assert other["params"] == {"n": spec("x", type="string")}
    assert dag["params"] == {"n": spec(1, "count", maximum=3)}


@pytest.mark.parametrize("param, words", [
    ("object()", "the default"),
    ("Param(float('nan'))", "the default nan of a Param is not JSON"),
    ("Param(1, enum={1, 2})", "the schema"),
])
def test_what_is_no_json_is_an_error_of_the_file(tmp_path, param, words):
    error = parse(tmp_path, f"""
        from aiflow import DAG, Param
        DAG("d", params={{"x": {param}}})
        """)["error"]
    assert error["kind"] == "ParamValidationError" and words in error["message"]


def test_reading_gives_values_and_a_value_goes_into_the_param_that_is_there():
    params = ParamsDict({"a": 1, "b": Param(2, type="integer"), "must": Param(type="string")})
    params["b"] = 3
    params.update({"c": 4})
    assert (params["a"], params["b"], params["c"]) == (1, 3, 4)
    assert params.get_param("b").schema == {"type": "integer"}
    assert params.dump() == {"a": 1, "b": 3, "must": None, "c": 4} == params
    with pytest.raises(ParamValidationError):
        params["must"]
    with pytest.raises(ParamValidationError, match="must"):
        params.validate()
    del params["must"]
    assert params.validate() == {"a": 1, "b": 3, "c": 4}
    assert "must" not in params and len(params) == 3 and list(params) == ["a", "b", "c"]


def test_a_copy_has_params_of_its_own():
    params = ParamsDict({"a": Param(1)})
    for other in (copy.copy(params), copy.deepcopy(params)):
        other["a"] = 2
        assert params["a"] == 1
    assert copy.deepcopy(Param()).value is NOTSET and not Param().has_value


FLOW = """
    from aiflow import DAG, Param, dag, task
    from aiflow.operators.bash import BashOperator

    @task
    def seen(params, dag_run): return [params, dag_run.conf]
    @task
    def got(value): return value

    with DAG("d", params={"n": 1, "must": Param(type="string")}) as d:
        seen()
        seen.override(task_id="own", params={"n": 2, "m": 3})()
        got(d.param("n"))
        got.override(task_id="missing")(d.param("nowhere"))
        BashOperator(task_id="bash", params={"m": 5}, bash_command="echo {{ params.n }}{{ params.m }}")
    """


@pytest.mark.parametrize("task_id, job, value", [
    ("seen", {"params": {"n": 4, "must": "x"}, "conf": {"must": "x"}},
     [{"n": 4, "must": "x"}, {"must": "x"}]),
    ("own", {"params": {"n": 2, "m": 3}, "conf": {}}, [{"n": 2, "m": 3}, {}]),
    ("own", {"params": {}, "conf": {}}, [{"n": 2, "m": 3}, {}]),
    ("got", {"params": {"n": 7}}, 7),
    ("bash", {"params": {"n": 1, "m": 5}}, 15),
])
def test_a_task_sees_the_servers_values(supervisor, task_id, job, value):
    done, pushed, log, _ = supervisor(FLOW).run(task_id, **job)
    assert done["outcome"] == "success", log
    assert pushed["return_value"] == value


def test_a_param_that_the_run_has_not_fails_the_task_with_its_name(supervisor):
    done, _, _, _ = supervisor(FLOW).run("missing", params={"n": 1})
    assert done["outcome"] == "failed"
    assert "the run has no value for param 'nowhere'" in done["cause"]


def test_the_arguments_of_a_dag_function_are_params(supervisor):
    source = """
        from aiflow import dag, task
        @task
        def double(n): return 2 * n
        @dag
        def d(n=1, *more): double(n)
        d()
        """
    assert supervisor(source).run("double", params={"n": 21})[1]["return_value"] == 42


def test_the_arguments_of_a_dag_function_are_in_its_spec(tmp_path):
    dag = the_dag(tmp_path, """
        from aiflow import Param, dag
        @dag(params={"x": 1})
        def d(n=Param(1, type="integer"), text="a"): pass
        d(text="b")
        """)
    assert dag["params"] == {"x": spec(1), "n": spec(1, type="integer"), "text": spec("b")}

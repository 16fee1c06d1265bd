# SPDX-License-Identifier: Apache-2.0
"""Variables and connections from the environment, in code and in templates; secrets in the log."""

import pytest

from aiflow import api
from aiflow.exceptions import AirflowException, AirflowNotFoundException
from aiflow.environment.variable import BaseHook, Connection, Variable

SOURCE = """
    import logging, os
    os.environ.update(
        AIRFLOW_VAR_PLACE="Seoul", AIRFLOW_VAR_CONF='{"n": 3}', AIRFLOW_VAR_API_KEY="hush-hush-42",
        AIRFLOW_CONN_DB="postgres://kim:p%40ss-word@db.site:5432/events?mode=ro")
    from airflow.sdk import DAG, Variable, task
    from airflow.hooks.base import BaseHook
    from airflow.providers.standard.operators.bash import BashOperator
    with DAG("d"):
        BashOperator(task_id="templates", bash_command="echo {{ var.value.place }} {{ var.json.conf.n }} "
                     "{{ conn.db.host }} {{ var.value.get('none', 'nobody') }} {{ conn.get('x') }}")
        BashOperator(task_id="traced", env={"KEY": "{{ var.value.api_key }}"},
                     bash_command="set -x; echo {{ conn.db.password }} $KEY; printf last >&2")
        @task
        def prints():
            password = BaseHook.get_connection("db").password
            print("the password is", password, "and the key", Variable.get("api_key"))
            print(len(password), end=" ", flush=True)
            logging.getLogger("x").warning("logged %s", password)
            raise ValueError(f"can't sign in with {password}")
        prints()
"""


def test_templates_have_var_and_conn(supervisor):
    done, pushed, _log, _ = supervisor(SOURCE).run("templates")
    assert done["outcome"] == "success", done
    assert pushed["return_value"] == "Seoul 3 db.site nobody None"


def test_secrets_that_were_read_are_neither_in_the_log_nor_in_the_cause(supervisor):
    done, _pushed, log, _ = supervisor(SOURCE).run("prints")
    assert "the password is *** and the key ***" in log and "9 " in log and "logged ***" in log
    assert done["cause"] == "ValueError: can't sign in with ***"
    for secret in ("p@ss-word", "hush-hush-42"):
        assert secret not in log and secret not in str(done)


def test_what_bash_writes_to_either_of_its_streams_is_masked(supervisor):
    done, _pushed, log, _ = supervisor(SOURCE).run("traced")
    assert done["outcome"] == "success", done
    assert "+ echo *** ***" in log and "last" in log
    for secret in ("p@ss-word", "hush-hush-42"):
        assert secret not in log


def test_the_server_is_asked_for_what_the_environment_has_not(monkeypatch):
    kept = {"/api/v2/taskValues/variables/place": {"text": "Busan", "is_secret": False},
            "/api/v2/taskValues/connections/db": {"text": "http://u:geheim@h", "is_secret": True}}

    def call(method, path):
        if path not in kept:
            raise api.ApiError(404, "there is none")
        return kept[path]

    monkeypatch.setenv("AIFLOW_TOKEN_FILE", "/nowhere")
    monkeypatch.setattr(api, "call", call)
    assert Variable.get("place") == "Busan" and Connection.get("db").host == "h"
    assert Variable.get("other", default=1) == 1
    with pytest.raises(AirflowNotFoundException):
        Connection.get("other")
    monkeypatch.setenv("AIRFLOW_VAR_PLACE", "Seoul")
    assert Variable.get("place") == "Seoul"


@pytest.mark.parametrize("prefix", ["AIRFLOW", "AIFLOW"])
def test_a_variable_is_read_and_what_is_missing_is_named(monkeypatch, prefix):
    monkeypatch.setenv(prefix + "_VAR_SOME_KEY", "[1]")
    assert Variable.get("some_key") == "[1]" and Variable.get("some_key", deserialize_json=True) == [1]
    assert Variable.get("other", default=5) == 5 and Variable.get("other", default_var=None) is None
    with pytest.raises(KeyError, match="variable 'other' does not exist: set AIRFLOW_VAR_OTHER"):
        Variable.get("other")
    monkeypatch.setenv(prefix + "_VAR_BAD", "{")
    with pytest.raises(AirflowException, match="variable 'bad' is no JSON"):
        Variable.get("bad", deserialize_json=True)
    with pytest.raises(AirflowException, match="can't be set by a task"):
        Variable.set("x", 1)


def test_a_connection_is_a_uri_or_json(monkeypatch):
    uri = "google-cloud://a%40b:s%2Fx@host%2Done:80/da%20ta?k=v"
    monkeypatch.setenv("AIRFLOW_CONN_U", uri)
    found = BaseHook.get_connection("u")
    assert (found.conn_type, found.login, found.password, found.host, found.port, found.schema,
            found.extra_dejson) == ("google_cloud", "a@b", "s/x", "host-one", 80, "da ta", {"k": "v"})
    assert Connection.of_uri("v", found.get_uri()) == Connection.of_uri("v", uri)
    monkeypatch.setenv("AIRFLOW_CONN_J", '{"conn_type": "http", "port": "8080", "extra": {"a": 1}}')
    found = Connection.get("j")
    assert (found.conn_type, found.port, found.extra_dejson) == ("http", 8080, {"a": 1})
    assert "s/x" not in repr(BaseHook.get_connection("u"))


@pytest.mark.parametrize("text", ["http://u:geheim@h:port", "{geheim", '{"port": "geheim"}'])
def test_a_connection_that_cant_be_read_is_not_printed(monkeypatch, text):
    monkeypatch.setenv("AIRFLOW_CONN_X", text)
    with pytest.raises(AirflowException) as error:
        Connection.get("x")
    assert "connection 'x'" in str(error.value) and "geheim" not in str(error.value)
    with pytest.raises(AirflowNotFoundException):
        Connection.get("y")


MASKS = """
    import os
    os.environ.update(
        AIRFLOW_VAR_CONF='{"db": {"password": "deep-secret-1"}, "n": 3}', AIRFLOW_VAR_PRIVATE_KEY="-----BEGIN X-----\\nline-one-of-it\\nline-two-of-it\\n-----END X-----",
        AIRFLOW_CONN_DB='{"conn_type": "http", "host": "h", "login": "kim", "password": "p@ss \\\\\\\\ word", "extra": {"a": {"token": "deep-secret-2"}}}')
    from airflow.sdk import DAG, Connection, Variable, task
    import json, sys
    with DAG("d"):
        @task
        def prints():
            value = Variable.get("conf", deserialize_json=True)
            connection = Connection.get("db")
            print(value, connection.extra, Variable.get("private_key").splitlines()[1])
            print(Variable.get("private_key"))
            print(connection.get_uri(), json.dumps({"x": connection.password}))
            sys.stdout.write("x" * 200_000 + "deep-secret-1")
            sys.stdout.write("y" * 200_000)
            print("the end")
        prints()
"""


def test_secrets_deep_in_json_of_several_lines_and_in_other_forms_are_masked(supervisor):
    done, _pushed, log, _ = supervisor(MASKS).run("prints")
    assert done["outcome"] == "success" and "the end" in log, log
    for secret in ("deep-secret-1", "deep-secret-2", "line-one-of-it", "line-two-of-it", "p@ss", "p%40ss"):
        assert secret not in log
    assert log.count("x") > 190_000 and log.count("y") > 190_000

# SPDX-License-Identifier: Apache-2.0
"""SQL operators: a real SQLite database, and MariaDB where a driver and a server are installed."""

import datetime as dt
import decimal
import os
import sqlite3
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path

import pytest

from aiflow import DAG
from aiflow.exceptions import AirflowException
from aiflow.hooks.sql import MySqlHook, PostgresHook, SqliteHook, hook_for
from aiflow.hooks.sql_text import split_statements
from aiflow.operators.sql import MySqlOperator, SQLExecuteQueryOperator, SqliteOperator
from aiflow.running.values import revive, to_json_value


@pytest.fixture
def run():
    with DAG("d") as dag:
        yield lambda kind=SQLExecuteQueryOperator, **how: kind(
            task_id=f"t{len(dag.tasks)}", **how).execute({})


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "Data.db"
    monkeypatch.setenv("AIRFLOW_CONN_DB", f"sqlite:///{path}")
    monkeypatch.setenv("AIRFLOW_CONN_SQLITE_DEFAULT", f'{{"conn_type": "sqlite", "host": "{path}"}}')
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (n INTEGER, s TEXT)")
    return path


def test_rows_parameters_and_several_statements(file, run):
    run(conn_id="db", sql="INSERT INTO t VALUES (?, ?), (2, 'b;c')", parameters=[1, "it's"])
    assert run(conn_id="db", sql="SELECT * FROM t ORDER BY n") == [(1, "it's"), (2, "b;c")]
    both = "INSERT INTO t VALUES (3, 'd;e'); -- ;\nSELECT count(*) FROM t;"
    assert run(conn_id="db", sql=both, split_statements=True) == [(3,)]
    assert run(conn_id="db", sql=["SELECT 1", "SELECT 2"], return_last=False) == [[(1,)], [(2,)]]
    assert run(SqliteOperator, sql="SELECT max(n) FROM t", handler=lambda c: c.fetchone()[0]) == 3
    assert run(SqliteOperator, sql="SELECT 1", do_xcom_push=False) is None


def test_a_failure_leaves_nothing_behind_and_autocommit_does(file, run):
    for autocommit, left in ((False, 0), (True, 1)):
        with pytest.raises(sqlite3.OperationalError, match="no such table: nowhere"):
            run(conn_id="db", sql=["INSERT INTO t VALUES (1, 'x')", "SELECT * FROM nowhere"],
                autocommit=autocommit)
        assert SqliteHook("db").get_first("SELECT count(*) FROM t") == (left,)


def test_a_hook_inserts_rows_in_parts(file):
    hook = SqliteHook(sqlite_conn_id="db")
    hook.insert_rows("t", ((n, "x") for n in range(25)), target_fields=["n", "s"], commit_every=10)
    assert hook.get_records("SELECT count(*), max(n) FROM t") == [(25, 24)]


def test_what_is_missing_is_named(monkeypatch, run):
    monkeypatch.setenv("AIRFLOW_CONN_WEB", "http://h")
    monkeypatch.setenv("AIRFLOW_CONN_PG", "postgres://u:secret-pw@127.0.0.1:1/d")
    with pytest.raises(AirflowException, match="connection 'web' is of type 'http'"):
        run(conn_id="web", sql="SELECT 1")
    with pytest.raises(AirflowException, match="connection 'db' does not exist"):
        run(conn_id="db", sql="SELECT 1")
    for name in ("psycopg2", "psycopg"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    with pytest.raises(AirflowException, match="install psycopg2 .apt install python3-psycopg2. or"):
        run(conn_id="pg", sql="SELECT 1")
    with pytest.raises(AirflowException, match="no such argument: host"):
        PostgresHook("pg", host="x")


def test_statements_are_split_where_they_end():
    assert split_statements("a 'x;''y'; b \"c;d\" `e;f` -- g;\n;; /* h; */ ; $$i;j$$; $t$k;$$;$t$") == [
        "a 'x;''y'", "b \"c;d\" `e;f` -- g;", "$$i;j$$", "$t$k;$$;$t$"]
    assert split_statements("'never ends; x") == ["'never ends; x"]
    assert split_statements(r"a 'C:\'; b") == [r"a 'C:\'", "b"]
    assert split_statements(r"a 'it\'s;'; b", backslashes=True) == [r"a 'it\'s;'", "b"]
    assert split_statements("  ;\n-- only words\n") == []


def test_decimals_are_xcoms():
    sent = to_json_value({"d": decimal.Decimal("1.10")}, "x", typed=True)
    assert sent == {"d": {"__aiflow_type__": "Decimal", "value": "1.10"}}
    assert revive(sent) == {"d": decimal.Decimal("1.10")}
    assert to_json_value([decimal.Decimal("1.10")], "x") == ["1.10"]


def test_templates_and_files(supervisor, tmp_path):
    (tmp_path / "q.sql").write_text("SELECT {{ params.n }}, ?")
    flow = supervisor(f"""
    import os
    os.environ["AIRFLOW_CONN_DB"] = "sqlite:///{tmp_path}/x.db"
    from airflow import DAG
    from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
    with DAG("d"):
        SQLExecuteQueryOperator(task_id="a", conn_id="db", sql="q.sql", parameters=["{{{{ ds }}}}"])
    """)
    done, pushed, log, _ = flow.run("a")
    assert pushed["return_value"] == [[4, "2026-01-02"]], log


ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory):
    loader = SourceFileLoader("with_mariadb", str(ROOT / "tools/with_mariadb"))
    tool = module_from_spec(spec_from_loader("with_mariadb", loader))
    loader.exec_module(tool)
    if not tool.find("mariadbd") or not (find_spec("pymysql") or find_spec("MySQLdb")):
        missing = "mariadbd, or a driver for it, is not installed"
        if os.environ.get("AIFLOW_NO_SKIP"):  # ./dev setup installs both
            pytest.fail(missing)
        pytest.skip(missing)
    server = tool.MariaDb(str(tmp_path_factory.mktemp("maria")))
    server.install()
    server.start()
    server.sql("CREATE DATABASE flow; CREATE USER flow@localhost IDENTIFIED BY 'geheim-77';"
               "GRANT ALL ON flow.* TO flow@localhost")
    yield server
    server.stop()


def test_mariadb(mariadb, monkeypatch, run):
    monkeypatch.setenv("AIRFLOW_CONN_M", f"mysql://flow:geheim-77@localhost/flow?unix_socket={mariadb.socket}")
    run(conn_id="m", sql="CREATE TABLE t (n DECIMAL(5, 2), d DATETIME)")
    hook = hook_for("m")
    assert isinstance(hook, MySqlHook)
    hook.insert_rows("t", [(1.5, dt.datetime(2026, 1, 2))])
    assert run(conn_id="m", sql="SELECT n, d, '100%' FROM t") == [
        (decimal.Decimal("1.50"), dt.datetime(2026, 1, 2), "100%")]
    assert run(MySqlOperator, mysql_conn_id="m", sql="SELECT %s + 1", parameters=[3]) == [(4,)]
    monkeypatch.setenv("AIRFLOW_CONN_M", f"mysql://flow:wrong-88@localhost/flow?unix_socket={mariadb.socket}")
    with pytest.raises(AirflowException, match="connection 'm': .*Access denied") as said:
        run(conn_id="m", sql="SELECT 1")
    assert "wrong-88" not in str(said.value)

# SPDX-License-Identifier: Apache-2.0
"""Databases by their Python DB-API drivers: SQLite, MySQL and MariaDB, PostgreSQL."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any, Callable, Iterator, Sequence

from aiflow.environment.variable import BaseHook, Connection
from aiflow.exceptions import AirflowException
from aiflow.hooks.sql_text import split_statements

ROWS_MAX = 1_000_000


def fetch_all_handler(cursor: Any) -> list | None:
    """All rows; None for a statement that has none. Raises AirflowException over ROWS_MAX."""
    if cursor.description is None:
        return None
    rows = cursor.fetchmany(ROWS_MAX + 1)
    if len(rows) > ROWS_MAX:
        raise AirflowException(f"the statement gives more than {ROWS_MAX} rows: let the database "
                               "reduce them, or give a handler of your own")
    return list(rows)


def fetch_one_handler(cursor: Any) -> Any:
    """The first row; None without one."""
    return None if cursor.description is None else cursor.fetchone()


class DbApiHook(BaseHook):
    """A connection's database. Subclasses name their drivers and how these are called."""

    conn_name_attr = "conn_id"
    default_conn_name = "default_conn_id"
    #: tried in this order: module -> what to install for it
    drivers: dict[str, str] = {}
    backslashes_escape = False

    def __init__(self, *args: Any, schema: str | None = None, database: str | None = None,
                 **kwargs: Any):
        named = args[0] if args else kwargs.pop(self.conn_name_attr, kwargs.pop("conn_id", None))
        if kwargs:
            raise AirflowException(f"{type(self).__name__} has no such argument: "
                                   + ", ".join(sorted(kwargs)))
        self.conn_id = named or self.default_conn_name
        self.schema = database or schema

    def get_conn(self) -> Any:
        """A new DB-API connection. Raises AirflowException when no driver is installed."""
        connection = self.get_connection(self.conn_id)
        module = self._driver()
        try:
            return self._connect(module, connection)
        except module.Error as error:
            raise AirflowException(f"connection '{self.conn_id}': {error}") from None

    def _driver(self) -> Any:
        for name in self.drivers:
            with contextlib.suppress(ImportError):
                return importlib.import_module(name)
        ways = " or ".join(self.drivers.values())
        raise AirflowException(f"{type(self).__name__}: the tasks' Python has no driver for this "
                               f"database; install {ways}")

    def _connect(self, module: Any, connection: Connection) -> Any:
        raise NotImplementedError(f"{type(self).__name__}._connect")

    def run(self, sql: str | Sequence[str], autocommit: bool = False, parameters: Any = None,
            handler: Callable[[Any], Any] | None = None, split_statements: bool = False,
            return_last: bool = True) -> Any:
        """Runs statements in one transaction. With a handler: what it makes of the cursor, of a list
        (or split text) the last one, or all of them without return_last."""
        statements = self._statements(sql, split_statements)
        if not statements:
            raise ValueError("List of SQL statements is empty")
        results = []
        with contextlib.closing(self.get_conn()) as conn:
            self.set_autocommit(conn, autocommit)
            with contextlib.closing(conn.cursor()) as cursor:
                for statement in statements:
                    print(f"Running statement: {statement}", flush=True)
                    # None is not the same as (): only with parameters is a % a place for one.
                    cursor.execute(*([statement] if parameters is None else [statement, parameters]))
                    if handler is not None:
                        results.append(handler(cursor))
            if not autocommit:
                conn.commit()
        if handler is None:
            return None
        is_one = isinstance(sql, str) and not split_statements
        return results[-1] if is_one or return_last else results

    def _statements(self, sql: str | Sequence[str], split: bool) -> list[str]:
        if not isinstance(sql, str):
            found = list(sql)
        else:
            found = (split_statements(sql, backslashes=self.backslashes_escape) if split
                     else [sql])
        return [statement.strip() for statement in found if statement.strip()]

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        """Each statement is a transaction of its own."""
        if autocommit:
            conn.autocommit = True

    def get_records(self, sql: str | Sequence[str], parameters: Any = None) -> Any:
        """All rows."""
        return self.run(sql, parameters=parameters, handler=fetch_all_handler)

    def get_first(self, sql: str | Sequence[str], parameters: Any = None) -> Any:
        """The first row; None without one."""
        return self.run(sql, parameters=parameters, handler=fetch_one_handler)

    @property
    def placeholder(self) -> str:
        return "%s"

    def insert_rows(self, table: str, rows: Any, target_fields: Sequence[str] | None = None,
                    commit_every: int = 1000, **_more: Any) -> None:
        """Inserts rows, committed in parts of commit_every (0: all at once). table and target_fields
        are parts of the statement, the rows' values are its parameters."""
        names = f" ({', '.join(target_fields)})" if target_fields else ""
        with contextlib.closing(self.get_conn()) as conn, \
                contextlib.closing(conn.cursor()) as cursor:
            for part in _parts(rows, commit_every):
                places = ", ".join([self.placeholder] * len(part[0]))
                cursor.executemany(f"INSERT INTO {table}{names} VALUES ({places})", part)
                conn.commit()


def _parts(rows: Any, count: int) -> Iterator[list[tuple]]:
    part: list[tuple] = []
    for row in rows:
        part.append(tuple(row))
        if count and len(part) == count:
            yield part
            part = []
    if part:
        yield part


class SqliteHook(DbApiHook):
    """A file: the connection's host, or the path of its URI (sqlite:////var/lib/a.db)."""

    conn_name_attr, default_conn_name = "sqlite_conn_id", "sqlite_default"
    drivers = {"sqlite3": "Python's sqlite3"}
    placeholder = "?"

    def _connect(self, module: Any, connection: Connection) -> Any:
        path = connection.host or connection.schema
        if not path:
            raise AirflowException(f"connection '{self.conn_id}' names no file")
        return module.connect(path, timeout=float(connection.extra_dejson.get("timeout", 30)))

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        conn.isolation_level = None if autocommit else ""


class MySqlHook(DbApiHook):
    """MySQL and MariaDB. Members of the connection's extra go to the driver (unix_socket, charset)."""

    conn_name_attr, default_conn_name = "mysql_conn_id", "mysql_default"
    drivers = {"MySQLdb": "mysqlclient (apt install python3-mysqldb)",
               "pymysql": "PyMySQL (apt install python3-pymysql)"}
    backslashes_escape = True

    def _connect(self, module: Any, connection: Connection) -> Any:
        given = {"host": connection.host or "localhost", "port": connection.port or 3306,
                 "user": connection.login or "", "password": connection.password or "",
                 "database": self.schema or connection.schema or "", "charset": "utf8mb4",
                 "connect_timeout": 30, **connection.extra_dejson}
        return module.connect(**given)

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        conn.autocommit(autocommit)


class PostgresHook(DbApiHook):
    """PostgreSQL. Members of the connection's extra go to the driver (sslmode, options)."""

    conn_name_attr, default_conn_name = "postgres_conn_id", "postgres_default"
    drivers = {"psycopg2": "psycopg2 (apt install python3-psycopg2)",
               "psycopg": "psycopg (apt install python3-psycopg)"}

    def _connect(self, module: Any, connection: Connection) -> Any:
        given = {"host": connection.host, "port": connection.port or 5432,
                 "user": connection.login, "password": connection.password,
                 "dbname": self.schema or connection.schema, "connect_timeout": 30,
                 **connection.extra_dejson}
        return module.connect(**{name: value for name, value in given.items() if value is not None})


HOOKS: dict[str, type[DbApiHook]] = {
    "sqlite": SqliteHook, "mysql": MySqlHook, "mariadb": MySqlHook, "postgres": PostgresHook,
    "postgresql": PostgresHook}


def hook_for(conn_id: str, **hook_params: Any) -> DbApiHook:
    """By the connection's type. Raises AirflowException for one that is no database's."""
    kind = BaseHook.get_connection(conn_id).conn_type
    if kind not in HOOKS:
        raise AirflowException(f"connection '{conn_id}' is of type '{kind}'; SQL is for "
                               + ", ".join(sorted(HOOKS)))
    return HOOKS[kind](conn_id, **hook_params)

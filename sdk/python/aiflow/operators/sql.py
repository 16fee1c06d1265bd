# SPDX-License-Identifier: Apache-2.0
"""SQL operators."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from aiflow.baseoperator import BaseOperator
from aiflow.hooks.sql import DbApiHook, fetch_all_handler, hook_for


class SQLExecuteQueryOperator(BaseOperator):
    """Runs SQL in one transaction; the rows of the (last) statement are the result.

    sql: a text, a list of them, or the name of a template file that ends in .sql. parameters: values
    for the statement's places. handler(cursor): what the result is. split_statements: the text holds
    several. return_last: of several the last result only, else a list. conn_id: a connection of type
    sqlite, mysql, mariadb or postgres.
    """

    template_fields: Sequence[str] = ("sql", "parameters", "conn_id", "database", "hook_params")
    template_ext: Sequence[str] = (".sql",)
    #: of an operator for one kind of database: its argument for a connection, and the usual one
    conn_id_argument, default_conn_id = "", ""

    def __init__(self, *, sql: str | list[str], autocommit: bool = False, parameters: Any = None,
                 handler: Callable[[Any], Any] | None = fetch_all_handler,
                 conn_id: str | None = None, database: str | None = None,
                 split_statements: bool = False, return_last: bool = True,
                 show_return_value_in_logs: bool = False, hook_params: dict | None = None,
                 **kwargs):
        if self.conn_id_argument and self.conn_id_argument in kwargs:
            conn_id = kwargs.pop(self.conn_id_argument)
        super().__init__(**kwargs)
        self.sql, self.autocommit, self.parameters, self.handler = sql, autocommit, parameters, handler
        self.conn_id = conn_id or self.default_conn_id
        self.database, self.hook_params = database, hook_params or {}
        self.split_statements, self.return_last = bool(split_statements), return_last
        self.show_return_value_in_logs = show_return_value_in_logs

    def get_db_hook(self) -> DbApiHook:
        """The way to the connection's database."""
        given = dict(self.hook_params)
        if self.database:
            given["database"] = self.database
        return hook_for(self.conn_id, **given)

    def execute(self, context: dict) -> Any:
        del context
        found = self.get_db_hook().run(
            self.sql, autocommit=self.autocommit, parameters=self.parameters,
            handler=self.handler if self.do_xcom_push else None,
            split_statements=self.split_statements, return_last=self.return_last)
        if self.show_return_value_in_logs and found is not None:
            print(f"Done. Returned value was: {found}", flush=True)
        return found


class SqliteOperator(SQLExecuteQueryOperator):
    """For SQLite."""

    conn_id_argument, default_conn_id = "sqlite_conn_id", "sqlite_default"


class MySqlOperator(SQLExecuteQueryOperator):
    """For MySQL and MariaDB."""

    conn_id_argument, default_conn_id = "mysql_conn_id", "mysql_default"


class PostgresOperator(SQLExecuteQueryOperator):
    """For PostgreSQL."""

    conn_id_argument, default_conn_id = "postgres_conn_id", "postgres_default"

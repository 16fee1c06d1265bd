# SPDX-License-Identifier: Apache-2.0
"""Connections: places and credentials by name, from the environment as in Airflow."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from aiflow.exceptions import AirflowException


@dataclass
class Connection:
    """Where to connect to and as whom. The password is left out of its text."""

    conn_id: str
    conn_type: str = ""
    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    schema: str = ""


def get_connection(conn_id: str) -> Connection:
    """From AIFLOW_CONN_<ID> or AIRFLOW_CONN_<ID>: a URI, or JSON with Connection's members.

    Raises AirflowException, which names the variable and never its value.
    """
    for prefix in ("AIFLOW_CONN_", "AIRFLOW_CONN_"):
        text = os.environ.get(prefix + conn_id.upper())
        if text is not None:
            return _parse(conn_id, text)
    raise AirflowException(f"connection '{conn_id}' is not known: set AIFLOW_CONN_{conn_id.upper()} "
                           "in the environment of the server and its workers")


def _parse(conn_id: str, text: str) -> Connection:
    try:
        if text.startswith("{"):
            value = json.loads(text)
            return Connection(conn_id, value.get("conn_type", ""), value.get("host", ""),
                              value.get("port"), value.get("login", ""),
                              value.get("password", ""), value.get("schema", ""))
        parts = urlsplit(text)
        if not parts.scheme or not parts.hostname:
            raise ValueError
        return Connection(conn_id, parts.scheme, parts.hostname, parts.port,
                          unquote(parts.username or ""), unquote(parts.password or ""),
                          parts.path.removeprefix("/"))
    except (ValueError, AttributeError):
        raise AirflowException(f"connection '{conn_id}' can't be read: it is neither a URI nor "
                               "JSON") from None

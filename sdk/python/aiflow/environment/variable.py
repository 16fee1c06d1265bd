# SPDX-License-Identifier: Apache-2.0
"""Variables and connections that a task reads, under Airflow's names.

First from its environment, which is the worker's: AIRFLOW_VAR_<KEY> is a variable, AIRFLOW_CONN_<ID> a
connection, as a URI or a JSON object. Then from the server, which keeps them encrypted and gives them to
running tasks. What is read as a secret is masked in the task's log.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from aiflow.exceptions import AirflowException, AirflowNotFoundException
from aiflow.environment.log_mask import is_secret_name, mask_members, mask_secret

_NOTSET: Any = object()
_VAR_PREFIXES = ("AIFLOW_VAR_", "AIRFLOW_VAR_")
_CONN_PREFIXES = ("AIFLOW_CONN_", "AIRFLOW_CONN_")


def _from_environment(prefixes: tuple[str, ...], name: str) -> str | None:
    for prefix in prefixes:
        if prefix + name.upper() in os.environ:
            return os.environ[prefix + name.upper()]
    return None


def _from_server(kind: str, name: str) -> str | None:
    """What the server keeps; None without one, or outside of a task. A secret is masked from now on.

    Raises AirflowException when the server can't be reached.
    """
    if "AIFLOW_TOKEN_FILE" not in os.environ:
        return None
    from aiflow import api  # most tasks read none: they need not load http.client

    try:
        kept = api.call("GET", api.path_of("taskValues", kind, name))
    except api.ApiError as error:
        if error.status in (400, 404):  # 400: no name that the server could keep
            return None
        raise
    if kept["is_secret"] and kind == "variables":
        mask_secret(kept["text"])
    return kept["text"]


class Variable:
    """Airflow's Variable, but that a task can't set one."""

    @classmethod
    def get(cls, key: str, default: Any = _NOTSET, deserialize_json: bool = False,
            default_var: Any = _NOTSET) -> Any:
        """Its value. Raises AirflowNotFoundException (a KeyError) without one and without a default."""
        text = _from_environment(_VAR_PREFIXES, key)
        if text is None:
            text = _from_server("variables", key)
        if text is None:
            given = default if default is not _NOTSET else default_var
            if given is _NOTSET:
                raise AirflowNotFoundException(
                    f"variable '{key}' does not exist: set {_VAR_PREFIXES[1]}{key.upper()} in the "
                    "worker's environment, or: aiflow variables set")
            return given
        if is_secret_name(key):
            mask_secret(text)
        if not deserialize_json:
            return text
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise AirflowException(f"variable '{key}' is no JSON: {error}") from None
        mask_members(value)
        return value

    @classmethod
    def set(cls, key: str, *_value: Any, **_more: Any) -> None:
        """Not there: a task's token sets none. Raises AirflowException."""
        raise AirflowException(f"variable '{key}' can't be set by a task: aiflow variables set")

    @classmethod
    def delete(cls, key: str) -> None:
        """Not there. Raises AirflowException."""
        cls.set(key)


@dataclass
class Connection:
    """Where an outside system is and how to sign in there."""

    conn_id: str
    conn_type: str = ""
    description: str | None = None
    host: str | None = None
    login: str | None = None
    password: str | None = None
    schema: str | None = None
    port: int | None = None
    extra: str | None = None

    def __repr__(self) -> str:
        return f"Connection({self.conn_id!r}, {self.conn_type!r}, host={self.host!r})"

    @classmethod
    def get(cls, conn_id: str) -> Connection:
        """Raises AirflowNotFoundException without one, AirflowException when it can't be read."""
        text = _from_environment(_CONN_PREFIXES, conn_id)
        if text is None:
            text = _from_server("connections", conn_id)
        if text is None:
            raise AirflowNotFoundException(
                f"connection '{conn_id}' does not exist: set {_CONN_PREFIXES[1]}{conn_id.upper()} "
                "in the worker's environment, to a URI or a JSON object, or: aiflow connections set")
        found = cls._of_json(conn_id, text) if text.lstrip().startswith("{") else cls.of_uri(conn_id, text)
        if found.password:
            mask_secret(found.password)
        mask_members(found.extra_dejson)
        return found

    @classmethod
    def of_uri(cls, conn_id: str, uri: str) -> Connection:
        """postgres://login:password@host:5432/schema?option=1, every part quoted."""
        try:
            parts = urlsplit(uri)
            port = parts.port
        except ValueError:
            raise AirflowException(f"connection '{conn_id}' is no URI") from None  # it holds a password
        plain = {name: None if text is None else unquote(text) for name, text in (
            ("login", parts.username), ("password", parts.password), ("host", parts.hostname))}
        if "/" in (plain["host"] or ""):  # a path: hostname would make it lower case
            plain["host"] = unquote(parts.netloc.rpartition("@")[2])
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        extra = query.get("__extra__") or (json.dumps(query) if query else None)
        return cls(conn_id, parts.scheme.replace("-", "_"), port=port, extra=extra,
                   schema=unquote(parts.path.removeprefix("/")) or None, **plain)

    @classmethod
    def _of_json(cls, conn_id: str, text: str) -> Connection:
        try:
            fields = json.loads(text)
        except ValueError:
            raise AirflowException(f"connection '{conn_id}' is no JSON object") from None
        known = {name: fields[name] for name in ("conn_type", "description", "host", "login",
                                                 "password", "schema", "port", "extra")
                 if fields.get(name) is not None}
        if isinstance(known.get("extra"), dict):
            known["extra"] = json.dumps(known["extra"])
        try:
            port = int(known["port"]) if "port" in known else None
        except (TypeError, ValueError):
            raise AirflowException(f"connection '{conn_id}': its port is no number") from None
        return cls(conn_id, **{**known, "port": port})

    @property
    def extra_dejson(self) -> dict:
        """extra as an object; {} when it is none."""
        try:
            value = json.loads(self.extra) if self.extra else {}
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def get_uri(self) -> str:
        """The connection as one URI; it holds the password."""
        sign_in = "" if self.login is None else quote(self.login, safe="")
        if self.password is not None:
            sign_in += ":" + quote(self.password, safe="")
        host = quote(self.host or "", safe="") + (f":{self.port}" if self.port else "")
        path = "/" + quote(self.schema, safe="") if self.schema else ""
        extra = self.extra_dejson
        query = ("" if path else "/") + "?" + urlencode(extra) if extra else ""
        return (f"{self.conn_type.lower().replace('_', '-')}://" + (sign_in + "@" if sign_in else "")
                + host + path + query)


class BaseHook:
    """Airflow's base of hooks: the way to a connection."""

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        return Connection.get(conn_id)


class _Values:
    """{{ var.value.name }}, {{ var.json.name }}, {{ conn.name }}; .get(name, default) too."""

    def __init__(self, read):
        self._read = read

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._read(name)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self._read(name)
        except AirflowNotFoundException:
            return default


class VariableValues:
    """`var` in templates."""

    value = _Values(Variable.get)
    json = _Values(lambda name: Variable.get(name, deserialize_json=True))


CONNECTIONS = _Values(Connection.get)

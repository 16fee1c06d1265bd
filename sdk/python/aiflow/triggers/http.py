# SPDX-License-Identifier: Apache-2.0
"""HttpSensorTrigger: waits for a URL's answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiflow.triggers.base import ServerTrigger

DEFAULT_CONN_ID = "http_default"


class HttpSensorTrigger(ServerTrigger):
    """Fires when endpoint answers with a status below 400; 404 (or one of not_yet) means "not yet",
    another status is an error.

    endpoint: a path below the connection's URL, or a whole URL. json_pointer, json_equals (AIflow's
    own): the place in a JSON answer and the value that is waited for there.
    """

    def __init__(self, endpoint: str | None = None, http_conn_id: str = DEFAULT_CONN_ID,
                 auth_type: Any = None, method: str = "GET", headers: dict[str, str] | None = None,
                 data: dict[str, Any] | str | None = None,
                 extra_options: dict[str, Any] | None = None, poke_interval: float = 5.0, *,
                 json_pointer: str | None = None, json_equals: Any = None,
                 not_yet: tuple[int, ...] = (404,), **kwargs: Any):
        super().__init__(**kwargs)
        del auth_type  # the connection's login and password are sent as basic authentication
        self.endpoint, self.http_conn_id, self.method = endpoint or "", http_conn_id, method
        self.headers, self.data = headers or {}, data
        self.extra_options, self.poke_interval = extra_options or {}, poke_interval
        self.json_pointer, self.json_equals, self.not_yet = json_pointer, json_equals, tuple(not_yet)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        names = ("endpoint", "http_conn_id", "method", "headers", "data", "extra_options",
                 "poke_interval", "json_pointer", "json_equals", "not_yet")
        return ("airflow.providers.http.triggers.http.HttpSensorTrigger",
                {name: getattr(self, name) for name in names})

    def server_trigger(self) -> dict:
        found = {"kind": "http", "url": self.endpoint, "method": self.method.upper(),
                 "conn_id": conn_id_of(self.endpoint, self.http_conn_id),
                 "headers": {str(name): str(value) for name, value in self.headers.items()},
                 "poll_ms": round(self.poke_interval * 1000), "not_yet": list(self.not_yet),
                 "timeout_ms": round(float(self.extra_options.get("timeout", 30)) * 1000)}
        if self.data and found["method"] in ("GET", "HEAD"):
            query = self.data if isinstance(self.data, str) else urlencode(self.data)
            found["url"] += ("&" if "?" in self.endpoint else "?") + query
        elif self.data:
            found["body"] = self.data if isinstance(self.data, str) else urlencode(self.data)
        if self.json_pointer is not None:
            found.update(json_pointer=self.json_pointer, json_equals=self.json_equals)
        return found


def conn_id_of(endpoint: str, http_conn_id: str) -> str:
    """A whole URL needs no connection unless one was named."""
    return "" if "://" in endpoint and http_conn_id == DEFAULT_CONN_ID else http_conn_id

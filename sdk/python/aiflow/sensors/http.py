# SPDX-License-Identifier: Apache-2.0
"""HttpSensor: waits for a URL's answer."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from typing import Any, Callable, Sequence
from urllib.parse import urlencode

from aiflow.connection import get_connection
from aiflow.exceptions import AirflowException
from aiflow.sensors.base import BaseSensorOperator
from aiflow.triggers.http import DEFAULT_CONN_ID, HttpSensorTrigger, conn_id_of

_BODY_BYTES_MAX = 1 << 20


class HttpResponse:
    """What response_check gets: the part of requests.Response that such checks use."""

    def __init__(self, status_code: int, headers: Any, content: bytes):
        self.status_code, self.headers, self.content = status_code, headers, content
        self.ok = status_code < 400

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.content)


class HttpSensor(BaseSensorOperator):
    """Done when endpoint answers with a status below 400 and response_check(response), if given, is
    true. Codes of response_error_codes_allowlist (404) mean "not yet", others fail.

    endpoint: a path below the connection's URL, or a whole URL. deferrable: waits without holding a
    worker slot; not with a response_check, which is code of the DAG file. json_pointer and
    json_equals (AIflow's own) can: the place in a JSON answer and the value that has to be there.
    """

    template_fields: Sequence[str] = ("endpoint", "request_params", "headers")

    def __init__(self, *, endpoint: str, http_conn_id: str = DEFAULT_CONN_ID, method: str = "GET",
                 request_params: dict[str, Any] | None = None,
                 request_kwargs: dict[str, Any] | None = None,
                 headers: dict[str, Any] | None = None,
                 response_error_codes_allowlist: Sequence[str] | None = None,
                 response_check: Callable[..., bool] | None = None,
                 extra_options: dict[str, Any] | None = None, json_pointer: str | None = None,
                 json_equals: Any = None, deferrable: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.endpoint, self.http_conn_id, self.method = endpoint, http_conn_id, method.upper()
        self.request_params, self.headers = request_params, headers or {}
        self.request_kwargs, self.extra_options = request_kwargs or {}, extra_options or {}
        allowed = ("404",) if response_error_codes_allowlist is None else response_error_codes_allowlist
        self.not_yet = tuple(int(code) for code in allowed)
        self.response_check = response_check
        self.json_pointer, self.json_equals = json_pointer, json_equals
        self.deferrable = deferrable
        if json_pointer and not json_pointer.startswith("/"):
            raise AirflowException(f"sensor '{self.task_id}': json_pointer begins with '/', as in "
                                   "'/job/state'")

    def execute(self, context: dict) -> Any:
        if not self.deferrable or self.response_check is not None:
            return super().execute(context)
        if not self._poke_once(context):
            data = self.request_params or self.request_kwargs.get("data")
            self.defer_to(HttpSensorTrigger(
                self.endpoint, self.http_conn_id, None, self.method, self.headers, data,
                self.extra_options, self.poke_interval, json_pointer=self.json_pointer,
                json_equals=self.json_equals, not_yet=self.not_yet), context)
        return None

    def execute_complete(self, context: dict, event: Any = None) -> None:
        del context, event

    def poke(self, context: dict) -> bool:
        response = self._ask()
        if response.status_code in self.not_yet:
            return False
        if not response.ok:
            raise AirflowException(f"the answer's status is {response.status_code}")
        if self.json_pointer is not None and _at(response.json(), self.json_pointer) != self.json_equals:
            return False
        return self.response_check is None or bool(self.response_check(response, **context))

    def _ask(self) -> HttpResponse:
        url, headers = self.endpoint, dict(self.headers)
        conn_id = conn_id_of(self.endpoint, self.http_conn_id)
        if conn_id:
            url, authorization = _place(get_connection(conn_id), self.endpoint)
            headers.update(authorization)
        data = self.request_params or self.request_kwargs.get("data")
        text = data if isinstance(data, str) else urlencode(data or {})
        if text and self.method in ("GET", "HEAD"):
            url += ("&" if "?" in url else "?") + text
        body = text.encode() if text and self.method not in ("GET", "HEAD") else None
        if not url.startswith(("http://", "https://")):
            raise AirflowException("the URL is neither http nor https")
        request = urllib.request.Request(url, body, headers, method=self.method)
        try:
            with urllib.request.urlopen(request, timeout=float(self.extra_options.get("timeout", 30))) as answer:
                return HttpResponse(answer.status, answer.headers, answer.read(_BODY_BYTES_MAX))
        except urllib.error.HTTPError as error:
            return HttpResponse(error.code, error.headers, error.read(_BODY_BYTES_MAX))
        except OSError as error:
            raise AirflowException(f"the request failed: {getattr(error, 'reason', error)}") from None


def _place(connection, endpoint: str) -> tuple[str, dict[str, str]]:
    """The whole URL, and the header with the credentials."""
    base = connection.host
    if "://" not in base:
        scheme = "https" if "https" in (connection.conn_type, connection.schema) else "http"
        base = f"{scheme}://{base}"
        base += f":{connection.port}" if connection.port else ""
        if connection.schema and connection.schema not in ("http", "https"):
            base += f"/{connection.schema}"
    url = endpoint if "://" in endpoint else base.rstrip("/") + "/" + endpoint.lstrip("/")
    if not connection.login and not connection.password:
        return url, {}
    coded = base64.b64encode(f"{connection.login}:{connection.password}".encode()).decode()
    return url, {"Authorization": "Basic " + coded}


def _at(value: Any, pointer: str) -> Any:
    """What is at a JSON pointer (RFC 6901); None when nothing is."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value

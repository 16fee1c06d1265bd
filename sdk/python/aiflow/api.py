# SPDX-License-Identifier: Apache-2.0
"""The server's API for code inside a task: over the server's socket, with the attempt's own token."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from aiflow.exceptions import AirflowException

TIMEOUT_S = 60
PATIENCE_S = 60
ANSWER_BYTES_MAX = 64 << 20


class ApiError(AirflowException):
    """The server refused. `status`: the HTTP status."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class _Unreachable(AirflowException):
    """No answer: the server is not there, or went away."""


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str):
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self._path)


def _connection() -> http.client.HTTPConnection | None:
    """To the server, in this order: over its socket, or by AIFLOW_API_URL, which a pod has."""
    path = os.environ.get("AIFLOW_API_SOCKET")
    if path:
        return _SocketConnection(path)
    url = urlsplit(os.environ.get("AIFLOW_API_URL", ""))
    if not url.hostname:
        return None
    if url.scheme != "https":
        return http.client.HTTPConnection(url.hostname, url.port, timeout=TIMEOUT_S)
    return http.client.HTTPSConnection(url.hostname, url.port, timeout=TIMEOUT_S, context=_trust())


def _trust() -> ssl.SSLContext | None:
    """Of a server that has signed its certificate itself: this one and no other, whatever its name,
    as workers do. None: the authorities of the machine decide."""
    certificate = os.environ.get("AIFLOW_API_CERTIFICATE")
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # it requires a certificate that is verified
    context.check_hostname = False
    context.load_verify_locations(cadata=certificate)
    return context


def quoted(part: str) -> str:
    """As one part of a path."""
    return quote(part, safe="~")


def path_of(*parts: str) -> str:
    """/api/v2/... with every part quoted."""
    return "/api/v2/" + "/".join(quoted(part) for part in parts)


def call(method: str, path: str, body: dict | None = None, *, query: dict | None = None,
         key: str | None = None) -> Any:
    """One request; returns the answer's JSON, None when it is empty.

    query: members that are None are left out. key: an Idempotency-Key: a repeat of the request acts
    once. What may be repeated is, for PATIENCE_S: tasks outlive a restart of the server.
    Raises ApiError when the server refuses, AirflowException when it can't be reached.
    """
    text = _ask(method, path, body, query, key)
    return json.loads(text) if text else None


def read(path: str, query: dict | None = None) -> bytes:
    """As call("GET", ...), for an answer that is no JSON."""
    return _ask("GET", path, None, query, None)


def _ask(method: str, path: str, body: dict | None, query: dict | None, key: str | None) -> bytes:
    give_up_at = time.monotonic() + (PATIENCE_S if method == "GET" or key is not None else 0)
    pause = 0.1
    while True:
        try:
            return _ask_once(method, path, body, query, key)
        except (ApiError, _Unreachable) as error:
            if getattr(error, "status", 503) != 503 or time.monotonic() + pause >= give_up_at:
                raise
        time.sleep(pause)
        pause = min(pause * 2, 2.0)


def _ask_once(method: str, path: str, body: dict | None, query: dict | None,
              key: str | None) -> bytes:
    token_file = os.environ.get("AIFLOW_TOKEN_FILE")
    connection = _connection()
    if connection is None or not token_file:
        raise AirflowException("the AIflow API can be called inside a running task only, and needs "
                               "a server: a test without one has none")
    with open(token_file, encoding="ascii") as file:
        headers = {"Authorization": "Bearer " + file.read().strip()}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if key is not None:
        headers["Idempotency-Key"] = key
    given = {name: value for name, value in (query or {}).items() if value is not None}
    target = path + ("?" + urlencode(given) if given else "")
    try:
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read(ANSWER_BYTES_MAX)
    except ssl.SSLCertVerificationError as error:  # waiting would not help
        raise AirflowException(f"the AIflow server is not trusted: {error}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Unreachable(f"the AIflow server does not answer: {error}") from error
    finally:
        connection.close()
    if response.status >= 400:
        raise ApiError(response.status, _message(text, response.status))
    return text


def _message(text: bytes, status: int) -> str:
    try:
        return str(json.loads(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {status}"

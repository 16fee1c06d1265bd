# SPDX-License-Identifier: Apache-2.0
"""A browser's part of a session: a cookie, the token beside it, and streams that stay open."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

PASSWORD = "long enough"


class Browser:
    """Keeps what the server gives it, and sends it along."""

    def __init__(self, server, cookie: str = ""):
        self.url = urlsplit(json.loads((server.home / "run/server.json").read_text())["url"])
        self.cookie, self.csrf = cookie, ""

    def ask(self, method: str, path: str, body=None, headers=None):
        """(status, JSON)"""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.cookie:
            sent["Cookie"] = f"aiflow_session={self.cookie}"
        if self.csrf and "X-CSRF-Token" not in sent:
            sent["X-CSRF-Token"] = self.csrf
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read()
            given = answer.getheader("Set-Cookie", "")
        finally:
            connection.close()
        if given.startswith("aiflow_session="):
            self.cookie = given.split(";")[0].partition("=")[2]
        value = json.loads(text) if text.startswith((b"{", b"[")) else text
        if isinstance(value, dict) and "csrf_token" in value:
            self.csrf = value["csrf_token"]
        return answer.status, value

    def log_in(self, username: str, password: str = PASSWORD) -> int:
        return self.ask("POST", "/auth/login", {"username": username, "password": password})[0]

    def open_stream(self):
        """The event stream, after its first event; read() ends when the server ends it."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        connection.request("GET", "/api/v2/stream", headers={"Cookie": f"aiflow_session={self.cookie}"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.fp.readline()
        return answer


def is_cut(stream) -> bool:
    """Whether the server has ended the stream; waits for it as long as the connection does."""
    try:
        while stream.fp.readline():
            pass
    except (http.client.HTTPException, ConnectionError):
        return True
    except TimeoutError:
        return False
    return True

# SPDX-License-Identifier: Apache-2.0
"""HttpHook: requests to a connection's server, with the standard library."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import urllib.error
import urllib.request
from typing import Any, Callable
from urllib.parse import urlencode, urlsplit

from aiflow.environment.variable import BaseHook, Connection
from aiflow.exceptions import AirflowException
from aiflow.hooks.calling import call_with_context
from aiflow.triggers.http import DEFAULT_CONN_ID, conn_id_of

BODY_BYTES_MAX = 64 << 20
TIMEOUT_S = 60
_SHOWN_BYTES = 1000
#: members of a connection's extra that say how to ask; all others are headers
_OPTIONS = {"timeout", "verify", "cert", "allow_redirects", "max_redirects", "check_response",
            "proxies", "stream", "trust_env"}


class HttpResponse:
    """What checks and filters get: the part of requests.Response that they use."""

    def __init__(self, status_code: int, headers: Any, content: bytes, *, reason: str = "",
                 url: str = ""):
        self.status_code, self.headers, self.content = status_code, headers, content
        self.reason, self.url = reason, url
        self.ok = status_code < 400

    @property
    def text(self) -> str:
        charset = self.headers.get_content_charset() if hasattr(
            self.headers, "get_content_charset") else None
        try:
            return self.content.decode(charset or "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.content)

    def raise_for_status(self) -> None:
        """Raises AirflowException for a status of 400 and above."""
        if not self.ok:
            raise AirflowException(f"{self.status_code}:{self.reason}")


class HttpHook(BaseHook):
    """Asks the server of a connection.

    The connection: host (may be a whole URL), port, schema (http or https), login and password for
    basic authentication; members of its extra are headers, but for timeout, verify, cert,
    allow_redirects and check_response. A whole URL as endpoint needs no connection.
    """

    def __init__(self, method: str = "POST", http_conn_id: str = DEFAULT_CONN_ID,
                 auth_type: Any = None, **_tcp: Any):
        self.method, self.http_conn_id = method.upper(), http_conn_id
        self.auth_type = auth_type

    def run(self, endpoint: str | None = None, data: Any = None,
            headers: dict[str, Any] | None = None, extra_options: dict[str, Any] | None = None,
            **request_kwargs: Any) -> HttpResponse:
        """The answer. data: of GET and HEAD the query, else the body: a dict is sent as a form,
        json= as JSON. Raises AirflowException when no answer comes, and for a status of 400 and
        above unless extra_options has check_response: False."""
        connection = self._connection(endpoint or "")
        options = {**_options_of(connection), **(extra_options or {})}
        url = url_of(connection, endpoint or "")
        asked = self._request(url, data, {**_headers_of(connection), **(headers or {})},
                              request_kwargs)
        if authorization := self._authorization(connection):
            asked.add_header("Authorization", authorization)
        answer = _ask(asked, options)
        if options.get("check_response", True):
            if not answer.ok:
                print(f"the answer's status is {answer.status_code}: "
                      f"{answer.text[:_SHOWN_BYTES]}", flush=True)
            answer.raise_for_status()
        return answer

    def _connection(self, endpoint: str) -> Connection | None:
        conn_id = conn_id_of(endpoint, self.http_conn_id)
        return self.get_connection(conn_id) if conn_id else None

    def _authorization(self, connection: Connection | None) -> str | None:
        if connection is None or not (connection.login or connection.password):
            return None
        pair = f"{connection.login or ''}:{connection.password or ''}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def _request(self, url: str, data: Any, headers: dict, more: dict) -> urllib.request.Request:
        unknown = more.keys() - {"json", "params"}
        if unknown:
            raise AirflowException("a request takes json and params beside data, not "
                                   + ", ".join(sorted(unknown)))
        named = {str(name): str(value) for name, value in headers.items()}
        has_no_body = self.method in ("GET", "HEAD")
        for query in (more.get("params"), data if has_no_body else None):
            if query:
                text = query if isinstance(query, str) else urlencode(query, doseq=True)
                url += ("&" if "?" in url else "?") + text
        body = None if has_no_body else _body(data, more.get("json"), named)
        if urlsplit(url).scheme not in ("http", "https"):
            raise AirflowException("the URL is neither http nor https")
        return urllib.request.Request(url, body, named, method=self.method)


def _body(data: Any, as_json: Any, headers: dict[str, str]) -> bytes | None:
    def kind(value: str) -> None:
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = value

    if as_json is not None:
        kind("application/json")
        return json.dumps(as_json).encode()
    if data is None or isinstance(data, bytes):
        kind("application/octet-stream")
        return data
    if isinstance(data, str):
        kind("text/plain; charset=utf-8")
        return data.encode()
    kind("application/x-www-form-urlencoded")
    return urlencode(data, doseq=True).encode()


def url_of(connection: Connection | None, endpoint: str) -> str:
    """The whole URL. Raises AirflowException when the connection has no host."""
    if connection is None or "://" in endpoint:
        return endpoint
    base = connection.host or ""
    if not base:
        raise AirflowException(f"connection '{connection.conn_id}' has no host")
    if "://" not in base:
        scheme = "https" if "https" in (connection.conn_type, connection.schema) else "http"
        base = f"{scheme}://{base}"
    if connection.port and urlsplit(base).port is None:
        parts = urlsplit(base)
        base = f"{parts.scheme}://{parts.netloc}:{connection.port}{parts.path}"
    if connection.schema and connection.schema not in ("http", "https"):
        base = base.rstrip("/") + "/" + connection.schema
    return base if not endpoint else base.rstrip("/") + "/" + endpoint.lstrip("/")


def _options_of(connection: Connection | None) -> dict:
    extra = connection.extra_dejson if connection else {}
    return {name: value for name, value in extra.items() if name in _OPTIONS}


def _headers_of(connection: Connection | None) -> dict:
    extra = connection.extra_dejson if connection else {}
    return {name: value for name, value in extra.items() if name not in _OPTIONS}


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows, but tells another server no secrets: headers go along to the same one only."""

    def __init__(self, follow: bool):
        self._follow = follow

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if not self._follow:
            return None
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if made is not None and (old.scheme, old.netloc) != (new.scheme, new.netloc):
            kept = ("Accept", "User-agent")
            made.headers = {name: value for name, value in made.headers.items() if name in kept}
        return made


def _opener(options: dict) -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler(options.get("proxies")),
                    urllib.request.HTTPHandler(),
                    urllib.request.HTTPSHandler(context=_tls(options)),
                    urllib.request.HTTPDefaultErrorHandler(),
                    _Redirects(options.get("allow_redirects", True)),
                    urllib.request.HTTPErrorProcessor()):
        opener.add_handler(handler)
    return opener


def _tls(options: dict) -> ssl.SSLContext:
    verify = options.get("verify", True)
    context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert := options.get("cert"):
        context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
    return context


def _ask(asked: urllib.request.Request, options: dict) -> HttpResponse:
    try:
        with _opener(options).open(asked, timeout=float(options.get("timeout") or TIMEOUT_S)) as answer:
            return _read(answer, answer.status, answer.reason)
    except urllib.error.HTTPError as error:
        with error:
            if 300 < error.code < 400 and options.get("allow_redirects", True):
                raise AirflowException(f"the answer leads nowhere: {error}") from None
            return _read(error, error.code, str(error.reason))
    except (OSError, http.client.HTTPException) as error:
        raise AirflowException(f"the request failed: {getattr(error, 'reason', error)}") from None


def _read(answer: Any, status: int, reason: str) -> HttpResponse:
    content = answer.read(BODY_BYTES_MAX + 1)
    if len(content) > BODY_BYTES_MAX:
        raise AirflowException(f"the answer has more than {BODY_BYTES_MAX} bytes")
    return HttpResponse(status, answer.headers, content, reason=reason, url=answer.url)


def is_accepted(check: Callable[..., Any] | None, answer: HttpResponse, context: dict) -> bool:
    """What a response_check says; without one every answer is accepted."""
    return check is None or bool(call_with_context(check, context, answer))

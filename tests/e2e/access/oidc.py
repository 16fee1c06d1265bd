# SPDX-License-Identifier: Apache-2.0
"""OpenID providers beside a server, and the browser that goes from one to the other."""

from __future__ import annotations

import http.client
import http.cookies
import json
import os
import shutil
import socket
import subprocess
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from server import ROOT

HERE = ROOT / "tests/oidc"
INSTALLED = ROOT / "build/oidc"
SECRET = "canary-client-secret-4a1"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def install() -> None:
    """oidc-provider at the versions of tests/oidc/package-lock.json, once."""
    lock = (HERE / "package-lock.json").read_bytes()
    done = INSTALLED / "installed.json"
    if done.exists() and done.read_bytes() == lock:
        return
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, INSTALLED / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=INSTALLED, check=True)
    done.write_bytes(lock)


class Provider:
    """A provider's process; `issuer` once it listens."""

    def __init__(self, *words, **more):
        self.process = subprocess.Popen(["node", *words], stdout=subprocess.PIPE, text=True, **more)
        self.issuer = self.process.stdout.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:"), "the provider has not started"

    def tell(self, **what) -> None:
        self.ask("POST", "/tell", what)

    def told(self) -> dict:
        return self.ask("GET", "/told")

    def ask(self, method: str, path: str, body=None):
        url = urlsplit(self.issuer)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(20)


class Surfer:
    """Follows addresses as a browser does, with the cookies of each host and path."""

    def __init__(self):
        self.cookies: dict[tuple[str, str, str], str] = {}

    def get(self, url: str, method: str = "GET", body: str | None = None, headers: dict | None = None):
        """(status, headers, text) of one request."""
        parts = urlsplit(url)
        sent = [f"{name}={value}" for (host, path, name), value in self.cookies.items()
                if host == parts.netloc and parts.path.startswith(path)]
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            connection.request(method, (parts.path or "/") + ("?" + parts.query if parts.query else ""), body,
                               {"Cookie": "; ".join(sent), **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, made in http.cookies.SimpleCookie(line).items():
                key = (parts.netloc, made["path"] or "/", name)
                if made["max-age"] == "0":
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = made.value
        return answer.status, answer.headers, text

    def follow(self, url: str, until: str) -> str:
        """Goes on until an address that begins with `until` and is no redirect there any more."""
        for _ in range(10):
            status, headers, text = self.get(url)
            if status not in (302, 303):
                assert url.startswith(until), (url, status, text[:500])
                return url
            url = urljoin(url, headers["Location"])
        raise AssertionError(f"too many redirects, last to {url}")

    def session(self, server_url: str) -> dict | None:
        """Who is signed in at the server."""
        status, _, text = self.get(server_url + "/auth/me")
        return json.loads(text) if status == 200 else None


class Site:
    """A server with a provider, and what people do there."""

    def __init__(self, make_server, tmp_path, *extra: str):
        self._make, self._extra = make_server, extra
        self._secret = tmp_path / "client.secret"
        self._secret.write_text(SECRET + "\n")
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self, issuer: str) -> Site:
        self.server = self._make(port=str(self._port), extra=(
            "--public-url", self.url, "--oidc-issuer", issuer, "--oidc-client-id", "aiflow",
            "--oidc-secret-file", str(self._secret), "--oidc-name", "Site ID", "--oidc-role", "flow-admins=admin",
            "--oidc-role", "staff=user", *self._extra))
        self.server.start()
        return self

    def sign_in(self, surfer=None, next_page: str = "/") -> str:
        """-> the address at which the browser ends."""
        surfer = surfer or Surfer()
        return surfer.follow(f"{self.url}/auth/oidc/start?next={quote(next_page, safe='')}", self.url)

    def refused(self, surfer=None) -> str:
        """-> why, as the sign-in page is told; nobody is signed in."""
        surfer = surfer or Surfer()
        end = self.sign_in(surfer)
        assert surfer.session(self.url) is None, end
        query = parse_qs(urlsplit(end).query)
        assert query["request"][0]
        return query["sign_in"][0]

    def log(self) -> str:
        return (self.server.home / "logs/server.log").read_text()


def real_provider(url: str) -> Provider:
    """oidc-provider, which knows the server at `url` as its client."""
    install()
    return Provider(HERE / "provider.mjs", INSTALLED, url + "/auth/oidc/callback", url + "/",
                    env={**os.environ, "OIDC_TEST_SECRET": SECRET})

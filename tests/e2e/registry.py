# SPDX-License-Identifier: Apache-2.0
"""A registry of images on loopback, real enough for a Docker daemon, that misbehaves as its images'
names say: missing, busy (429), slow (a layer that never comes whole); all others are fine."""

import base64
import functools
import gzip
import hashlib
import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LOGIN = ("somebody", "canary-registry-31")


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


class _Image:
    """One layer with the files of `fill` and one of its own, so that no two images share it."""

    def __init__(self, fill, name):
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            fill(archive)
            own = tarfile.TarInfo("image-name")
            own.size = len(name)
            archive.addfile(own, io.BytesIO(name.encode()))
        layer = gzip.compress(tar.getvalue(), 1)
        config = json.dumps({
            "architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [_digest(tar.getvalue())]}}).encode()
        self.blobs = {_digest(one): one for one in (layer, config)}
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json",
                       "size": len(config), "digest": _digest(config)},
            "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                        "size": len(layer), "digest": _digest(layer)}]}).encode()


class Registry:
    """Serves an image under any name, to all or to LOGIN alone; `address` is its host and port."""

    def __init__(self, fill, is_private=False):
        self.image = functools.lru_cache(functools.partial(_Image, fill))
        self.is_private = is_private
        self.ends = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self.ends.set()
        self._server.shutdown()


def _handler_of(registry):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()
            if registry.is_private and self.headers.get("Authorization") != wanted:
                return self.answer(401, _error("UNAUTHORIZED", "unauthorized: who are you?"),
                                   {"WWW-Authenticate": 'Basic realm="registry"'})
            parts = self.path.strip("/").split("/")
            if len(parts) < 4:
                return self.answer(200, b"{}")
            _v2, name, kind, reference = parts
            if name == "busy":
                return self.answer(429, _error("TOOMANYREQUESTS", "toomanyrequests: slow down"))
            if name == "missing":
                return self.answer(404, _error("MANIFEST_UNKNOWN", "manifest unknown"))
            image = registry.image(name)
            if kind == "manifests":
                return self.answer(200, image.manifest, {
                    "Content-Type": MANIFEST, "Docker-Content-Digest": _digest(image.manifest)})
            self.answer(200, image.blobs[reference], slow=name == "slow")

        do_HEAD = do_GET

        def answer(self, status, body, headers=(), slow=False):
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **dict(headers)}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            if slow and len(body) > 10_000:
                self.wfile.write(body[:1000])
                self.wfile.flush()
                registry.ends.wait(60)
                return
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    return Handler


def _error(code, message):
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()

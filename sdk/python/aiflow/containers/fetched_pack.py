# SPDX-License-Identifier: Apache-2.0
"""A runtime pack in a pod, which has no worker that keeps packs: fetched from the server for one task."""

from __future__ import annotations

import hashlib
import json
import os

from aiflow import api
from aiflow.exceptions import AirflowException

MANIFEST_BYTES_MAX = 4 << 20
TOTAL_BYTES_MAX = 4 << 30


def fetch(pack: str, folder: str) -> str:
    """Makes `folder`, which must not exist, hold the files of a pack, by name or digest; -> its
    digest. Raises AirflowException when the server has none, or its bytes are not the pack's."""
    text = _manifest(pack)
    digest = "sha256:" + hashlib.sha256(text).hexdigest()
    if pack.startswith("sha256:") and digest != pack:
        raise AirflowException(f"the server gives another pack than {pack}")
    files = json.loads(text)["files"]
    if sum(one["size_bytes"] for one in files) > TOTAL_BYTES_MAX:
        raise AirflowException(f"pack '{pack}' has more than {TOTAL_BYTES_MAX} bytes")
    os.mkdir(folder)
    with open(os.path.join(folder, "pack.json"), "wb") as out:
        out.write(text)
    for one in files:
        path = os.path.normpath(os.path.join(folder, one["path"]))
        if not path.startswith(folder + os.sep):
            raise AirflowException(f"pack '{pack}': {one['path']!r} leads out of it")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _fetch_file(digest, one, path)
        os.chmod(path, 0o555)  # as a worker has them: all may be run, none written
    return digest


def _manifest(pack: str) -> bytes:
    text = b""
    while piece := _piece(pack, "pack.json", len(text)):
        text += piece
        if len(text) > MANIFEST_BYTES_MAX:
            raise AirflowException(f"pack '{pack}': its pack.json is too long")
    return text


def _fetch_file(digest: str, wanted: dict, path: str) -> None:
    hashed, size = hashlib.sha256(), 0
    with open(path, "wb") as out:
        while size < wanted["size_bytes"] and (piece := _piece(digest, wanted["path"], size)):
            out.write(piece)
            hashed.update(piece)
            size += len(piece)
    if size != wanted["size_bytes"] or hashed.hexdigest() != wanted["sha256"]:
        raise AirflowException(f"pack {digest}: {wanted['path']!r} is not what its pack.json says")


def _piece(pack: str, path: str, offset: int) -> bytes:
    return api.read(api.path_of("packs", pack, "file"), {"path": path, "offset": offset})

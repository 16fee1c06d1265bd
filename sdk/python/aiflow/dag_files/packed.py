# SPDX-License-Identifier: Apache-2.0
"""The files of a DAG folder as one, as a pod gets them: a bundle (src/uplink/bundle.h), by zlib."""

from __future__ import annotations

import hashlib
import json
import os
import zlib

from aiflow.exceptions import AirflowException

_LENGTH_BYTES = 8


def unpack(packed: str, folder: str) -> None:
    """Makes `folder`, which must not exist, hold the files. Raises AirflowException when `packed` is
    damaged, or a path in it leads out of the folder."""
    with open(packed, "rb") as file:
        try:
            bundle = zlib.decompress(file.read())
        except zlib.error as error:
            raise AirflowException(f"the DAG's files are damaged: {error}") from None
    end = len(bundle) - _LENGTH_BYTES
    begin = end - int.from_bytes(bundle[end:], "big")
    os.mkdir(folder)
    offset = 0
    for entry in json.loads(bundle[begin:end])["entries"]:
        data = bundle[offset:offset + entry.get("size", 0)]
        offset += len(data)
        path = os.path.normpath(os.path.join(folder, entry["path"]))
        if not path.startswith(folder + os.sep) or hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise AirflowException(f"the DAG's files are damaged: {entry['path']}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        if entry.get("executable"):
            os.chmod(path, 0o755)

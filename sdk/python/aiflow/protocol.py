# SPDX-License-Identifier: Apache-2.0
"""Frames between a task's process and its supervisor, and between zygote and worker (api/worker.yaml).

A frame is a 4-byte big-endian length and one JSON object with a "type" member; at most 8 MiB.
"""

from __future__ import annotations

import array
import json
import socket
import struct

FRAME_BYTES_MAX = 8 << 20


class ConnectionLost(Exception):
    """The other side closed the socket."""


def _recv_exact(sock: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = sock.recv(count - len(parts))
        if not part:
            raise ConnectionLost()
        parts += part
    return bytes(parts)


def parse(body: bytes) -> dict:
    """A frame without its length. Raises ValueError."""
    frame = json.loads(body)
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise ValueError("a frame must be a JSON object with a type")
    return frame


def send(sock: socket.socket, kind: str, **fields) -> None:
    """Sends one frame; fields that are None are left out."""
    body = {"type": kind}
    body.update((k, v) for k, v in fields.items() if v is not None)
    data = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(data) > FRAME_BYTES_MAX:
        raise ValueError(f"{kind}: {len(data)} bytes are over the frame limit of {FRAME_BYTES_MAX}")
    sock.sendall(struct.pack(">I", len(data)) + data)


def recv(sock: socket.socket) -> dict:
    """Waits for one frame. Raises ConnectionLost at end of stream, ValueError on bad bytes."""
    (length,) = struct.unpack(">I", _recv_exact(sock, 4))
    if length > FRAME_BYTES_MAX:
        raise ValueError(f"frame of {length} bytes is over the limit of {FRAME_BYTES_MAX}")
    return parse(_recv_exact(sock, length))


def recv_with_fds(sock: socket.socket, fds_max: int) -> tuple[dict, list[int]]:
    """As recv, plus the file descriptors that ride on the frame's first bytes (SCM_RIGHTS)."""
    fds = array.array("i")
    head = b""
    while len(head) < 4:
        data, ancillary, _flags, _addr = sock.recvmsg(
            4 - len(head), socket.CMSG_SPACE(fds_max * fds.itemsize))
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
        if not data:
            raise ConnectionLost()
        head += data
    (length,) = struct.unpack(">I", head)
    if length > FRAME_BYTES_MAX:
        raise ValueError(f"frame of {length} bytes is over the limit of {FRAME_BYTES_MAX}")
    return parse(_recv_exact(sock, length)), list(fds)

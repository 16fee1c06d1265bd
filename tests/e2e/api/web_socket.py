# SPDX-License-Identifier: Apache-2.0
"""Web sockets byte by byte (RFC 6455), for tests of what programs do with bad ones."""

import base64
import hashlib
import os
import socket
import struct

TEXT, CLOSE = 1, 8
TOO_LARGE = 1009


def head(opcode: int, length: int, masked: bool) -> bytes:
    """The begin of a whole message of so many bytes; nothing says that they follow."""
    bit = 0x80 if masked else 0
    if length < 126:
        out = bytes([0x80 | opcode, bit | length])
    elif length < 1 << 16:
        out = bytes([0x80 | opcode, bit | 126]) + struct.pack("!H", length)
    else:
        out = bytes([0x80 | opcode, bit | 127]) + struct.pack("!Q", length)
    return out + (b"\0\0\0\0" if masked else b"")


def message(opcode: int, data: bytes, masked: bool) -> bytes:
    return head(opcode, len(data), masked) + data  # the mask is zero


def read_exactly(peer: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = peer.recv(count - len(data))
        if not piece:
            raise EOFError("the other end has closed")
        data += piece
    return data


def read_message(peer: socket.socket) -> tuple[int, bytes]:
    """-> opcode and data of the next frame, unmasked."""
    first, second = read_exactly(peer, 2)
    length = second & 0x7F
    if length == 126:
        length = struct.unpack("!H", read_exactly(peer, 2))[0]
    elif length == 127:
        length = struct.unpack("!Q", read_exactly(peer, 8))[0]
    mask = read_exactly(peer, 4) if second & 0x80 else bytes(4)
    data = read_exactly(peer, length)
    return first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


def close_code(peer: socket.socket) -> int:
    """What the other end closes with; what it says before is passed over."""
    while True:
        opcode, data = read_message(peer)
        if opcode == CLOSE:
            return struct.unpack("!H", data[:2])[0]


def read_head(peer: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += read_exactly(peer, 1)
    return data


def open_web_socket(port: int, path: str, token: str) -> socket.socket:
    """At a server; the socket after its answer, which must let us in."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=30)
    key = base64.b64encode(os.urandom(16)).decode()
    peer.sendall((f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                  f"Authorization: Bearer {token}\r\n\r\n").encode())
    answer = read_head(peer)
    assert answer.startswith(b"HTTP/1.1 101"), answer
    return peer


def accept_web_socket(peer: socket.socket, request: bytes) -> None:
    """As a server, after a client's request."""
    line = next(one for one in request.split(b"\r\n") if one.lower().startswith(b"sec-websocket-key:"))
    key = line.split(b":", 1)[1].strip()
    mark = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + mark + b"\r\n\r\n")

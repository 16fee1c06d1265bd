# SPDX-License-Identifier: Apache-2.0
"""Writes a tiny ONNX model as protobuf bytes, without the onnx package."""

import struct

FLOAT = 1  # onnx.TensorProto.DataType


def varint(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value) -> bytes:
    """A varint for an int, else a length-delimited field."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def node(op: str, inputs: list[str], output: str) -> bytes:
    return b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, op)


def constant(name: str, values: list[float]) -> bytes:
    data = struct.pack(f"<{len(values)}f", *values)
    return field(1, len(values)) + field(2, FLOAT) + field(8, name) + field(9, data)


def value_info(name: str, dims: list[int | str]) -> bytes:
    shape = b"".join(field(1, field(2 if isinstance(d, str) else 1, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, shape)))


def affine_model() -> bytes:
    """y [n,3] = x [n,3] * 2 + [1, 2, 3]"""
    graph = (field(1, node("Mul", ["x", "two"], "doubled")) + field(1, node("Add", ["doubled", "bias"], "y"))
             + field(2, "affine") + field(5, constant("two", [2])) + field(5, constant("bias", [1, 2, 3]))
             + field(11, value_info("x", ["n", 3])) + field(12, value_info("y", ["n", 3])))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))

# SPDX-License-Identifier: Apache-2.0
"""Writes tiny ONNX models as protobuf bytes, without the onnx package."""

import struct

FLOAT = 1  # onnx.TensorProto.DataType
INTS = 7  # onnx.AttributeProto.AttributeType


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


def ints(name: str, *values: int) -> bytes:
    """To be added to a node: an attribute."""
    return field(5, field(1, name) + b"".join(field(8, value) for value in values) + field(20, INTS))


def constant(name: str, values: list[float], *dims: int) -> bytes:
    """A vector when no dims are given."""
    shape = b"".join(field(1, d) for d in dims or (len(values),))
    return shape + field(2, FLOAT) + field(8, name) + field(9, struct.pack(f"<{len(values)}f", *values))


def value_info(name: str, dims: list[int | str]) -> bytes:
    shape = b"".join(field(1, field(2 if isinstance(d, str) else 1, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, shape)))


def model(graph: bytes) -> bytes:
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


def model_of_one_node(op: str) -> bytes:
    """x -> `op` -> y over float32[1,4]."""
    return model(field(1, node(op, ["x"], "y")) + field(2, "tiny") + field(11, value_info("x", [1, 4]))
                 + field(12, value_info("y", [1, 4])))


def affine_model() -> bytes:
    """y [n,3] = x [n,3] * 2 + [1, 2, 3]"""
    graph = (field(1, node("Mul", ["x", "two"], "doubled")) + field(1, node("Add", ["doubled", "bias"], "y"))
             + field(2, "affine") + field(5, constant("two", [2])) + field(5, constant("bias", [1, 2, 3]))
             + field(11, value_info("x", ["n", 3])) + field(12, value_info("y", ["n", 3])))
    return model(graph)


SIDE, CELL = 64, 8
GRID = SIDE // CELL
#: The decoder of bright_block_detector().
BRIGHT_BLOCK_DECODER = {
    "kind": "fastestdet", "output": "y", "labels": ["Block"], "score_min": 0.8, "nms_iou": 0.1,
    "input": {"name": "x", "width": SIDE, "height": SIDE, "layout": "nchw", "color": "rgb",
              "mean": [0, 0, 0], "scale": 1 / 255, "resize": "stretch"}}


def bright_block_detector() -> bytes:
    """One convolution that finds what is bright: the mean of each cell is its objectness, and the box
    is always a quarter of the picture around the cell's middle."""
    inside = 3 * CELL * CELL
    weights = [1 / inside] * inside + [0.0] * (5 * inside)
    # objectness, x, y (atanh of a half cell), w, h (a quarter through the sigmoid), the one class
    biases = [0.0, 0.5493, 0.5493, -1.0986, -1.0986, 1.0]
    convolution = (node("Conv", ["x", "w", "b"], "y") + ints("kernel_shape", CELL, CELL)
                   + ints("strides", CELL, CELL))
    return model(field(1, convolution) + field(2, "bright")
                 + field(5, constant("w", weights, 6, 3, CELL, CELL)) + field(5, constant("b", biases))
                 + field(11, value_info("x", [1, 3, SIDE, SIDE]))
                 + field(12, value_info("y", [1, 6, GRID, GRID])))

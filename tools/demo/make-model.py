#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes a safetensors file with 256 MiB of float32 weights, always the same.

usage: make-model.py FILE

The format: the length of a header in eight bytes, little-endian; the header, JSON
that names tensors and where they are; the tensors.
"""

import json
import struct
import sys

import numpy

TENSORS = 16
ROWS, COLUMNS = 2048, 2048
TENSOR_BYTES = ROWS * COLUMNS * 4


def header() -> bytes:
    names = {f"layers.{i}.weight": {"dtype": "F32", "shape": [ROWS, COLUMNS],
                                    "data_offsets": [i * TENSOR_BYTES, (i + 1) * TENSOR_BYTES]}
             for i in range(TENSORS)}
    text = json.dumps(names).encode()
    return text + b" " * (-len(text) % 8)


def main(path: str) -> None:
    generator = numpy.random.Generator(numpy.random.PCG64(1))
    with open(path, "wb") as file:
        text = header()
        file.write(struct.pack("<Q", len(text)) + text)
        for _ in range(TENSORS):
            generator.standard_normal((ROWS, COLUMNS), numpy.float32).tofile(file)


if __name__ == "__main__":
    main(sys.argv[1])

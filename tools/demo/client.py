#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A program that computes with weights and knows nothing of Vigil.

usage: client.py numpy|torch FILE STATUS

Opens a safetensors file as its framework does and goes over all tensors again and
again until SIGTERM. After each round it writes a line of JSON to STATUS: rounds,
rounds whose result was not that of the first, and page faults of the first.
"""

import json
import os
import resource
import signal
import struct
import sys


def read_header(path: str) -> tuple[dict, int]:
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        return json.loads(file.read(length)), 8 + length


def open_numpy(path: str) -> list:
    """One read-only map of the whole file, and arrays that look into it."""
    import numpy

    names, start = read_header(path)
    data = numpy.memmap(path, numpy.uint8, "r")
    return [data[start + at["data_offsets"][0]:start + at["data_offsets"][1]]
            .view(numpy.float32).reshape(at["shape"]) for at in names.values()]


def open_torch(path: str) -> list:
    """A private read-write map of the whole file, as safetensors makes for torch."""
    import torch

    names, start = read_header(path)
    storage = torch.UntypedStorage.from_file(path, shared=False,
                                             nbytes=os.path.getsize(path))
    bytes_ = torch.tensor([], dtype=torch.uint8).set_(storage)
    # Views must be aligned to their type; the header is padded so that they are.
    return [bytes_[start + at["data_offsets"][0]:start + at["data_offsets"][1]]
            .view(torch.float32).reshape(at["shape"]) for at in names.values()]


def faults() -> int:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_minflt + usage.ru_majflt


def write_status(path: str, status: dict) -> None:
    with open(path + ".new", "w", encoding="ascii") as file:
        json.dump(status, file)
    os.replace(path + ".new", path)


def main(framework: str, path: str, status_path: str) -> None:
    stopped = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    tensors = (open_torch if framework == "torch" else open_numpy)(path)
    before = faults()
    first = [float(tensor.sum()) for tensor in tensors]
    status = {"rounds": 1, "different": 0, "faults": faults() - before,
              "bytes": os.path.getsize(path)}
    write_status(status_path, status)
    while not stopped:
        results = [float(tensor.sum()) for tensor in tensors]
        status["rounds"] += 1
        status["different"] += results != first
        write_status(status_path, status)


if __name__ == "__main__":
    main(*sys.argv[1:])

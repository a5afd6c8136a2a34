# SPDX-License-Identifier: GPL-2.0
"""Maps a file as frameworks do, compares it with its source, and changes a byte.

usage: python3 framework.py FILE SOURCE HOW...

HOW is numpy-r, numpy-c, torch-private or torch-shared. Each prints a line: how, and
"huge" percent of the mapping, "equal" to the source, "written" to its first byte; or
the reason why it could not be done.
"""

import os
import re
import sys


def map_numpy(path: str, mode: str):
    import numpy

    return numpy.memmap(path, numpy.uint8, mode), numpy.array_equal


def map_torch(path: str, shared: bool):
    import torch

    return torch.from_file(path, shared=shared, size=os.path.getsize(path),
                           dtype=torch.uint8), torch.equal


MAPS = {
    "numpy-r": lambda path: map_numpy(path, "r"),
    "numpy-c": lambda path: map_numpy(path, "c"),
    "torch-private": lambda path: map_torch(path, False),
    "torch-shared": lambda path: map_torch(path, True),
}


def huge_percent(path: str) -> int:
    with open("/proc/self/smaps", encoding="ascii", errors="replace") as smaps:
        text = smaps.read()
    mapping = re.search(rf"^[0-9a-f]+-.* {re.escape(path)}\n(?:[A-Z]\w+:.*\n)+", text, re.M)[0]
    rss, huge = (int(re.search(rf"^{field}: *(\d+)", mapping, re.M)[1])
                 for field in ("Rss", "FilePmdMapped"))
    return 100 * huge // rss


def write(data) -> str:
    """Change the first byte, if the mapping may be written."""
    try:
        before = int(data[0])
        data[0] = before ^ 1
        return "written" if int(data[0]) == before ^ 1 else "lost"
    except ValueError as error:
        return str(error)


def use(how: str, path: str, source: str) -> str:
    try:
        data, equal = MAPS[how](path)
    except (OSError, RuntimeError) as error:
        return str(error).splitlines()[0]
    same = "equal" if equal(data, MAPS[how](source)[0]) else "different"
    return f"huge {huge_percent(path)} {same} {write(data)}"


def main(path: str, source: str, *hows: str) -> None:
    for how in hows:
        print(how, use(how, path, source), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

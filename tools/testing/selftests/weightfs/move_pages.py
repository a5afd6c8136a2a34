#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Maps a file alone and moves its huge pages to another node, as anybody may.

usage: move_pages.py FILE NODE      prints how many are there then

Python has no move_pages(2), so this goes through the C library's syscall().
"""

import ctypes
import mmap
import os
import sys

SYS_MOVE_PAGES = {"x86_64": 279, "aarch64": 239}[os.uname().machine]
MPOL_MF_MOVE = 2
HUGE_BYTES = 2 << 20

libc = ctypes.CDLL(None, use_errno=True)


def move(addresses: list[int], node: int) -> int:
    count = len(addresses)
    status = (ctypes.c_int * count)()
    if libc.syscall(SYS_MOVE_PAGES, 0, ctypes.c_ulong(count),
                    (ctypes.c_void_p * count)(*addresses),
                    (ctypes.c_int * count)(*[node] * count), status, MPOL_MF_MOVE) < 0:
        sys.exit(f"move_pages: {os.strerror(ctypes.get_errno())}")
    return list(status).count(node)


def main() -> None:
    with open(sys.argv[1], "rb") as file:
        view = mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(view))
    offsets = range(0, len(view), HUGE_BYTES)
    _ = [view[offset] for offset in offsets]
    print(move([start + offset for offset in offsets], int(sys.argv[2])))


if __name__ == "__main__":
    main()

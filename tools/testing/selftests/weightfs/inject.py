# SPDX-License-Identifier: GPL-2.0
"""Injects uncorrected errors on page frames that hold a file.

usage: python3 inject.py FILE COUNT

Each error hits another page, and neighbours in time hit different huge pages.
The next one follows when the kernel has dealt with the frame of the last. Only
meanwhile the file is mapped, so that others can have it evicted.
"""

import mmap
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import pagemap  # noqa: E402  (beside the other selftests)

HUGE_PAGES_STEP = 7
DEADLINE_S = 30


def pages_to_hit(size: int, count: int):
    """Spread over the file: another huge page each time, another place in it."""
    pages = size // mmap.PAGESIZE
    huge = max(pages // 512, 1)
    for i in range(count):
        page = (i * HUGE_PAGES_STEP % huge) * 512 + i * 37 % 512
        yield page % pages


def hit(view: mmap.mmap, page: int, path: str) -> None:
    _ = view[page * mmap.PAGESIZE]
    paddr = pagemap.paddr_of(os.getpid(), address_of(path) + page * mmap.PAGESIZE)
    subprocess.run(["vm-hw", "mce-ue", hex(paddr)], check=True)
    deadline = time.monotonic() + DEADLINE_S
    while "hwpoison" not in pagemap.flags_of(paddr):
        if time.monotonic() > deadline:
            sys.exit(f"page {page} was never poisoned")
        time.sleep(0.01)


def address_of(path: str) -> int:
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        return next(int(line.split("-")[0], 16) for line in maps if line.split()[-1] == path)


def main(path: str, count: str) -> None:
    for page in pages_to_hit(os.path.getsize(path), int(count)):
        with open(path, "rb") as file, \
                mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ) as view:
            hit(view, page, path)


if __name__ == "__main__":
    main(*sys.argv[1:])

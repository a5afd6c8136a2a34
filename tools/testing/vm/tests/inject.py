#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Inside the guest, for runner.sh: vm-hw's errors reach the kernel and the right page.

Exits 0 when as many corrected errors were recorded as injected, and a clean page
of a file that took an uncorrected one was dropped and read again.
"""

import ctypes
import mmap
import os
import subprocess
import sys
import time
from typing import Callable

TESTING = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TESTING, "selftests"))
from pagemap import flags_of, paddr_of  # noqa: E402  (the path had to be set first)

TRACING = "/sys/kernel/tracing"
CORRECTED = 25
DEADLINE_S = 20


def wait_for(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"inject.py: not within {DEADLINE_S} s: {what}")
        time.sleep(0.05)


def vm_hw(*arguments: str) -> None:
    subprocess.run(["vm-hw", *arguments], check=True)


def recorded(paddr: int) -> int:
    with open(f"{TRACING}/trace", encoding="utf-8") as file:
        return sum("mce_record:" in line and f"{paddr:016x}" in line for line in file)


def check_corrected(paddr: int) -> None:
    with open(f"{TRACING}/events/mce/mce_record/enable", "w", encoding="utf-8") as file:
        file.write("1")
    vm_hw("mce-ce", f"{paddr:#x}", "--count", str(CORRECTED))
    wait_for(f"{CORRECTED} mce_record events", lambda: recorded(paddr) >= CORRECTED)
    if recorded(paddr) != CORRECTED:
        sys.exit(f"inject.py: {recorded(paddr)} events for {CORRECTED} errors")


def check_uncorrected(area: mmap.mmap, vaddr: int, paddr: int) -> None:
    expected = area[:64]
    vm_hw("mce-ue", f"{paddr:#x}")
    wait_for("page marked", lambda: "hwpoison" in flags_of(paddr))
    if area[:64] != expected:
        sys.exit("inject.py: the file reads differently after healing")
    if paddr_of(os.getpid(), vaddr) == paddr:
        sys.exit("inject.py: the poisoned page is still mapped")


def main() -> None:
    # Copy-on-write makes the mapping writable, which is how ctypes learns its address.
    with open("/bin/busybox", "rb") as file:
        area = mmap.mmap(file.fileno(), mmap.PAGESIZE, access=mmap.ACCESS_COPY)
    vaddr = ctypes.addressof(ctypes.c_char.from_buffer(area))
    print(f"first bytes: {area[:4]!r}")
    paddr = paddr_of(os.getpid(), vaddr)
    check_corrected(paddr)
    check_uncorrected(area, vaddr, paddr)


main()

#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Where a process's memory is, and what the kernel says of a physical page.

usage: pagemap.py paddr PID VADDR   print the physical address
       pagemap.py flags PADDR       print the names of the page's /proc/kpageflags

Numbers are decimal, or hexadecimal with 0x.  Needs root.  Python selftests
import it instead.
"""

import os
import sys

PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
PRESENT = 1 << 63
PFN_MASK = (1 << 55) - 1
# Bit numbers of include/uapi/linux/kernel-page-flags.h.
FLAG_NAMES = (
    "locked", "error", "referenced", "uptodate", "dirty", "lru", "active", "slab", "writeback",
    "reclaim", "buddy", "mmap", "anon", "swapcache", "swapbacked", "compound_head",
    "compound_tail", "huge", "unevictable", "hwpoison", "nopage", "ksm", "thp", "offline",
    "zero_page", "idle", "pgtable",
)


def _read_entry(path: str, index: int) -> int:
    with open(path, "rb", buffering=0) as file:
        entry = os.pread(file.fileno(), 8, index * 8)
    if len(entry) != 8:
        raise ValueError(f"{path} has no entry {index:#x}")
    return int.from_bytes(entry, sys.byteorder)


def paddr_of(pid: int, vaddr: int) -> int:
    """Physical address behind a virtual one; ValueError when no page is there."""
    entry = _read_entry(f"/proc/{pid}/pagemap", vaddr // PAGE_SIZE)
    if not entry & PRESENT:
        raise ValueError(f"{vaddr:#x} of process {pid} is not in memory")
    if not entry & PFN_MASK:
        raise ValueError("the kernel hides physical addresses from this user")
    return (entry & PFN_MASK) * PAGE_SIZE + vaddr % PAGE_SIZE


def flags_of(paddr: int) -> list[str]:
    """Names of the flags that /proc/kpageflags has for a physical address."""
    flags = _read_entry("/proc/kpageflags", paddr // PAGE_SIZE)
    return [name for bit, name in enumerate(FLAG_NAMES) if flags >> bit & 1]


def main(arguments: list[str]) -> int:
    try:
        verb, numbers = arguments[0], [int(word, 0) for word in arguments[1:]]
        if verb == "paddr":
            print(f"{paddr_of(*numbers):#x}")
        elif verb == "flags":
            print(*flags_of(*numbers))
        else:
            raise IndexError
    except (IndexError, TypeError):
        print(__doc__, file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"pagemap.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

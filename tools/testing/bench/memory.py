# SPDX-License-Identifier: GPL-2.0
"""Memory: huge pages that can be had when it is fragmented, and what it costs to
keep weights in them."""

import contextlib
import os
import re
import subprocess
import sys
import time

from guestlib import (GIB, POOL, TOP, Weights, client, load_modules, number, read, record, say,
                      settled_free_bytes, wait_for, write)

FRAGMENT = f"{TOP}/build/selftests/hugepool-fragment"
# Shares of the memory that is available: three tenths in pages that nobody can move,
# which are thinned to one in so many, and half of three quarters in pages that can be.
UNMOVABLE, KEEP_ONE_IN, MOVABLE = 0.3, 700, 0.75
MIB = 1 << 20
# More than there can be, so that nothing but the state of memory limits it.
WANTED_PAGES = 700
LATER_S = 120
ROUNDS = 3


def metadata() -> None:
    """Memory that goes with a loaded file, beside its huge pages, which are in the
    pool before."""
    values = []
    for _ in range(1 + ROUNDS):  # what the kernel makes once is made in the first
        weights = Weights()
        before = settled_free_bytes()
        weights.preload()
        used = before - settled_free_bytes()
        values.append(round(used * GIB / os.path.getsize(weights.path)))
        weights.close()
    record("metadata_bytes_per_gib", "bytes/GiB", "weightfs", values[1:])


def buddyinfo() -> str:
    return "; ".join(line.split("zone")[1] for line in read("/proc/buddyinfo").splitlines())


def available_bytes() -> int:
    return int(re.search(r"MemAvailable: *(\d+) kB", read("/proc/meminfo"))[1]) * 1024


def hear(holder: subprocess.Popen) -> None:
    if holder.stdout.readline() != "ready\n":
        sys.exit("bench: what fragments memory has ended")


@contextlib.contextmanager
def fragmented():
    """Fragmented memory, in the same state for whoever wants pages of it."""
    load_modules()
    say(f"before:     {buddyinfo()}")
    write("/proc/sys/vm/drop_caches", 3)
    available_mib = available_bytes() / MIB
    holder = subprocess.Popen(
        [FRAGMENT, *(str(round(size)) for size in (
            available_mib * UNMOVABLE, KEEP_ONE_IN, available_mib * MOVABLE))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    hear(holder)
    say(f"fragmented: {buddyinfo()}")
    yield holder
    say(f"after:      {buddyinfo()}")
    holder.communicate()


def thin(holder: subprocess.Popen) -> None:
    """Half of what is in the way goes."""
    holder.stdin.write("\n")
    holder.stdin.flush()
    hear(holder)


def record_pages(subject: str, pages: int, name: str = "prealloc_pages") -> None:
    record(name, "huge pages", subject, [pages])


def prealloc_nr_hugepages() -> None:
    with fragmented() as holder:
        write("/proc/sys/vm/nr_hugepages", WANTED_PAGES)
        record_pages("nr_hugepages", number("/proc/sys/vm/nr_hugepages"))
        thin(holder)
        time.sleep(LATER_S)
        record_pages("nr_hugepages", number("/proc/sys/vm/nr_hugepages"), "prealloc_pages_thinned")


def prealloc_thp() -> None:
    with fragmented():
        write("/sys/kernel/mm/transparent_hugepage/defrag", "always")
        record_pages("THP", client("thp", str(WANTED_PAGES))["pages"])


def prealloc_pool() -> None:
    """What the pool has when its fill first gets nothing, what it has later, and later
    still when some memory has been let go; nr_hugepages does not try again."""
    with fragmented() as holder:
        write(f"{POOL}/policy/target_pages", WANTED_PAGES)
        wait_for("the fill to get stuck",
                 lambda: number(f"{POOL}/counters/fill_failures") >= 1)
        record_pages("weightfs", number(f"{POOL}/counters/free_pages"))
        time.sleep(LATER_S)
        record_pages("weightfs", number(f"{POOL}/counters/free_pages"), "prealloc_pages_later")
        thin(holder)
        time.sleep(LATER_S)
        record_pages("weightfs", number(f"{POOL}/counters/free_pages"), "prealloc_pages_thinned")

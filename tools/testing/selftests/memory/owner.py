#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --one-thread
"""The owner of a page frame is asked to vacate it first: the reserve of huge
pages gives the page up and gets another."""

import atexit
import os
import re

import memlib
from memlib import corelib, counter

POOL = os.path.join(corelib.MODULES, "hugepool/vigil_hugepool.ko")
TRACING = "/sys/kernel/tracing"
TARGET = 3


def pool(file):
    return int(corelib.read(f"{corelib.SYSFS}/hugepool-0/{file}"))


def is_filled():
    return pool("counters/free_pages") == TARGET


def frame_inside(number):
    """A frame in the middle of one of the pages that the reserve got."""
    pfns = re.findall(r"vigil_hugepool_fill: .*pfn=(\S+)",
                      corelib.read(f"{TRACING}/trace"))
    return int(pfns[number], 16) * memlib.PAGE + 37 * memlib.PAGE


def by_command():
    """Isolating a frame of an idle huge page takes the page from the reserve."""
    paddr = frame_inside(0)
    memlib.isolate(paddr)
    assert counter("pages_offlined") == 1
    assert pool("counters/pages_evacuated") == 1
    memlib.expect(is_filled)
    memlib.release(paddr)
    assert counter("pages_released") == 1


def by_errors():
    """So do corrected errors of one; the frame is poisoned, the page is not."""
    paddr = frame_inside(1)
    memlib.corrected(paddr, 2)
    memlib.expect_count("pages_offlined", 2)
    assert memlib.poisoned(paddr)
    assert not memlib.poisoned(paddr + memlib.PAGE)
    memlib.expect(lambda: pool("counters/pages_evacuated") == 2)
    memlib.expect(is_filled)
    assert pool("counters/quarantined_pages") == 0


def prepare():
    memlib.load()
    memlib.need_hardware()
    memlib.need_no_cec()
    if not os.path.exists(POOL):
        corelib.skip_all("no vigil_hugepool.ko")
    if not os.path.isdir(f"{TRACING}/events"):
        corelib.run("mount", "-t", "tracefs", "none", TRACING)
    corelib.unload("vigil_hugepool")
    corelib.run("insmod", POOL)
    atexit.register(corelib.unload, "vigil_hugepool")
    corelib.write(f"{TRACING}/trace", "\n")
    corelib.write(f"{TRACING}/events/vigil_hugepool/enable", "1")
    corelib.write(f"{corelib.SYSFS}/hugepool-0/policy/target_pages",
                  str(TARGET))
    memlib.expect(is_filled)


corelib.main([by_command, by_errors], prepare)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --one-thread
"""Load and unload at any time, also while errors pour in."""

import shutil
import time

import memlib
from memlib import corelib

TIMES = corelib.rounds(20)
STORM = 30 * corelib.SOAK

# The storm needs a processor, too.
PAUSE_S = 0.2


def again_and_again():
    """Loading and unloading again and again."""
    for _ in range(TIMES):
        memlib.reload()
    assert memlib.fact("health") == "healthy"


def parameters():
    """Odd parameters are brought within their limits."""
    for asked, got in ((0, 256), (1000, 1024), (4096, 4096),
                       (2**32 - 1, 1 << 20)):
        corelib.unload("vigil_memory")
        memlib.insert(tracked_pages=asked)
        path = "/sys/module/vigil_memory/parameters/tracked_pages"
        assert int(corelib.read(path)) == got
    memlib.reload()


def in_a_storm():
    """Loading and unloading in a storm of errors, which move a page."""
    if not shutil.which("vm-hw"):
        print("# needs vm-hw, the virtual machine's hardware")
        return
    pages = memlib.Pages(4)
    paddr = pages.paddr(1)
    storm = memlib.storm(paddr, STORM)
    times = 0
    while storm.poll() is None:
        memlib.reload()
        times += 1
        time.sleep(PAUSE_S)
    assert storm.returncode == 0
    assert times > 1, "the storm was over at once"
    assert pages.intact(1)
    memlib.reload()
    memlib.corrected(pages.paddr(2), 2)
    memlib.expect_count("corrected_errors", 2)


def prepare():
    memlib.load()


corelib.main([again_and_again, parameters, in_a_storm], prepare)

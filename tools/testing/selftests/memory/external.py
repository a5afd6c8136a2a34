#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Where RAS_CEC takes failing frames, Vigil shows it and keeps its hands off."""

import memlib
from memlib import corelib, counter, fact

PAGES = None


def cec_takes_a_frame():
    """RAS_CEC moves the page, Vigil counts the frame as external."""
    paddr = PAGES.paddr(1)
    memlib.corrected(paddr, 3)
    memlib.expect_count("pages_external", 1)
    memlib.expect_count("corrected_errors", 3)
    assert memlib.poisoned(paddr)
    assert PAGES.moved(1, paddr)
    assert counter("errors_collected_external") >= 1
    assert counter("pages_offlined") == 0


def facts_name_the_owner():
    """Isolation is partial, the owner external, health degraded."""
    memlib.expect_fact("owner", "external")
    assert fact("isolation") == "partial"
    assert fact("health") == "degraded"


def not_released():
    """What RAS_CEC took is not released."""
    paddr = PAGES.paddr(2)
    memlib.corrected(paddr, 3)
    memlib.expect_count("pages_external", 2)
    memlib.refused("EPERM", memlib.release, paddr)
    memlib.refused("EBUSY", memlib.isolate, paddr)
    assert memlib.poisoned(paddr)


def prepare():
    global PAGES
    memlib.load()
    memlib.need_hardware()
    if not memlib.cec_collects():
        corelib.skip_all("this kernel has no RAS_CEC at work")
    PAGES = memlib.Pages(8)


corelib.main([cec_takes_a_frame, facts_name_the_owner, not_released], prepare)

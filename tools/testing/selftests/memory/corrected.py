#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --one-thread
"""Corrected errors: counted, and failing page frames taken out of use."""

import time

import memlib
from memlib import corelib, counter, fact, V

PAGES = None


def below_the_threshold():
    """One error is counted and does nothing."""
    paddr = PAGES.paddr(0)
    memlib.corrected(paddr)
    memlib.expect_count("corrected_errors", 1)
    assert fact("health") == "healthy"
    assert PAGES.paddr(0) == paddr and not memlib.poisoned(paddr)


def at_the_threshold():
    """Two errors move the page; its bytes stay, its frame is poisoned."""
    sock = corelib.listener()
    paddr = PAGES.paddr(1)
    memlib.corrected(paddr, 2)
    memlib.expect_count("pages_offlined", 1)
    memlib.expect_count("corrected_errors", 3)
    assert memlib.poisoned(paddr)
    assert PAGES.moved(1, paddr)
    assert all(PAGES.intact(i) for i in range(PAGES.count))
    assert memlib.events(sock, V.VIGIL_EVENT_KIND_PAGE_OFFLINED) == 1


def facts_follow():
    """Health, advice, isolation and owner say so."""
    memlib.expect_fact("health", "degraded")
    assert fact("advice") == "watch"
    assert fact("isolation") == "partial"
    assert fact("owner") == "vigil"
    assert "errors" in fact("reason")


def frame_out_of_use():
    """Errors of the frame that still arrive are counted and do nothing."""
    paddr = PAGES.paddr(2)
    memlib.corrected(paddr, 2)
    memlib.expect_count("pages_offlined", 2)
    memlib.corrected(paddr, 3)
    memlib.expect_count("corrected_errors", 8)
    assert counter("pages_offlined") == 2
    assert counter("pages_offline_failed") == 0


def higher_threshold():
    """policy/page_ce_threshold_events is obeyed."""
    memlib.set_policy("page_ce_threshold_events", 4)
    paddr = PAGES.paddr(3)
    memlib.corrected(paddr, 3)
    memlib.expect_count("corrected_errors", 11)
    assert counter("pages_offlined") == 2
    memlib.corrected(paddr)
    memlib.expect_count("pages_offlined", 3)
    assert PAGES.moved(3, paddr)


def threshold_zero():
    """A threshold of 0 takes nothing out of use."""
    memlib.set_policy("page_ce_threshold_events", 0)
    memlib.corrected(PAGES.paddr(4), 3)
    memlib.expect_count("corrected_errors", 15)
    assert counter("pages_offlined") == 3
    memlib.set_policy("page_ce_threshold_events", 2)


def window():
    """Errors further apart than policy/page_ce_window_seconds do nothing."""
    memlib.set_policy("page_ce_window_seconds", 1)
    memlib.corrected(PAGES.paddr(5))
    memlib.expect_count("corrected_errors", 16)
    time.sleep(2)
    memlib.corrected(PAGES.paddr(5))
    memlib.expect_count("corrected_errors", 17)
    assert counter("pages_offlined") == 3
    memlib.set_policy("page_ce_window_seconds", 86400)


def no_address():
    """An error without an address is counted as such."""
    memlib.without_address()
    memlib.expect_count("errors_without_address", 1)
    memlib.expect_count("corrected_errors", 18)


def beyond_memory():
    """An error at an address that is no memory is counted as such."""
    memlib.corrected(memlib.beyond_memory())
    memlib.expect_count("errors_without_address", 2)
    memlib.expect_count("corrected_errors", 19)


def budget():
    """The budget is kept, and health says when it is used up."""
    memlib.set_policy("page_offline_max_pages", 3)
    paddr = PAGES.paddr(6)
    memlib.corrected(paddr, 2)
    memlib.expect_count("pages_offline_deferred", 1)
    assert PAGES.paddr(6) == paddr and not memlib.poisoned(paddr)
    memlib.expect_fact("health", "failing")
    assert fact("advice") == "replace"
    memlib.set_policy("page_offline_max_pages", 1024)
    memlib.expect_fact("health", "degraded")


def immovable():
    """A failing frame of the kernel stays, and the advice is to drain."""
    memlib.reload()
    memlib.corrected(memlib.kernel_code(), 2)
    memlib.expect_count("pages_offline_failed", 1)
    memlib.expect_fact("health", "degraded")
    assert fact("advice") == "drain"
    assert fact("isolation") == "none"


def time_heals():
    """That is over when its window is."""
    memlib.set_policy("uncorrected_window_seconds", 1)
    memlib.expect_fact("health", "healthy")
    assert fact("advice") == "none"


def prepare():
    global PAGES
    memlib.load()
    memlib.need_hardware()
    memlib.need_no_cec()
    PAGES = memlib.Pages(16)


corelib.main([below_the_threshold, at_the_threshold, facts_follow,
              frame_out_of_use, higher_threshold, threshold_zero, window,
              no_address, beyond_memory, budget, immovable, time_heals],
             prepare)

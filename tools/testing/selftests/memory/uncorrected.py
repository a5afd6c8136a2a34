#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 2 --one-thread
"""Uncorrected errors: counted once, with their outcome; and what is possible
after one."""

import memlib
from memlib import corelib, counter, fact, V

BLOCKS = None


def counted_once():
    """A machine check and its handling are one error with an outcome."""
    sock = corelib.listener()
    paddr = BLOCKS.paddr(BLOCKS.fresh())
    memlib.uncorrected(paddr)
    memlib.expect_count("failures_recovered", 1)
    memlib.expect_count("uncorrected_errors", 1)
    memlib.expect_count("pages_external", 1)
    assert memlib.poisoned(paddr)
    assert memlib.events(sock, V.VIGIL_EVENT_KIND_UNCORRECTED_ERROR) == 1
    assert counter("uncorrected_errors") == 1
    assert counter("corrected_errors") == 0
    memlib.refused("EPERM", memlib.release, paddr)
    memlib.refused("EBUSY", memlib.isolate, paddr)


def facts_follow():
    """Health is degraded, the frame is not Vigil's."""
    memlib.expect_fact("health", "degraded")
    assert fact("advice") == "watch"
    assert fact("isolation") == "partial"
    assert fact("owner") == "external"


def held_and_released():
    """After it a frame can still be isolated and released."""
    index = BLOCKS.fresh()
    paddr = BLOCKS.paddr(index)
    memlib.isolate(paddr)
    assert BLOCKS.moved(index, paddr)
    assert not memlib.poisoned(paddr)
    assert counter("pages_offlined") == 1
    memlib.release(paddr)
    assert counter("pages_released") == 1


def soft_offlining_is_for_good():
    """Where a frame can't be held, the answer says it is for good."""
    index = BLOCKS.fresh()
    memlib.uncorrected(BLOCKS.paddr(index))
    memlib.expect_count("failures_recovered", 2)
    paddr = BLOCKS.paddr(index + 3)
    sock = corelib.vigil()
    done = memlib.operation(sock, V.VIGIL_CMD_ISOLATE, paddr)
    assert done.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_DONE
    message = done.string(V.VIGIL_A_OPERATION_MESSAGE)
    assert "soft" in message and "next boot" in message, message
    assert memlib.poisoned(paddr) and BLOCKS.moved(index + 3, paddr)
    memlib.refused("EOPNOTSUPP", memlib.release, paddr)
    assert memlib.poisoned(paddr)


def struck_while_held():
    """An error that strikes a held frame keeps it out of use."""
    paddr = BLOCKS.paddr(BLOCKS.fresh())
    memlib.isolate(paddr)
    memlib.uncorrected(paddr)
    memlib.expect_count("uncorrected_errors", 3)
    memlib.expect_count("failures_ignored", 1)
    memlib.expect_fact("advice", "drain")
    memlib.refused("EIO", memlib.release, paddr)
    assert memlib.poisoned(paddr)
    memlib.refused("EPERM", memlib.release, paddr)


def many_errors():
    """Many of them are a failing memory, for as long as the window."""
    for _ in range(2):
        memlib.uncorrected(BLOCKS.paddr(BLOCKS.fresh()))
    memlib.expect_count("uncorrected_errors", 5)
    memlib.expect_fact("health", "failing")
    assert fact("advice") == "replace"
    memlib.set_policy("uncorrected_window_seconds", 1)
    memlib.expect_fact("health", "degraded")
    assert fact("advice") == "watch"


def prepare():
    global BLOCKS
    memlib.load()
    memlib.need_hardware()
    BLOCKS = memlib.Blocks()


corelib.main([counted_once, facts_follow, held_and_released,
              soft_offlining_is_for_good, struck_while_held, many_errors],
             prepare)

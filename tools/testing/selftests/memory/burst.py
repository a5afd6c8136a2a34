#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable --cpus 4 --one-thread
"""Bursts of errors from all CPUs: none is lost in the counts, memory is bounded."""

import os
import threading
import time

import edaclib
import memlib
from edaclib import counter, error, expect_count
from memlib import corelib, expect

COUNT = corelib.rounds(100000)
CPUS = 4
# Of them: distinct cells of a module, more than its history can hold.
CELLS = 3000
HISTORY_BYTES = 4 << 20


def lines(cells):
    """Errors in turn on the controllers, so that each CPU has its own."""
    for i in range(cells * CPUS):
        row, column = divmod(i // CPUS, 128)
        yield error(row, 8 * column, (i % CPUS, 0, 0), address=hex(i << 12))


def places():
    return [(mc, 0, 0) for mc in range(CPUS)]


def fire_all(cells):
    """Returns how long the machine did not answer, in seconds."""
    edaclib.forget()
    edaclib.keep(lines(cells))
    thread = threading.Thread(target=edaclib.fire, args=(COUNT, CPUS))
    before = [counter(place, "corrected_errors") for place in places()]
    thread.start()
    silence = 0
    while thread.is_alive():
        start = time.monotonic()
        memlib.fact("health")
        silence = max(silence, time.monotonic() - start)
        time.sleep(0.05)
    thread.join()
    for place, count in zip(places(), before):
        expect_count(place, "corrected_errors", count + COUNT // CPUS)
    return silence


def one_cell():
    """A burst of the same errors is exact, and costs one cell."""
    fire_all(1)
    for place in places():
        assert counter(place, "cells_6h") <= 1
        held = (counter(place, "errors_6h")
                + counter(place, "errors_without_cell"))
        assert held == COUNT // CPUS, held


def many_cells():
    """A burst of different errors is exact, and memory stays bounded."""
    silence = fire_all(CELLS)
    print(f"# {COUNT} errors from {CPUS} CPUs; longest wait for an answer"
          f" {silence:.2f} s;"
          f" {memlib.counter('errors_dropped')} without their place")
    held = sum(counter(place, "history_bytes") for place in places())
    assert held <= HISTORY_BYTES, held
    expect(lambda: memlib.counter("corrected_errors") == 2 * COUNT)
    assert memlib.counter("corrected_errors") == 2 * COUNT


def unload():
    """The module can go in the middle of a burst, and come again."""
    thread = threading.Thread(target=edaclib.fire, args=(COUNT, CPUS))
    thread.start()
    rounds = 0
    while thread.is_alive() and rounds < 20:
        memlib.reload()
        rounds += 1
    thread.join()
    memlib.reload()
    assert rounds
    expect(lambda: os.path.isdir(f"{corelib.SYSFS}/{edaclib.name((3, 0, 0))}"))
    edaclib.fire(4)
    for place in places():
        expect_count(place, "corrected_errors", 1)


def prepare():
    edaclib.load(controllers=CPUS)
    # Pages of the errors' addresses are not to move.
    memlib.set_policy("page_ce_threshold_events", 0)
    expect(lambda: os.path.isdir(f"{corelib.SYSFS}/{edaclib.name((3, 0, 0))}"))


corelib.main([one_cell, many_cells, unload], prepare)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable
"""Decisions: thresholds that depend on the module, limits, rows, records."""

import atexit
import os

import edaclib
import memlib
from edaclib import counter, error, fact, happen
from memlib import corelib, expect, PAGE, V

genl = corelib.genl
BLOCKS = None
ROW_PAGES = 4
DECIDED, DONE, FAILED, HELD_BACK, UNSUPPORTED = (
    V.VIGIL_AUDIT_STEP_DECIDED, V.VIGIL_AUDIT_STEP_DONE,
    V.VIGIL_AUDIT_STEP_FAILED, V.VIGIL_AUDIT_STEP_HELD_BACK,
    V.VIGIL_AUDIT_STEP_UNSUPPORTED)
PAGE_ACTION = V.VIGIL_AUDIT_ACTION_OFFLINE_PAGE
ROW_ACTION = V.VIGIL_AUDIT_ACTION_OFFLINE_ROW


def set_policy(place, policy, value):
    corelib.write(f"{corelib.SYSFS}/{edaclib.name(place)}/policy/{policy}",
                  str(value))


def set_rows(base, pages):
    """Provide addresses of rows from there on; or no more, if both are 0."""
    corelib.write(f"{edaclib.FILES}/rows", f"{base:#x} {pages}")


def fresh_block():
    """Index of the first page of a pageblock that is ours alone."""
    indices = BLOCKS.whole[BLOCKS.next_block]
    BLOCKS.next_block += 1
    return min(indices, key=BLOCKS.paddr)


def audit(place=None):
    sock = corelib.vigil()
    body = b""
    if place:
        body = genl.attr(V.VIGIL_A_AUDIT_COMPONENT, edaclib.name(place))
    records, _ = sock.dump(V.VIGIL_CMD_AUDIT_GET, body)
    return records


def numbers(record):
    found = {}
    for payload in record.all(V.VIGIL_A_AUDIT_NUMBER):
        values = dict(genl.attrs(payload))
        found[genl.string(values[V.VIGIL_A_VALUE_NAME])] = \
            genl.number(values[V.VIGIL_A_VALUE_VALUE])
    return found


def find(place, action, step, address=None):
    return [record for record in audit(place)
            if record.number(V.VIGIL_A_AUDIT_ACTION) == action
            and record.number(V.VIGIL_A_AUDIT_STEP) == step
            and address in (None, record.number(V.VIGIL_A_AUDIT_ADDRESS))]


def threshold():
    """Two errors of a frame: it goes, and the record says why."""
    place, page = (0, 0, 0), fresh_block()
    paddr = BLOCKS.paddr(page)
    happen(error(1, 8, place, address=hex(paddr)))
    edaclib.expect_count(place, "corrected_errors", 1)
    assert not memlib.poisoned(paddr)
    happen(error(1, 8, place, address=hex(paddr)))
    expect(lambda: memlib.poisoned(paddr))
    assert BLOCKS.moved(page, paddr)
    expect(lambda: find(place, PAGE_ACTION, DONE, paddr))
    decided, = find(place, PAGE_ACTION, DECIDED, paddr)
    assert numbers(decided) == {
        "page_errors": 2, "threshold": 2, "cells_6h": 1, "errors_6h": 2,
        "storms_6h": 0, "fault_mode_6h": 1, "risk_permille": 0,
        "module_pages": 1, "node_pages": 1, "node_pages_hour": 1}, \
        numbers(decided)
    assert "threshold" in decided.string(V.VIGIL_A_AUDIT_REASON)
    assert counter(place, "pages_out_of_use") == 1


def line(place, at, policy, wanted):
    """Errors in three cells of a row, or column: what of the third frame?"""
    set_policy(place, "line_page_events", policy)
    page = fresh_block()
    paddrs = [BLOCKS.paddr(page) + i * PAGE for i in range(3)]
    for i, paddr in enumerate(paddrs):
        happen(error(*at(i), place, address=hex(paddr)))
    edaclib.expect_count(place, "corrected_errors", 3)
    if wanted:
        expect(lambda: memlib.poisoned(paddrs[2]))
        record, = find(place, PAGE_ACTION, DECIDED, paddrs[2])
        assert wanted in record.string(V.VIGIL_A_AUDIT_REASON)
        assert numbers(record)["threshold"] == 1
    assert [memlib.poisoned(paddr) for paddr in paddrs] \
        == [False, False, bool(wanted)]


def row_lowers():
    """A row with errors in several cells: the first error of a frame is enough."""
    line((0, 0, 1), lambda i: (5, 8 * i), 1, "row of the cell")


def column_lowers():
    """So is it with a column."""
    line((0, 1, 0), lambda i: (5 + i, 8), 1, "column of the cell")


def line_policy():
    """Not if the policy says otherwise."""
    line((0, 1, 1), lambda i: (5, 8 * i), 0, None)


def scattered():
    """Nor when the cells have no row or column in common."""
    line((0, 2, 0), lambda i: (5 + i, 8 * i), 1, None)


def module_limit():
    """No more frames of a module go than its policy says."""
    place, page = (0, 2, 1), fresh_block()
    set_policy(place, "page_offline_max_pages", 1)
    deferred = memlib.counter("pages_offline_deferred")
    paddrs = [BLOCKS.paddr(page) + i * PAGE for i in range(2)]
    happen(error(1, 8, place, address=hex(paddrs[0]), count=2))
    expect(lambda: memlib.poisoned(paddrs[0]))
    happen(error(900, 16, place, address=hex(paddrs[1]), count=2))
    memlib.expect_count("pages_offline_deferred", deferred + 1)
    assert not memlib.poisoned(paddrs[1])
    record, = find(place, PAGE_ACTION, HELD_BACK, paddrs[1])
    assert "memory module" in record.string(V.VIGIL_A_AUDIT_REASON)
    expect(lambda: fact(place, "advice") == "replace")
    assert "as may be" in fact(place, "reason")
    set_policy(place, "page_offline_max_pages", 256)
    happen(error(900, 16, place, address=hex(paddrs[1])))
    expect(lambda: memlib.poisoned(paddrs[1]))


def hour_limit():
    """No more frames of a node go in an hour than its policy says."""
    place, page = (0, 3, 0), fresh_block()
    now = 100 * 3600
    happen(error(70, 8, place, time=now))
    memlib.set_policy("page_offline_max_pages_hour", 2)
    paddrs = [BLOCKS.paddr(page) + i * PAGE for i in range(3)]
    for i, paddr in enumerate(paddrs):
        happen(error(100 * i, 8 * i, place, address=hex(paddr), count=2,
                     time=now))
    expect(lambda: find(place, PAGE_ACTION, HELD_BACK, paddrs[2]))
    expect(lambda: memlib.poisoned(paddrs[1]))
    assert not memlib.poisoned(paddrs[2])
    deferred = memlib.counter("pages_offline_deferred")
    happen(error(200, 16, place, address=hex(paddrs[2]), time=now + 3599))
    memlib.expect_count("pages_offline_deferred", deferred + 1)
    assert not memlib.poisoned(paddrs[2])
    happen(error(200, 16, place, address=hex(paddrs[2]), time=now + 3601))
    expect(lambda: memlib.poisoned(paddrs[2]))
    memlib.set_policy("page_offline_max_pages_hour", 128)


def row_unsupported():
    """Without an address provider a row can't be isolated: replace."""
    place = (1, 0, 0)
    set_policy(place, "row_isolate", 1)
    page = fresh_block()
    for i in range(3):
        happen(error(3, 8 * i, place, address=hex(BLOCKS.paddr(page)),
                     bank=2, rank=1))
    expect(lambda: find(place, ROW_ACTION, UNSUPPORTED))
    record, = find(place, ROW_ACTION, UNSUPPORTED)
    assert numbers(record)["row"] == 3 and numbers(record)["bank"] == 2
    expect(lambda: fact(place, "advice") == "replace")
    assert "can't be isolated" in fact(place, "reason")
    happen(error(3, 64, place, address=hex(BLOCKS.paddr(page)), bank=2,
                 rank=1))
    assert len(find(place, ROW_ACTION, UNSUPPORTED)) == 1


def row_isolated():
    """With one all frames of the row go, and only they."""
    place, page = (1, 1, 0), fresh_block()
    base = BLOCKS.paddr(page)
    set_policy(place, "row_isolate", 1)
    set_rows(base, ROW_PAGES)
    bank, row = 3, 5
    first = base + (bank * 16 + row) * ROW_PAGES * PAGE
    frames = [first + i * PAGE for i in range(ROW_PAGES)]
    for i in range(3):
        happen(error(row, 8 * i, place, address=hex(frames[0] + 64 * i),
                     bank=bank))
    for frame in frames:
        expect(lambda f=frame: memlib.poisoned(f))
    assert not memlib.poisoned(first - PAGE)
    assert not memlib.poisoned(frames[-1] + PAGE)
    expect(lambda: find(place, ROW_ACTION, DECIDED))
    record, = find(place, ROW_ACTION, DECIDED)
    assert numbers(record)["row_pages"] == ROW_PAGES
    expect(lambda: counter(place, "pages_out_of_use") == ROW_PAGES)
    for i in range(ROW_PAGES):
        assert BLOCKS.intact(page + (bank * 16 + row) * ROW_PAGES + i)
    set_rows(0, 0)


def verdicts():
    """A verdict is a decision too."""
    place = (1, 2, 0)
    happen(error(1, 8, place), error(100, 16, place))
    expect(lambda: fact(place, "health") == "degraded")
    record, = find(place, V.VIGIL_AUDIT_ACTION_VERDICT, DONE)
    assert record.string(V.VIGIL_A_AUDIT_REASON) == fact(place, "reason")
    assert numbers(record)["cells_6h"] == 2


def torn_dump(place):
    """Page frames that are told while one more goes."""
    paddr = BLOCKS.paddr(fresh_block())

    def lose():
        happen(error(5000, 8, place, address=hex(paddr), count=2))
        corelib.wait_for(memlib.PATIENCE_S, lambda: memlib.poisoned(paddr))
        assert memlib.poisoned(paddr)

    sock = corelib.vigil(receive_bytes=8192)
    assert not sock.dump(V.VIGIL_CMD_FRAME_GET)[1]
    assert sock.dump(V.VIGIL_CMD_FRAME_GET, between=lose)[1], "not called torn"


def queue():
    """Many frames at once: the kernel's queue does not overflow, none is lost."""
    place, pages, count = (1, 3, 0), [], 200
    memlib.set_policy("page_offline_max_pages_hour", 4096)
    while len(pages) < count:
        start = fresh_block()
        pages += range(start, start + min(count - len(pages), 256))
    paddrs = [BLOCKS.paddr(page) for page in pages]
    lines = [error(8 * i, i % 128 * 8, place, address=hex(paddr), count=2,
                   bank=i % 16, rank=i % 2)
             for i, paddr in enumerate(paddrs)]
    while not all(memlib.poisoned(paddr) for paddr in paddrs):
        happen(*(text for text, paddr in zip(lines, paddrs)
                 if not memlib.poisoned(paddr)))
        corelib.wait_for(5, lambda: all(map(memlib.poisoned, paddrs)))
    assert all(BLOCKS.intact(page) for page in pages)
    assert "buffer overflow when queuing" not in corelib.run("dmesg").stdout
    torn_dump(place)
    memlib.set_policy("page_offline_max_pages_hour", 128)


def records():
    """One record by its number; addresses for root only; nonsense is refused."""
    sock = corelib.vigil()
    last = audit()[-1]
    number = last.number(V.VIGIL_A_AUDIT_ID)
    one = sock.do(V.VIGIL_CMD_AUDIT_GET, genl.u64(V.VIGIL_A_AUDIT_ID, number))
    assert one.string(V.VIGIL_A_AUDIT_REASON) \
        == last.string(V.VIGIL_A_AUDIT_REASON)
    corelib.refused("ENOENT", sock.do, V.VIGIL_CMD_AUDIT_GET,
                    genl.u64(V.VIGIL_A_AUDIT_ID, number + 1000),
                    text="no such record")
    corelib.refused("EINVAL", sock.do, V.VIGIL_CMD_AUDIT_GET,
                    text="number of the record")
    later, _ = sock.dump(V.VIGIL_CMD_AUDIT_GET,
                         genl.u64(V.VIGIL_A_AUDIT_ID, number))
    assert later[0].number(V.VIGIL_A_AUDIT_ID) == number
    assert len(audit()) <= 512
    pid = os.fork()
    if not pid:
        os.setuid(65534)
        seen = [r.number(V.VIGIL_A_AUDIT_ADDRESS) for r in audit()]
        os._exit(any(seen) or not seen)
    assert os.waitpid(pid, 0)[1] == 0, "an address is shown to everybody"


def prepare():
    global BLOCKS  # pylint: disable=global-statement
    edaclib.load(controllers=2)
    # A provider keeps vigil_memory.
    atexit.register(set_rows, 0, 0)
    BLOCKS = memlib.Blocks(64)


corelib.main([threshold, row_lowers, column_lowers, line_policy, scattered,
              module_limit, hour_limit, row_unsupported, row_isolated,
              verdicts, queue, records], prepare)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12 debug, isolation and release of each class is tried on all
"""Isolate and release by command: what works, and what is refused with a
reason."""

import memlib
from memlib import corelib, counter, fact, V

BLOCKS = None


def state(operation):
    return operation.number(V.VIGIL_A_OPERATION_STATE)


def message(operation):
    return operation.string(V.VIGIL_A_OPERATION_MESSAGE)


def page_of_a_process():
    """A page of a process moves, its frame comes out of use and back."""
    index = BLOCKS.fresh()
    paddr = BLOCKS.paddr(index)
    memlib.isolate(paddr, "row 7 is suspect")
    assert BLOCKS.moved(index, paddr)
    assert fact("isolation") == "partial" and fact("owner") == "vigil"
    assert fact("reason") == "row 7 is suspect"
    assert fact("health") == "healthy"
    assert counter("pages_offlined") == 1
    memlib.release(paddr)
    assert fact("isolation") == "none" and fact("owner") == "none"
    assert counter("pages_released") == 1
    assert BLOCKS.intact(index)


def nothing_to_do():
    """Verbs that find nothing to do succeed."""
    paddr = BLOCKS.paddr(BLOCKS.fresh())
    memlib.release(paddr)
    memlib.isolate(paddr)
    memlib.isolate(paddr)
    assert counter("pages_offlined") == 2
    memlib.release(paddr)
    memlib.release(paddr)
    assert counter("pages_released") == 2


def free_frame():
    """A frame that nobody uses comes out of use and back."""
    paddr = memlib.free_frame()
    memlib.isolate(paddr)
    memlib.release(paddr)
    assert counter("pages_offlined") == 3
    assert counter("pages_released") == 3
    assert not memlib.poisoned(paddr)


def neighbours():
    """The second frame of a pageblock is soft-offlined, and comes back."""
    index = BLOCKS.fresh()
    first, second = BLOCKS.paddr(index), BLOCKS.paddr(index + 2)
    sock = corelib.vigil()
    held = memlib.operation(sock, V.VIGIL_CMD_ISOLATE, first)
    assert state(held) == V.VIGIL_OP_STATE_DONE and "held" in message(held)
    offlined = memlib.operation(sock, V.VIGIL_CMD_ISOLATE, second)
    assert state(offlined) == V.VIGIL_OP_STATE_DONE
    assert "soft" in message(offlined), message(offlined)
    assert memlib.poisoned(second) and not memlib.poisoned(first)
    assert BLOCKS.moved(index, first) and BLOCKS.moved(index + 2, second)
    memlib.release(second)
    memlib.release(first)
    assert not memlib.poisoned(second)
    assert fact("isolation") == "none"


def dry_run():
    """A dry run says what would happen and changes nothing."""
    index = BLOCKS.fresh()
    paddr = BLOCKS.paddr(index)
    before = fact("seq"), counter("pages_offlined")
    sock = corelib.vigil()
    would = memlib.operation(sock, V.VIGIL_CMD_ISOLATE, paddr, dry_run=True)
    assert "held" in message(would), message(would)
    assert (fact("seq"), counter("pages_offlined")) == before
    assert BLOCKS.paddr(index) == paddr
    corelib.refused("EBUSY", memlib.operation, sock, V.VIGIL_CMD_ISOLATE,
                    memlib.kernel_code(), True, text="can't be moved")


def refusals():
    """What can't work is refused at once, and explained."""
    sock = corelib.vigil()
    for error, paddr, text in (
            ("EOPNOTSUPP", None, "give the address"),
            ("ENXIO", memlib.beyond_memory(), "no memory"),
            ("ENXIO", 2**64 - 1, "no memory"),
            ("EBUSY", memlib.kernel_code(), "kernel image")):
        corelib.refused(error, memlib.operation, sock, V.VIGIL_CMD_ISOLATE,
                        paddr, text=text)
    memlib.refused("EINVAL", corelib.write, memlib.node_path("isolate"), "\n")
    memlib.refused("EINVAL", corelib.write, memlib.node_path("isolate"), "x")
    memlib.refused("EBUSY", memlib.isolate, memlib.kernel_code())
    assert fact("isolation") == "none"


def budget():
    """The budget is a limit for commands too; raising it is a command."""
    memlib.set_policy("page_offline_max_pages", 0)
    paddr = BLOCKS.paddr(BLOCKS.fresh())
    memlib.refused("EDQUOT", memlib.isolate, paddr)
    memlib.set_policy("page_offline_max_pages", 1024)
    memlib.isolate(paddr)
    memlib.release(paddr)


def remaining():
    """A guard keeps a share of the node; overridden by name it is heard no more."""
    sock = corelib.vigil()
    paddr = BLOCKS.paddr(BLOCKS.fresh())
    memlib.set_policy("remaining_min_permille", 1000)
    corelib.refused("EACCES", memlib.operation, sock, V.VIGIL_CMD_ISOLATE, paddr,
                    text="guard node-memory")
    body = corelib.verb_body("memory-0", "selftest", address=paddr)
    override = corelib.genl.u32(V.VIGIL_A_OPERATION_OVERRIDE,
                                1 << V.VIGIL_GUARD_NODE_MEMORY)
    sock.do(V.VIGIL_CMD_ISOLATE, body + override)
    assert corelib.wait_for(30, lambda: fact("isolation") == "partial")
    memlib.release(paddr)
    memlib.set_policy("remaining_min_permille", 900)


def policies():
    """Policies keep to their limits."""
    for name, value in (("page_ce_threshold_events", 10001),
                        ("page_ce_window_seconds", 0),
                        ("page_ce_window_seconds", 1 << 40),
                        ("page_offline_max_pages", 1 << 20)):
        before = fact(f"policy/{name}")
        memlib.refused("ERANGE", memlib.set_policy, name, value)
        assert fact(f"policy/{name}") == before


def module_stays_while_frames_are_held():
    """The module can't go while it holds a frame, and can afterwards."""
    paddr = BLOCKS.paddr(BLOCKS.fresh())
    memlib.isolate(paddr)
    assert not memlib.poisoned(paddr), "not held"
    assert corelib.run("rmmod", "vigil_memory", check=False).returncode
    memlib.release(paddr)
    memlib.reload()


def prepare():
    global BLOCKS
    memlib.load()
    BLOCKS = memlib.Blocks()


corelib.main([page_of_a_process, nothing_to_do, free_frame, neighbours, dry_run,
              refusals, budget, remaining, policies, module_stays_while_frames_are_held],
             prepare)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --nodes 2 --one-thread
"""A component for each node with memory, and each only for its own frames."""

import glob
import os
import re

import memlib
from memlib import corelib, fact, V


def nodes_with_memory():
    nodes = set()
    for part in corelib.read("/sys/devices/system/node/has_memory").split(","):
        first, _, last = part.partition("-")
        nodes |= set(range(int(first), int(last or first) + 1))
    return nodes


def node_of(paddr):
    size = int(corelib.read("/sys/devices/system/memory/block_size_bytes"), 16)
    path = f"/sys/devices/system/memory/memory{paddr // size}/node*"
    return {int(re.sub(r".*node", "", p)) for p in glob.glob(path)}


def one_each():
    """Every node with memory has its component, and no other."""
    found = {int(os.path.basename(path).removeprefix("memory-"))
             for path in glob.glob(f"{corelib.SYSFS}/memory-*")}
    assert found == nodes_with_memory(), found


def only_its_own():
    """A frame of another node is refused, and the right one is named."""
    blocks = memlib.Blocks(16)
    paddr = blocks.paddr(blocks.fresh())
    mine = node_of(paddr)
    assert len(mine) == 1
    nid = mine.pop()
    other = min(nodes_with_memory() - {nid})
    memlib.refused("EINVAL", memlib.isolate, paddr, "selftest", other)
    corelib.refused("EINVAL", memlib.operation, corelib.vigil(),
                    V.VIGIL_CMD_ISOLATE, paddr, False, other,
                    text=f"memory-{nid}")
    memlib.isolate(paddr, nid=nid)
    assert fact("isolation", nid) == "partial"
    assert fact("isolation", other) == "none"
    memlib.release(paddr, nid=nid)


def prepare():
    memlib.load()
    if len(nodes_with_memory()) < 2:
        corelib.skip_all("needs two nodes with memory")


corelib.main([one_each, only_its_own], prepare)

#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Ten thousand components; a thousand on the debug kernel, which is slow."""

import os
import threading

import corelib
from corelib import V

COUNT = 1000 if os.path.exists(f"{corelib.DEBUGFS}/kmemleak") else 10000
OBJECT_BYTES = 2048  # at most
OBJECTS = "/sys/kernel/slab/vigil_component"


def dump_complete():
    """A dump of all components is complete and not torn."""
    replies, torn = corelib.vigil().dump(V.VIGIL_CMD_COMPONENT_GET)
    names = {r.string(V.VIGIL_A_COMPONENT_NAME) for r in replies}
    assert len(replies) == COUNT + 1 and len(names) == COUNT + 1, len(replies)
    assert not torn


def dump_torn():
    """A dump during which components come and go says so."""
    stop = threading.Event()

    def churn():
        while not stop.is_set():
            corelib.sim_do("7 unregister")
            corelib.sim_do("7 register")

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        _, torn = corelib.vigil().dump(V.VIGIL_CMD_COMPONENT_GET)
    finally:
        stop.set()
        thread.join()
    assert torn
    _, torn = corelib.vigil().dump(V.VIGIL_CMD_COMPONENT_GET)
    assert not torn


def lookup():
    """1000 look-ups by name."""
    sock = corelib.vigil()
    for i in range(0, COUNT, COUNT // 1000):
        name = f"cpu-sim{i}"
        reply = sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name(name))
        assert reply.string(V.VIGIL_A_COMPONENT_NAME) == name


def nr_objects():
    """Those in use: what KASAN keeps after it was freed is let go first."""
    with open(f"{OBJECTS}/shrink", "w", encoding="ascii") as file:
        file.write("1")
    for line in corelib.read("/proc/slabinfo").splitlines():
        fields = line.split()
        if fields[0] == "vigil_component":
            return int(fields[1])
    raise AssertionError("no cache of components")


def meminfo_kib(name):
    for line in corelib.read("/proc/meminfo").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def memory():
    """A component takes at most 2 KiB, without what sysfs takes."""
    slab_kib = meminfo_kib("Slab")
    nr_counters = len(os.listdir(f"{corelib.SYSFS}/cpu-sim0/counters"))
    after = nr_objects()
    corelib.unload("vigil_sim")
    # What a debug kernel puts around them is not ours.
    each = int(corelib.read(f"{OBJECTS}/object_size")) + 8 * nr_counters
    freed = after - nr_objects()
    print(f"# {(slab_kib - meminfo_kib('Slab')) * 1024 / COUNT:.0f} bytes "
          "of slab each, with sysfs")
    print(f"# {each} bytes each of its own, {nr_counters} counters among them")
    assert each <= OBJECT_BYTES
    assert COUNT * 0.95 <= freed <= COUNT * 1.05, freed


if __name__ == "__main__":
    corelib.main([dump_complete, dump_torn, lookup, memory],
                 lambda: corelib.load(components=COUNT))

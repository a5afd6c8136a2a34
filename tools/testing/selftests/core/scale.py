#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Ten thousand components."""

import threading
import time

import corelib
from corelib import V

COUNT = 10000


def dump_complete():
    """A dump of 10000 components is complete and not torn."""
    started = time.monotonic()
    replies, torn = corelib.vigil().dump(V.VIGIL_CMD_COMPONENT_GET)
    print(f"# dump took {time.monotonic() - started:.2f} s")
    names = {r.string(V.VIGIL_A_COMPONENT_NAME) for r in replies}
    assert len(replies) == COUNT and len(names) == COUNT, len(replies)
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
    """1000 look-ups by name, each less than 20 ms."""
    sock = corelib.vigil()
    started = time.monotonic()
    for i in range(0, COUNT, COUNT // 1000):
        sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name(f"cpu-sim{i}"))
    took = time.monotonic() - started
    print(f"# {took:.2f} s")
    assert took < 20


def slab_bytes(name):
    """Bytes in use by the objects of a slab cache; 0 if it is not there."""
    for line in corelib.read("/proc/slabinfo").splitlines():
        fields = line.split()
        if fields[0] == name:
            return int(fields[1]) * int(fields[3])
    return 0


def meminfo_kib(name):
    for line in corelib.read("/proc/meminfo").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def memory():
    """A component takes at most 2 KiB, without what sysfs takes."""
    slab_kib = meminfo_kib("Slab")
    after = slab_bytes("kmalloc-2k")
    corelib.unload("vigil_sim")
    each = (after - slab_bytes("kmalloc-2k")) / COUNT
    print(f"# {(slab_kib - meminfo_kib('Slab')) * 1024 / COUNT:.0f} bytes "
          "of slab each, with sysfs")
    print(f"# {each:.0f} bytes of kmalloc-2k each")
    assert each <= 2048 * 1.05


if __name__ == "__main__":
    corelib.main([dump_complete, dump_torn, lookup, memory],
                 lambda: corelib.load(components=COUNT))

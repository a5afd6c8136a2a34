#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --device pcie-root-port,id=slow,chassis=3,x-speed=2_5 --device e1000e,bus=slow,id=nic --device nvme,serial=vigil,bus=rp1 --one-thread
# kernels: 6.1 6.12, the debug kernel lacks ACPI's hotplug and has isolation.py
"""The ladder of recovery, by command and by policy.

QEMU's ports do not say when a link is up again, which the kernel asks of fast ones
after a reset of the bus: hence a slow one.
"""

import os
import threading

import pcilib
from pcilib import (V, corelib, RECOVER, becomes, counter, do, driver_of, fact, fails, inject_aer, policy,
                    refused, run, wait_for, write)

ROUTE = V.VIGIL_GUARD_DEFAULT_ROUTE
NIC = None


def fail():
    """A fatal error; one that comes while another is dealt with is lost."""
    before = counter(NIC, "aer_fatal")

    def once_more():
        inject_aer(NIC, **pcilib.FATAL)
        return wait_for(5, lambda: counter(NIC, "aer_fatal") > before)
    assert wait_for(60, once_more)


def each_step():
    """Each step of the ladder works by its name"""
    for method, name in ((V.VIGIL_METHOD_FUNCTION_RESET, "function-reset"),
                         (V.VIGIL_METHOD_REBIND, "rebind"),
                         (V.VIGIL_METHOD_BUS_RESET, "bus-reset"),
                         (V.VIGIL_METHOD_RESCAN, "rescan")):
        do(RECOVER, NIC, method=method, text=f"{name} worked")
        assert driver_of(NIC) == "e1000e", name
        becomes(NIC, "health", "healthy")
    assert counter(NIC, "recoveries") == 4 and counter(NIC, "recoveries_failed") == 0
    refused("EOPNOTSUPP", RECOVER, NIC, method=V.VIGIL_METHOD_DRIVER_RESET,
            text="no handlers")


def ladder():
    """The ladder passes over what can't be tried, and stops at what works"""
    do(RECOVER, NIC, text="function-reset worked")


def driver_reset():
    """A driver that has handlers keeps its function through a reset"""
    assert wait_for(60, lambda: pcilib.functions("nvme")), "no NVMe drive"
    drive = pcilib.functions("nvme")[0]
    becomes(drive, "health", "healthy")
    do(RECOVER, drive, text="driver-reset worked")
    assert driver_of(drive) == "nvme"


def nothing_works():
    """Without a driver that takes it again, all steps fail, and it has failed"""
    override = f"{pcilib.DEVICES}/{NIC}/driver_override"
    write(override, "nobody")
    fails(RECOVER, NIC, method=V.VIGIL_METHOD_REBIND, text="no driver")
    becomes(NIC, "health", "failed")
    assert fact(NIC, "isolation") == "none" and fact(NIC, "advice") == "replace"
    write(override, "\n")
    do(RECOVER, NIC, text="worked")
    becomes(NIC, "health", "healthy")


def guarded():
    """Guards end the climb, and can be overridden by name"""
    name = pcilib.netdev(NIC)
    run("ip", "addr", "add", "10.9.0.2/24", "dev", name)
    run("ip", "link", "set", name, "up")
    run("ip", "route", "add", "default", "via", "10.9.0.1", "dev", name, "onlink")
    refused("EACCES", RECOVER, NIC, method=V.VIGIL_METHOD_REBIND, text="default-route")
    fails(RECOVER, NIC, text="guards speak")
    assert driver_of(NIC) == "e1000e"


def gives_up():
    """Automatic recovery gives up after so many attempts in vain"""
    failed = counter(NIC, "recoveries_failed")
    for name, value in (("burst", 16), ("give_up", 2)):
        policy(NIC, name, value)
    fail()
    becomes(NIC, "health", "failed")
    assert fact(NIC, "advice") == "isolate"
    policy(NIC, "auto_recover", 1)
    becomes(NIC, "advice", "replace")
    assert "gave up" in fact(NIC, "reason")
    assert counter(NIC, "recoveries_failed") == failed + 2
    do(RECOVER, NIC, override=[ROUTE], text="worked")
    becomes(NIC, "health", "healthy")


def automatic():
    """What failed is recovered without being asked, as a policy"""
    for name, value in (("grace_ms", 10), ("poll_s", 1), ("auto_recover", 1)):
        policy(NIC, name, value)
    done = counter(NIC, "recoveries")
    fail()
    assert wait_for(60, lambda: counter(NIC, "recoveries") == done + 1)
    becomes(NIC, "health", "healthy")
    records, _ = corelib.vigil().dump(V.VIGIL_CMD_AUDIT_GET)
    assert any(r.string(V.VIGIL_A_AUDIT_OWNER) == "policy" and
               r.number(V.VIGIL_A_AUDIT_ACTION) == V.VIGIL_AUDIT_ACTION_RECOVER
               for r in records)


def burst():
    """Not more often than a burst allows"""
    policy(NIC, "burst", 1)
    done = counter(NIC, "recoveries")
    fail()
    becomes(NIC, "health", "failed")
    assert not wait_for(2, lambda: counter(NIC, "recoveries") != done)
    policy(NIC, "auto_recover", 0)
    do(RECOVER, NIC)


def plugged():
    """Plug the NIC in again, once QEMU has let go of the one that was pulled out."""
    refused_by_qemu = pcilib.hmp("device_add e1000e,bus=slow,id=nic")
    if refused_by_qemu:
        pcilib.hmp("device_del nic")
    return not refused_by_qemu


def unplugged():
    """A function that is unplugged while it recovers fails clearly, and may come back"""
    sock = corelib.vigil()
    numbers = []
    stop = threading.Event()

    def climb():
        while not stop.is_set():
            try:
                # Not a reset: the kernel waits a minute for what is dead then.
                method = (V.VIGIL_METHOD_REBIND, V.VIGIL_METHOD_RESCAN)[len(numbers) % 2]
                numbers.append(pcilib.start(sock, RECOVER, NIC, method=method,
                                            override=[ROUTE]))
                pcilib.end(sock, numbers[-1])
            except OSError:
                break   # the component went away

    thread = threading.Thread(target=climb)
    thread.start()
    assert wait_for(60, lambda: len(numbers) > 1)
    pcilib.hmp("device_del nic")
    gone = wait_for(60, lambda: not pcilib.is_component(NIC) or (
        not pcilib.exists(NIC) and pcilib.fact_is(NIC, "health", "failed")))
    stop.set()
    thread.join()
    assert gone, os.listdir(pcilib.DEVICES)
    for number in numbers:
        pcilib.end(sock, number)
    assert wait_for(60, plugged)
    assert wait_for(60, lambda: pcilib.is_component(NIC) and driver_of(NIC) == "e1000e")
    becomes(NIC, "health", "healthy")
    becomes(NIC, "isolation", "none")


def prepare():
    global NIC    # pylint: disable=global-statement
    pcilib.load()
    found = pcilib.functions("e1000e")
    if not found:
        corelib.skip_all("no e1000e")
    NIC = found[0]


corelib.main([each_step, ladder, driver_reset, nothing_works, automatic, burst, guarded,
              gives_up, unplugged], prepare)

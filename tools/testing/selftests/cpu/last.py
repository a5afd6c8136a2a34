#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread --append isolcpus=0 --append cpu0_hotplug
# kernels: 6.1 6.12, its locks are those of isolation.py
"""The last CPU that may be used, by the scheduler or at all."""

import errno
import os

import cpulib
from cpulib import corelib, fact, V

GUARD = cpulib.guard("LAST_CPU")


def isolate(cpu, override=0):
    sock = corelib.vigil()
    return cpulib.ended(sock, cpulib.ask(sock, V.VIGIL_CMD_ISOLATE, cpu,
                                         override=override))


def told_role():
    """A dry run tells what the CPU is set aside for."""
    sock = corelib.vigil()
    if os.path.exists(f"{cpulib.SYSTEM}/cpu0/online"):
        reply = cpulib.ask(sock, V.VIGIL_CMD_ISOLATE, 0, dry_run=True)
        texts = [text for _, text in cpulib.findings(reply)]
        assert any("isolcpus" in text for text in texts), texts
    reply = cpulib.ask(sock, V.VIGIL_CMD_ISOLATE, 1, dry_run=True)
    found = cpulib.findings(reply)
    assert V.VIGIL_GUARD_LAST_CPU in [guard for guard, _ in found], found


def last_of_scheduler():
    """The last CPU that the scheduler may use by itself stays."""
    corelib.refused("EACCES", cpulib.ask, corelib.vigil(), V.VIGIL_CMD_ISOLATE,
                    1, text="guard last-cpu: only CPUs would be left")
    assert cpulib.online(1)


def overridden():
    """By name it goes, unless the kernel has its own mind, which is told."""
    operation = isolate(1, GUARD)
    if cpulib.done(operation):
        assert not cpulib.online(1)
        cpulib.set_online(1, True)
        cpulib.expect_fact(1, "isolation", "none")
        return
    assert operation.number(V.VIGIL_A_OPERATION_ERRNO) == errno.EBUSY
    message = operation.string(V.VIGIL_A_OPERATION_MESSAGE)
    assert "the kernel refuses" in message, message
    assert cpulib.online(1) and fact(1, "isolation") == "none"


def last_of_all():
    """The last CPU of the machine stays, overridden or not."""
    if not os.path.exists(f"{cpulib.SYSTEM}/cpu0/online"):
        print("# CPU 0 can't go, so it is always left")
        return
    assert cpulib.done(isolate(0))
    corelib.refused("EACCES", cpulib.ask, corelib.vigil(), V.VIGIL_CMD_ISOLATE,
                    1, text="guard last-cpu: no CPU would be left")
    operation = isolate(1, GUARD)
    assert operation.number(V.VIGIL_A_OPERATION_ERRNO) == errno.EBUSY
    assert cpulib.online(1) and fact(1, "isolation") == "none"
    cpulib.set_online(0, True)


def prepare():
    cpulib.load()
    cpulib.allow(1000, 100)


if __name__ == "__main__":
    corelib.main([told_role, last_of_scheduler, overridden, last_of_all],
                 prepare)

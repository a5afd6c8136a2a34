#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --spare-cpus 1
# kernels: 6.1, later ones take no CPU that was not there at boot from this emulator
"""A CPU that is put into a running machine. Pulling it out is not tried: QEMU dies of that."""

import os

import cpulib
from cpulib import corelib, fact, V

LATE = 1


def is_component():
    return os.path.isdir(f"{corelib.SYSFS}/cpu-{LATE}")


def plug():
    assert not corelib.hmp(f"device_add max-x86_64-cpu,id=late,socket-id={LATE},"
                           "core-id=0,thread-id=0")
    assert corelib.wait_for(60, is_component), "no component"


def appears():
    """It becomes a component that is not in use yet, which is not Vigil's doing"""
    sock = corelib.listener()
    plug()
    assert any(m.cmd == V.VIGIL_CMD_COMPONENT_ADD_NTF and
               m.string(V.VIGIL_A_COMPONENT_NAME) == f"cpu-{LATE}"
               for m in corelib.notifications(sock, 1))
    cpulib.set_online(LATE, False)  # if something has put it to use
    cpulib.expect_fact(LATE, "isolation", "isolated")
    assert fact(LATE, "owner") == "external"
    cpulib.set_online(LATE, True)
    cpulib.expect_fact(LATE, "isolation", "none")


def out_and_back():
    """It is isolated and released like the others"""
    cpulib.carry_out(V.VIGIL_CMD_ISOLATE, LATE)
    assert not cpulib.online(LATE) and fact(LATE, "owner") == "vigil"
    cpulib.carry_out(V.VIGIL_CMD_RELEASE, LATE)
    assert cpulib.online(LATE)


def prepare():
    cpulib.need_hardware()
    cpulib.load()
    cpulib.allow(1000, 1000)


corelib.main([appears, out_and_back], prepare)

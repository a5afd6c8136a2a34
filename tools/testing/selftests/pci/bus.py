#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --device pcie-root-port,id=slow,chassis=3,x-speed=2_5 --device e1000e,bus=slow --device pcie-root-port,id=top,chassis=4,x-speed=2_5 --device x3130-upstream,id=switch,bus=top --device xio3130-downstream,id=below,bus=switch,chassis=10 --device nvme,serial=vigil,bus=below --one-thread
"""The reset of a bus: a switch and all below it, a slot, and others who remove.

The ports are slow ones, for which the kernel does not wait until the link says that it
is up: QEMU's never does.
"""

import os
import random
import threading
import time

import pcilib
from pcilib import V, corelib, RECOVER, becomes, do, driver_of, exists, read, rescan, wait_for, write

BUS_RESET = V.VIGIL_METHOD_BUS_RESET
ROUNDS = corelib.rounds(40)
NIC = PORT = DRIVE = None


def path_of(address):
    """The functions from the port of the root bus to this one."""
    return [part for part in os.path.realpath(f"{pcilib.DEVICES}/{address}").split("/")
            if part.count(":") == 2]


def config(address):
    """Command, BARs, numbers of buses; not the status, which tells of the reset."""
    with open(f"{pcilib.DEVICES}/{address}/config", "rb") as file:
        header = file.read(64)
    return header[:6] + header[8:0x1e] + header[0x20:]


def identity(address):
    """Another one after it was removed and found again."""
    return os.stat(f"{pcilib.DEVICES}/{address}/").st_ino


def state():
    return read(f"{pcilib.DEVICES}/{DRIVE}/nvme/nvme0/state")


def switch():
    """A switch and all below it are restored, and a driver that is told keeps its drive"""
    functions = path_of(DRIVE)
    assert len(functions) == 4, functions
    assert wait_for(60, lambda: state() == "live")
    before = {each: (config(each), identity(each)) for each in functions}
    do(RECOVER, functions[0], method=BUS_RESET, text="bus-reset worked")
    assert {each: (config(each), identity(each)) for each in functions} == before
    assert driver_of(DRIVE) == "nvme"
    assert wait_for(60, lambda: state() == "live"), state()


def middle():
    """So is what is below one port of the switch"""
    before = config(DRIVE), identity(DRIVE)
    do(RECOVER, path_of(DRIVE)[2], method=BUS_RESET, text="bus-reset worked")
    assert (config(DRIVE), identity(DRIVE)) == before
    assert wait_for(60, lambda: state() == "live"), state()


def in_use():
    """With a driver that would not be told it is refused, with it taken off it works"""
    before = identity(NIC)
    pcilib.refused("EOPNOTSUPP", RECOVER, pcilib.port_of(NIC), method=BUS_RESET,
                   text="in use")
    do(RECOVER, NIC, method=BUS_RESET, text="bus-reset worked")
    assert driver_of(NIC) == "e1000e" and identity(NIC) == before
    becomes(NIC, "health", "healthy")


def held():
    """Somebody who reads its configuration all the while does no harm"""
    stop = threading.Event()

    def look():
        while not stop.is_set():
            config(NIC)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        do(RECOVER, NIC, method=BUS_RESET, text="bus-reset worked")
    finally:
        stop.set()
        thread.join()


def others_remove():
    """Others may remove the function, or the port above it, at any moment"""
    stop = threading.Event()
    worked = removed = 0
    start = time.monotonic()
    do(RECOVER, NIC, method=BUS_RESET, text="bus-reset worked")
    took = time.monotonic() - start

    def remove():
        nonlocal removed
        while not stop.is_set():
            try:
                write(f"{pcilib.DEVICES}/{(NIC, PORT)[removed % 2]}/remove", "1")
            except OSError:
                pass    # a reset has just taken its turn, or it is gone
            removed += 1
            rescan()
            wait_for(60, lambda: exists(NIC))
            # Half of them in the middle of a reset.
            time.sleep(random.random() * 2 * took)

    thread = threading.Thread(target=remove)
    thread.start()
    sock = corelib.vigil()
    try:
        while thread.is_alive() and (removed < ROUNDS or not worked):
            try:
                number = pcilib.start(sock, RECOVER, NIC, method=BUS_RESET)
            except OSError:
                continue    # it is gone
            done = pcilib.end(sock, number).number(V.VIGIL_A_OPERATION_STATE)
            worked += done == V.VIGIL_OP_STATE_DONE
    finally:
        stop.set()
        thread.join()
    assert removed >= ROUNDS and worked
    print(f"# {removed} removals, {worked} resets that worked meanwhile")
    rescan()
    assert wait_for(60, lambda: pcilib.is_component(NIC) and driver_of(NIC) == "e1000e")
    do(RECOVER, NIC, method=BUS_RESET, text="bus-reset worked")


def prepare():
    global NIC, PORT, DRIVE    # pylint: disable=global-statement
    pcilib.load()
    if not pcilib.functions("e1000e"):
        corelib.skip_all("no e1000e")
    if not wait_for(60, lambda: pcilib.functions("nvme")):
        corelib.skip_all("no NVMe drive")
    NIC, DRIVE = pcilib.functions("e1000e")[0], pcilib.functions("nvme")[0]
    PORT = pcilib.port_of(NIC)


corelib.main([switch, middle, in_use, held, others_remove], prepare)

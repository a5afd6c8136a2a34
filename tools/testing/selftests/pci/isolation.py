#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --device e1000e,bus=rp0 --one-thread
"""Functions taken out of use and given back, by Vigil and by others."""

import subprocess
import threading

import pcilib
from pcilib import (V, corelib, ISOLATE, RECOVER, RELEASE, TEST, becomes, do, driver_of, exists, fact,
                    findings, is_component, policy, refused, rescan, wait_for, write)

UNBIND = V.VIGIL_METHOD_UNBIND
REMOVE = V.VIGIL_METHOD_REMOVE
NIC = PORT = None


def components():
    """A NIC and the port above it are components, a serial port is not"""
    becomes(NIC, "health", "healthy")
    assert fact(NIC, "isolation") == "none"
    sock = corelib.vigil()
    reply = sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name(f"pci-{NIC}"))
    assert reply.string(V.VIGIL_A_COMPONENT_PARENT_NAME) == f"pci-{PORT}"
    assert reply.string(V.VIGIL_A_COMPONENT_LABEL) == "8086:10d3 e1000e"
    serial = [address for address in pcilib.functions("virtio-pci")
              if corelib.read(f"{pcilib.DEVICES}/{address}/class") == "0x078000"]
    assert serial and not any(map(is_component, serial))


def dry_run():
    """A dry run tells what would be hit, and hits nothing"""
    name = pcilib.netdev(NIC)
    told = [text for _, text in findings(NIC)]
    assert f"driver e1000e leaves {NIC}" in told, told
    assert any(text.startswith(f"network device {name} is ") for text in told), told
    assert any(NIC in text for _, text in findings(PORT)), "nothing below the port"
    assert driver_of(NIC) == "e1000e" and fact(NIC, "isolation") == "none"


def unbind():
    """unbind takes the driver off, release has it back"""
    do(ISOLATE, NIC, method=UNBIND)
    assert driver_of(NIC) is None and exists(NIC)
    assert fact(NIC, "isolation") == "isolated" and fact(NIC, "owner") == "vigil"
    refused("EBUSY", RECOVER, NIC, text="release it")
    do(ISOLATE, NIC, method=UNBIND)
    do(RELEASE, NIC)
    assert driver_of(NIC) == "e1000e" and fact(NIC, "isolation") == "none"
    assert pcilib.netdev(NIC)
    do(TEST, NIC, text="it answers")


def remove():
    """remove takes the function out, the component stays, release has both back"""
    do(ISOLATE, NIC, method=REMOVE)
    assert not exists(NIC)
    assert fact(NIC, "isolation") == "isolated" and fact(NIC, "owner") == "vigil"
    pcilib.fails(TEST, NIC, text="gone")
    do(RELEASE, NIC)
    assert driver_of(NIC) == "e1000e" and fact(NIC, "isolation") == "none"


def by_policy_and_sysfs():
    """The policy chooses the method, sysfs takes the verbs"""
    policy(NIC, "isolate_method", REMOVE)
    write(f"{corelib.SYSFS}/pci-{NIC}/isolate", "a test")
    becomes(NIC, "isolation", "isolated")
    assert not exists(NIC)
    write(f"{corelib.SYSFS}/pci-{NIC}/release", "a test")
    becomes(NIC, "isolation", "none")
    assert driver_of(NIC) == "e1000e"
    policy(NIC, "isolate_method", UNBIND)
    corelib.refused("ERANGE", policy, NIC, "isolate_method", 3)


def others_unbind():
    """A driver that somebody else takes off shows as external"""
    write("/sys/bus/pci/drivers/e1000e/unbind", NIC)
    becomes(NIC, "isolation", "isolated")
    assert fact(NIC, "owner") == "external"
    write("/sys/bus/pci/drivers/e1000e/bind", NIC)
    becomes(NIC, "isolation", "none")
    assert fact(NIC, "owner") == "none"


def others_remove():
    """A function that somebody else removes loses its component until it is back"""
    write(f"{pcilib.DEVICES}/{NIC}/remove", "1")
    assert wait_for(60, lambda: not is_component(NIC))
    rescan()
    assert wait_for(60, lambda: is_component(NIC))
    becomes(NIC, "health", "healthy")


def others_release():
    """A function that Vigil removed and somebody else scans again is not isolated"""
    do(ISOLATE, NIC, method=REMOVE)
    rescan()
    becomes(NIC, "isolation", "none")
    assert driver_of(NIC) == "e1000e"


def port():
    """A port is removed with all below it, and comes back with it"""
    refused("EOPNOTSUPP", ISOLATE, PORT, method=UNBIND)
    do(ISOLATE, PORT)
    assert not exists(PORT) and not exists(NIC)
    assert wait_for(60, lambda: not is_component(NIC))
    assert fact(PORT, "isolation") == "isolated"
    do(RELEASE, PORT)
    assert wait_for(60, lambda: is_component(NIC))
    becomes(NIC, "health", "healthy")
    assert fact(PORT, "isolation") == "none" and driver_of(NIC) == "e1000e"


def port_recovers():
    """A port recovers with all below it"""
    do(RECOVER, PORT, text="rescan worked")
    assert wait_for(60, lambda: is_component(NIC))
    becomes(NIC, "health", "healthy")
    assert driver_of(NIC) == "e1000e"


def methods_fit_verbs():
    """A method that is not one of the verb's is refused"""
    refused("EINVAL", ISOLATE, NIC, method=V.VIGIL_METHOD_REBIND)
    refused("EOPNOTSUPP", RECOVER, NIC, method=UNBIND)
    refused("EINVAL", RELEASE, NIC, method=UNBIND)


def unloading():
    """The module can go at any moment, and leaves what was isolated"""
    def ask():
        sock = corelib.vigil()
        for _ in range(20):
            for verb in (ISOLATE, RELEASE):
                try:
                    pcilib.start(sock, verb, NIC)
                except OSError:
                    pass    # the component is gone, or its queue is full

    for _ in range(corelib.rounds(4)):
        thread = threading.Thread(target=ask)
        thread.start()
        wait_for(60, lambda: not subprocess.run(["rmmod", "vigil_pci"], check=False,
                                                capture_output=True).returncode)
        thread.join()
        pcilib.reload()
    assert wait_for(60, lambda: is_component(NIC))
    do(ISOLATE, NIC, method=UNBIND)
    corelib.unload("vigil_pci")
    assert driver_of(NIC) is None
    write("/sys/bus/pci/drivers/e1000e/bind", NIC)
    pcilib.reload()
    becomes(NIC, "health", "healthy")


def bad_classes():
    """A list of classes that makes no sense is refused, another one is obeyed"""
    corelib.unload("vigil_pci")
    for classes in ("", "0x100", "2,,3"):
        assert subprocess.run(
            ["insmod", f"{corelib.MODULES}/pci/vigil_pci.ko", f"classes={classes}"],
            check=False, capture_output=True).returncode, classes
    pcilib.reload("classes=0x12")
    assert not is_component(NIC) and not is_component(PORT)


def prepare():
    global NIC, PORT    # pylint: disable=global-statement
    pcilib.load()
    found = pcilib.functions("e1000e")
    if not found:
        corelib.skip_all("no e1000e")
    NIC, PORT = found[0], pcilib.port_of(found[0])


corelib.main([components, dry_run, unbind, remove, by_policy_and_sysfs, others_unbind,
              others_remove, others_release, port, port_recovers, methods_fit_verbs,
              unloading, bad_classes], prepare)

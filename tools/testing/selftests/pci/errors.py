#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --device pcie-root-port,id=slow,chassis=3,x-speed=2_5 --device e1000e,bus=slow --one-thread
"""Errors, through the kernel's aer_inject: what they do to counters and health.

The port is a slow one, for the reason that recover.py gives: otherwise the kernel's
own recovery from fatal errors fails. The function is not removed here: of a function
whose error was dealt with before the kernel got to it, its AER driver never gives back
the reference (aer_process_err_devices()).
"""

import pcilib
from pcilib import (V, corelib, RECOVER, TEST, becomes, counter, do, fact, inject_aer, policy,
                    wait_for)

NIC = PORT = None


def inject(address, name, at_least, error):
    """Until the counter says so: one that comes while another is dealt with is lost."""
    def once_more():
        inject_aer(address, **error)
        return wait_for(5, lambda: counter(address, name) >= at_least)
    assert wait_for(60, once_more), f"{name} is {counter(address, name)}"


def correctable():
    """Correctable errors count, and degrade only when they are too many"""
    policy(NIC, "corrected_max", 1)
    inject(NIC, "aer_correctable", 1, pcilib.CORRECTABLE)
    assert fact(NIC, "health") == "healthy"
    inject(NIC, "aer_correctable", 2, pcilib.CORRECTABLE)
    becomes(NIC, "health", "degraded")
    assert "correctable" in fact(NIC, "reason") and fact(NIC, "advice") == "watch"
    policy(NIC, "corrected_max", 100)
    becomes(NIC, "health", "healthy")


def correctable_of_port():
    """Those of a port are the port's"""
    before = counter(NIC, "aer_correctable")
    inject(PORT, "aer_correctable", 1, pcilib.CORRECTABLE)
    assert counter(NIC, "aer_correctable") == before


def nonfatal_of_port():
    """Also those that its function has to be asked about"""
    before = counter(NIC, "aer_nonfatal")
    inject(PORT, "aer_nonfatal", 1, pcilib.NONFATAL)
    becomes(PORT, "health", "degraded")
    assert fact(NIC, "health") == "healthy" and counter(NIC, "aer_nonfatal") == before
    policy(PORT, "poll_s", 1)
    policy(PORT, "window_s", 1)
    becomes(PORT, "health", "healthy")
    policy(PORT, "window_s", 3600)


def fatal_of_port():
    """A port that had a fatal error has failed; what is behind it works, and says so"""
    inject(PORT, "aer_fatal", 1, pcilib.FATAL)
    becomes(PORT, "health", "failed")
    assert fact(NIC, "health") == "healthy" and counter(NIC, "aer_fatal") == 0
    assert pcilib.driver_of(NIC) == "e1000e"
    do(TEST, NIC)
    policy(PORT, "quiet_s", 1)
    becomes(PORT, "health", "healthy")
    policy(PORT, "quiet_s", 3600)


def nonfatal():
    """A non-fatal error degrades, more of them are failing, time heals"""
    inject(NIC, "aer_nonfatal", 1, pcilib.NONFATAL)
    becomes(NIC, "health", "degraded")
    inject(NIC, "aer_nonfatal", 2, pcilib.NONFATAL)
    becomes(NIC, "health", "failing")
    assert fact(NIC, "advice") == "isolate"
    policy(NIC, "poll_s", 1)
    policy(NIC, "window_s", 1)
    becomes(NIC, "health", "healthy")
    policy(NIC, "window_s", 3600)


def fatal():
    """After a fatal error it has failed, until a recovery that worked"""
    sock = corelib.listener()
    inject(NIC, "aer_fatal", 1, pcilib.FATAL)
    becomes(NIC, "health", "failed")
    events = [m for m in corelib.notifications(sock, 1)
              if m.cmd == V.VIGIL_CMD_EVENT_NTF]
    assert any(m.number(V.VIGIL_A_EVENT_KIND) == V.VIGIL_EVENT_KIND_UNCORRECTED_ERROR
               for m in events), events
    do(RECOVER, NIC, text="worked")
    becomes(NIC, "health", "healthy")


def fatal_and_quiet():
    """Or until it has been quiet for long enough"""
    inject(NIC, "aer_fatal", 2, pcilib.FATAL)
    becomes(NIC, "health", "failed")
    policy(NIC, "quiet_s", 1)
    becomes(NIC, "health", "healthy")
    policy(NIC, "quiet_s", 3600)


def source():
    """The source of the errors shows that it listens"""
    directory = "/sys/class/vigil_source/pci-aer"
    assert corelib.read(f"{directory}/state") == "armed"
    assert int(corelib.read(f"{directory}/events")) >= 5


def prepare():
    global NIC, PORT    # pylint: disable=global-statement
    pcilib.load()
    found = pcilib.functions("e1000e")
    if not found:
        corelib.skip_all("no e1000e")
    NIC, PORT = found[0], pcilib.port_of(found[0])


corelib.main([correctable, correctable_of_port, nonfatal_of_port, fatal_of_port, nonfatal,
              fatal, fatal_and_quiet, source], prepare)

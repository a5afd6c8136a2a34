#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --device e1000e,bus=rp0 --one-thread
"""A link that is worse than it was, and a function that does not answer."""

import pcilib
from pcilib import V, corelib, RECOVER, TEST, becomes, counter, do, fact, policy, sim

NIC = None


def narrow():
    """A link that is narrower than it was degrades, and counts once"""
    pcilib.load_sim(NIC)
    sim("lanes_capable", 16)
    sim("lanes", 16)
    pcilib.reload()
    policy(NIC, "poll_s", 1)
    becomes(NIC, "health", "healthy")
    becomes(NIC, "counters/link_lanes", "16")
    assert counter(NIC, "link_lanes_capable") == 16
    sim("lanes", 8)
    becomes(NIC, "health", "degraded")
    assert fact(NIC, "reason") == "link x8, was x16", fact(NIC, "reason")
    becomes(NIC, "counters/link_lanes", "8")
    assert counter(NIC, "link_degradations") == 1
    do(TEST, NIC, text="link x8")


def narrow_as_expected():
    """Unless somebody says that it is right so"""
    policy(NIC, "link_lanes_expected", 8)
    becomes(NIC, "health", "healthy")
    policy(NIC, "link_lanes_expected", 0)
    becomes(NIC, "health", "degraded")
    sim("lanes", 16)
    becomes(NIC, "health", "healthy")
    assert counter(NIC, "link_degradations") == 2


def absent():
    """A function that reads as ones has failed, until it answers"""
    sim("absent", 1)
    becomes(NIC, "health", "failed")
    assert "does not answer" in fact(NIC, "reason")
    pcilib.fails(TEST, NIC, text="does not answer")
    sim("absent", 0)
    becomes(NIC, "health", "healthy")
    assert counter(NIC, "power_state") == 0


def lost():
    """One that is not found again has failed, and recovers when it is back"""
    sim("absent", 1)
    pcilib.fails(RECOVER, NIC, method=V.VIGIL_METHOD_RESCAN)
    becomes(NIC, "health", "failed")
    assert not pcilib.exists(NIC) and fact(NIC, "isolation") == "none"
    sim("absent", 0)
    do(RECOVER, NIC, text="rescan worked")
    becomes(NIC, "health", "healthy")
    assert pcilib.driver_of(NIC) == "e1000e"


def prepare():
    global NIC    # pylint: disable=global-statement
    pcilib.load()
    found = pcilib.functions("e1000e")
    if not found:
        corelib.skip_all("no e1000e")
    NIC = found[0]


corelib.main([narrow, narrow_as_expected, absent, lost], prepare)

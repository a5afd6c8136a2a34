#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
"""Machine checks: counted for the right CPU, judged, and what follows."""

import atexit
import os

import cpulib
from cpulib import corelib, counter, fact, V

SOURCE = "/sys/class/vigil_source"
MEMORY = f"{corelib.SYSFS}/memory-0/counters"


def memory_errors():
    return sum(int(corelib.read(f"{MEMORY}/{name}"))
               for name in ("corrected_errors", "uncorrected_errors"))


def healthy_at_first():
    """CPUs are healthy, and the source is armed."""
    for cpu in (0, 1):
        cpulib.expect_fact(cpu, "health", "healthy")
        assert fact(cpu, "isolation") == "none"
        assert fact(cpu, "risk_permille") == "unknown"
    throttled = f"{cpulib.SYSTEM}/cpu1/thermal_throttle/core_throttle_count"
    shown = cpulib.path(1, "counters/thermal_throttles")
    assert os.path.exists(shown) == os.path.exists(throttled)
    if os.path.exists(throttled):
        print("# the kernel counts throttling")
        assert corelib.read(shown) == corelib.read(throttled)
    assert corelib.read(f"{SOURCE}/mce-cpu/state") == "armed"
    assert corelib.read(f"{SOURCE}/arm_event-cpu/state") == "absent"


def counted_for_its_cpu():
    """A corrected cache error counts for its CPU, once, and not as memory's."""
    cpulib.corrected(1)
    assert counter(1, "cache_errors") == 1
    assert fact(1, "health") == "healthy"
    cpulib.corrected(0)
    assert counter(1, "corrected_errors") == 1
    assert memory_errors() == 0


def by_part():
    """Each part of the CPU has its counter."""
    for code, name in ((0x14, "tlb_errors"), (0x5, "internal_errors"),
                       (0x813, "bus_errors")):
        cpulib.corrected(1, code)
        assert counter(1, name) == 1, name
    assert counter(1, "cache_errors") == 1
    assert counter(1, "corrected_errors") == 4
    assert int(corelib.read(f"{SOURCE}/mce-cpu/events")) == 5


def not_the_cpus():
    """Errors of memory and of devices are not the CPU's."""
    cpulib.inject(1, cpulib.CORRECTED | 0x90)
    cpulib.expect(lambda: memory_errors() == 1)
    cpulib.inject(1, cpulib.CORRECTED | 0xe0b)
    # Banks are looked at in order.
    cpulib.inject(1, cpulib.CORRECTED | 0x135, bank=3)
    cpulib.expect_count(1, "corrected_errors", 5)
    assert counter(1, "bus_errors") == 1


def burst():
    """Many corrected errors degrade; when their window is over, it is healthy."""
    sock = corelib.listener()
    cpulib.set_policy(0, "corrected_threshold_errors", 4)
    cpulib.corrected(0, count=2)
    assert fact(0, "health") == "healthy"
    cpulib.corrected(0)
    cpulib.expect_fact(0, "health", "degraded")
    assert fact(0, "advice") == "watch"
    assert fact(0, "reason") == "4 corrected errors within 86400 s"
    assert fact(1, "health") == "healthy"
    events = [m for m in corelib.notifications(sock)
              if m.cmd == V.VIGIL_CMD_EVENT_NTF]
    assert sum(m.number(V.VIGIL_A_EVENT_COUNT) for m in events) == 3
    cpulib.set_policy(0, "corrected_window_seconds", 1)
    cpulib.expect_fact(0, "health", "healthy")
    assert fact(0, "advice") == "none"


def storm():
    """A storm of corrected errors is failing, until it has been over for long."""
    cpulib.set_policy(1, "storm_threshold_errors", 3)
    for _ in range(20):
        cpulib.corrected(1)
        if fact(1, "health") == "failing":
            break
    cpulib.expect_fact(1, "health", "failing")
    assert "storm" in fact(1, "reason")
    assert fact(1, "advice") == "isolate"
    cpulib.set_policy(1, "storm_threshold_errors", 0)
    cpulib.set_policy(1, "failing_window_seconds", 1)
    cpulib.expect_fact(1, "health", "healthy")
    cpulib.set_policy(1, "failing_window_seconds", 86400)


def uncorrected():
    """An uncorrected cache error that is known before it hurts is failing."""
    before = memory_errors()
    cpulib.inject(1, cpulib.UCNA | 0x135, cpulib.LOCAL)
    cpulib.expect_count(1, "uncorrected_errors", 1)
    cpulib.expect_fact(1, "health", "failing")
    assert fact(1, "advice") == "isolate"
    assert "uncorrected" in fact(1, "reason")
    assert counter(0, "uncorrected_errors") == 0
    # Its data were some page's: that is memory's to count too.
    cpulib.expect(lambda: memory_errors() == before + 1)


def broadcast():
    """A machine check that stops all CPUs blames one; the boot CPU can't go."""
    cpulib.inject(0, cpulib.SRAO | 0x17a, cpulib.BROADCAST, broadcast=True)
    cpulib.expect_count(0, "uncorrected_errors", 1)
    cpulib.expect_fact(0, "health", "failing")
    assert counter(1, "uncorrected_errors") == 1
    can_go = os.path.exists(f"{cpulib.SYSTEM}/cpu0/online")
    assert fact(0, "advice") == ("isolate" if can_go else "drain")


def policy_isolates():
    """isolate_on_failing takes a failing CPU out of use; a release pardons it."""
    cpulib.allow(1000, 100)
    cpulib.set_policy(1, "isolate_on_failing", 1)
    cpulib.expect_fact(1, "isolation", "isolated")
    assert not cpulib.online(1)
    assert fact(1, "owner") == "vigil"
    assert fact(1, "isolated_by") == "policy"
    # Nobody uses it, so that it is quiet says nothing.
    cpulib.set_policy(1, "failing_window_seconds", 1)
    cpulib.set_policy(0, "failing_window_seconds", 1)
    cpulib.expect_fact(0, "health", "healthy")
    assert fact(1, "health") == "failing"
    sock = corelib.vigil()
    reply = cpulib.ask(sock, V.VIGIL_CMD_RELEASE, 1,
                       override=cpulib.guard("OWNER"))
    assert cpulib.done(cpulib.ended(sock, reply))
    assert cpulib.online(1) and fact(1, "health") == "healthy"
    assert fact(1, "advice") == "none"


def prepare():
    cpulib.load()
    cpulib.need_hardware()
    for name in ("predict", "memory"):
        atexit.register(corelib.unload, f"vigil_{name}")
        corelib.run("insmod", f"{corelib.MODULES}/{name}/vigil_{name}.ko")


if __name__ == "__main__":
    corelib.main([healthy_at_first, counted_for_its_cpu, by_part, not_the_cpus,
                  burst, storm, uncorrected, broadcast, policy_isolates],
                 prepare)

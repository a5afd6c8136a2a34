#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 4 --nodes 2 --one-thread
"""CPUs out of use and back: by command, by others, and guards against it."""

import collections
import errno
import os
import signal
import subprocess
import threading

import cpulib
from cpulib import corelib, fact, V

ISOLATE, RELEASE = V.VIGIL_CMD_ISOLATE, V.VIGIL_CMD_RELEASE
# What ends an operation otherwise than by its own success.
REFUSED = (errno.EACCES, errno.EBUSY)


def refused(guard, cpu):
    corelib.refused("EACCES", cpulib.ask, corelib.vigil(), ISOLATE, cpu,
                    text=f"guard {guard}: ")
    assert cpulib.online(cpu) and fact(cpu, "isolation") == "none"


def out_and_back():
    """A CPU goes out of use by command, and comes back."""
    cpulib.carry_out(ISOLATE, 3)
    assert not cpulib.online(3)
    assert fact(3, "isolation") == "isolated" and fact(3, "owner") == "vigil"
    assert fact(3, "reason") == "selftest"
    cpulib.carry_out(ISOLATE, 3)
    cpulib.carry_out(RELEASE, 3)
    assert cpulib.online(3)
    assert fact(3, "isolation") == "none" and fact(3, "owner") == "none"
    cpulib.carry_out(RELEASE, 3)
    corelib.write(cpulib.path(3, "isolate"), "by a file")
    assert not cpulib.online(3)
    corelib.write(cpulib.path(3, "release"), "by a file")
    assert cpulib.online(3)


def bound_process():
    """A dry run lists a process that is bound to the CPU, and changes nothing."""
    with subprocess.Popen(["sleep", "1000"]) as bound:
        os.sched_setaffinity(bound.pid, {3})
        sock = corelib.vigil()
        reply = cpulib.ask(sock, ISOLATE, 3, dry_run=True)
        texts = [text for _, text in cpulib.findings(reply)]
        other = cpulib.findings(cpulib.ask(sock, ISOLATE, 2, dry_run=True))
        os.kill(bound.pid, signal.SIGTERM)
    assert any(f"process {bound.pid} (sleep)" in text for text in texts), texts
    assert not any("process" in text for _, text in other), other
    assert cpulib.online(3) and fact(3, "isolation") == "none"


def hostile_names():
    """Names of processes are printed, whatever they are; many are counted."""
    code = "import time; open('/proc/self/comm', 'w').write('a\\x1b\\nb'); " \
           "print(flush=True); time.sleep(1000)"
    odd = [subprocess.Popen(["python3", "-c", code], stdout=subprocess.PIPE)]
    odd[0].stdout.readline()
    many = [subprocess.Popen(["sleep", "1000"]) for _ in range(9)]
    for process in odd + many:
        os.sched_setaffinity(process.pid, {3})
    reply = cpulib.ask(corelib.vigil(), ISOLATE, 3, dry_run=True)
    for process in odd + many:
        process.kill()
        process.wait()
    texts = [text for _, text in cpulib.findings(reply)]
    assert all(text.isprintable() for text in texts), texts
    assert len([t for t in texts if t.startswith("process")]) == 8, texts
    assert any(t.startswith("and 2 more processes") for t in texts), texts


def last_of_node():
    """The last CPU of a node stays, unless that guard is named."""
    cpulib.carry_out(ISOLATE, 2)
    refused("last-cpu-of-node", 3)
    found = cpulib.findings(cpulib.ask(corelib.vigil(), ISOLATE, 3,
                                       dry_run=True))
    assert V.VIGIL_GUARD_LAST_CPU_OF_NODE in [guard for guard, _ in found]
    cpulib.carry_out(ISOLATE, 3, cpulib.guard("LAST_CPU_OF_NODE"))
    assert not cpulib.online(2) and not cpulib.online(3)
    assert both_gone()


def last_of_machine():
    """The last CPU of the machine stays, and the kernel has the last word."""
    cpulib.carry_out(ISOLATE, 1)
    if not os.path.exists(f"{cpulib.SYSTEM}/cpu0/online"):
        corelib.refused("EOPNOTSUPP", cpulib.ask, corelib.vigil(), ISOLATE, 0,
                        text="never takes that CPU offline")
    else:
        refused("last-cpu", 0)
    for cpu in (1, 2, 3):
        cpulib.carry_out(RELEASE, cpu)
    assert all(cpulib.online(cpu) for cpu in range(4))


def others_take_it():
    """An administrator's own offlining shows as his, and is not undone."""
    sock = corelib.vigil()
    cpulib.set_online(1, False)
    cpulib.expect_fact(1, "isolation", "isolated")
    assert fact(1, "owner") == "external"
    corelib.refused("EACCES", cpulib.ask, sock, RELEASE, 1, text="guard owner")
    cpulib.carry_out(ISOLATE, 1)
    assert fact(1, "owner") == "external"
    cpulib.carry_out(RELEASE, 1, cpulib.guard("OWNER"))
    assert cpulib.online(1) and fact(1, "owner") == "none"
    cpulib.set_online(1, False)
    cpulib.expect_fact(1, "isolation", "isolated")
    cpulib.set_online(1, True)
    cpulib.expect_fact(1, "isolation", "none")


def others_give_it_back():
    """What Vigil isolated and somebody else brings back shows as in use."""
    cpulib.carry_out(ISOLATE, 1)
    cpulib.set_online(1, True)
    cpulib.expect_fact(1, "isolation", "none")
    assert fact(1, "owner") == "none"


def over_a_reload():
    """A CPU that is out of use stays so over a reload, as somebody else's."""
    cpulib.carry_out(ISOLATE, 1)
    corelib.unload("vigil_cpu")
    assert not cpulib.online(1)
    cpulib.insert()
    assert fact(1, "isolation") == "isolated" and fact(1, "owner") == "external"
    cpulib.carry_out(RELEASE, 1, cpulib.guard("OWNER"))


def both_gone():
    """Of CPUs 2 and 3; one read(2) of one file, so that it tells of one moment."""
    file = os.open("/sys/devices/system/node/node1/cpulist", os.O_RDONLY)
    text = os.read(file, 100)
    os.close(file)
    return not text.strip()


def fight(cpu, rounds, failures, moved):
    """Take a CPU out and give it back, as often as guards let it."""
    sock = corelib.vigil()
    for _ in range(rounds):
        for cmd in (ISOLATE, RELEASE):
            try:
                operation = cpulib.ended(sock, cpulib.ask(sock, cmd, cpu))
            except OSError as refusal:
                if refusal.errno not in REFUSED:
                    failures.append(refusal)
                continue
            moved["done"] += cpulib.done(operation)
            error = operation.number(V.VIGIL_A_OPERATION_ERRNO)
            if error and error not in REFUSED:
                failures.append(operation.string(V.VIGIL_A_OPERATION_MESSAGE))


def never_both():
    """Two who want the last two CPUs of a node never get both."""
    rounds, failures, both = corelib.rounds(8), [], 0
    moved = collections.Counter()
    rivals = [threading.Thread(target=fight,
                               args=(cpu, rounds, failures, moved))
              for cpu in (2, 3)]
    for rival in rivals:
        rival.start()
    while any(rival.is_alive() for rival in rivals):
        both += both_gone()
    assert not both and not failures, (both, failures)
    assert moved["done"] >= 2 * rounds, moved
    for cpu in (2, 3):
        cpulib.carry_out(RELEASE, cpu)


def prepare():
    cpulib.load()
    cpulib.allow(1000, 1000000)


if __name__ == "__main__":
    corelib.main([out_and_back, bound_process, hostile_names, last_of_node,
                  last_of_machine, others_take_it, others_give_it_back,
                  over_a_reload, never_both], prepare)

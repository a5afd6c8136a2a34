# SPDX-License-Identifier: GPL-2.0
"""What the selftests of CPUs share: module, errors, facts, verbs."""

import atexit
import os
import shutil
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "../core")]

import corelib  # noqa: E402  pylint: disable=wrong-import-position
import genl  # noqa: E402  pylint: disable=wrong-import-position

V = corelib.V
MODULE = os.path.join(corelib.MODULES, "cpu/vigil_cpu.ko")
SYSTEM = "/sys/devices/system/cpu"
# Emulated machines on a busy host take their time.
PATIENCE_S = 60

# IA32_MCi_STATUS: valid and enabled; uncorrected besides; signaled besides
CORRECTED = 0x9000000000000000
UCNA = 0xb000000000000000
SRAO = 0xb100000000000000
# IA32_MCG_STATUS: restart possible, in progress; and on this CPU only
BROADCAST = 0x5
LOCAL = 0xd


def insert():
    corelib.run("insmod", MODULE)


def present():
    """Numbers of the CPUs that there are, in use or not."""
    return sorted(int(name[3:]) for name in os.listdir(SYSTEM)
                  if name[:3] == "cpu" and name[3:].isdigit())


def all_online():
    for cpu in present():
        set_online(cpu, True)


def load():
    """vigil_cpu afresh, unloaded at the end."""
    if os.geteuid():
        corelib.skip_all("needs root")
    if not os.path.exists(MODULE):
        corelib.skip_all("no vigil_cpu.ko")
    corelib.unload("vigil_cpu")
    if not corelib.loaded("vigil"):
        corelib.run("insmod", os.path.join(corelib.MODULES, "core/vigil.ko"))
        atexit.register(corelib.unload, "vigil")
    atexit.register(corelib.unload, "vigil_cpu")
    atexit.register(all_online)
    insert()


def need_hardware():
    """Machine checks come from the runner of the virtual machine."""
    if not shutil.which("vm-hw"):
        corelib.skip_all("needs vm-hw, the virtual machine's hardware")


def path(cpu, file):
    return f"{corelib.SYSFS}/cpu-{cpu}/{file}"


def fact(cpu, name):
    return corelib.read(path(cpu, name))


def counter(cpu, name):
    return int(fact(cpu, f"counters/{name}"))


def set_policy(cpu, name, value):
    corelib.write(path(cpu, f"policy/{name}"), str(value))


def allow(share_permille, per_hour):
    """How many CPUs may be isolated: guards of the core, not meant here."""
    base = f"{corelib.SYSFS}/machine-0/policy"
    corelib.write(f"{base}/isolated_share_max_permille", str(share_permille))
    corelib.write(f"{base}/isolations_per_hour_max", str(per_hour))


def online(cpu):
    file = f"{SYSTEM}/cpu{cpu}/online"
    return not os.path.exists(file) or corelib.read(file) == "1"


def set_online(cpu, on):
    """As an administrator does who does not know of Vigil."""
    if online(cpu) != on:
        corelib.write(f"{SYSTEM}/cpu{cpu}/online", str(int(on)))


def inject(cpu, status, mcg_status=0, bank=2, broadcast=False):
    flag = "-b " if broadcast else ""
    corelib.run("vm-hw", "hmp", f"mce {flag}{cpu} {bank} {status:#x} "
                f"{mcg_status:#x} 0 0")


def expect(condition):
    assert corelib.wait_for(PATIENCE_S, condition)


def expect_fact(cpu, name, value):
    corelib.wait_for(PATIENCE_S, lambda: fact(cpu, name) == value)
    assert fact(cpu, name) == value, \
        f"{name} of CPU {cpu} is {fact(cpu, name)}, not {value}"


def expect_count(cpu, name, value):
    """The counter arrives at the value and goes no further."""
    corelib.wait_for(PATIENCE_S, lambda: counter(cpu, name) >= value)
    assert counter(cpu, name) == value, \
        f"{name} of CPU {cpu} is {counter(cpu, name)}, not {value}"


def corrected(cpu, code=0x135, count=1):
    """Corrected errors, one after the other: a bank holds one."""
    for _ in range(count):
        before = counter(cpu, "corrected_errors")
        inject(cpu, CORRECTED | code)
        expect_count(cpu, "corrected_errors", before + 1)


def guard(name):
    return 1 << getattr(V, f"VIGIL_GUARD_{name}")


def ask(sock, cmd, cpu, dry_run=False, override=0):
    """A verb over netlink; the first answer."""
    body = corelib.verb_body(f"cpu-{cpu}", "selftest", dry_run)
    if override:
        body += genl.u32(V.VIGIL_A_OPERATION_OVERRIDE, override)
    return sock.do(cmd, body)


def ended(sock, reply):
    """The operation when it has ended."""
    number = reply.number(V.VIGIL_A_OPERATION_ID)
    last = [reply]

    def has_ended():
        last[0] = corelib.get_operation(sock, number)
        return (last[0].number(V.VIGIL_A_OPERATION_STATE) !=
                V.VIGIL_OP_STATE_PENDING)

    expect(has_ended)
    return last[0]


def done(operation):
    return (operation.number(V.VIGIL_A_OPERATION_STATE) ==
            V.VIGIL_OP_STATE_DONE)


def findings(operation):
    """Texts of what an operation would hit, each with its guard's number."""
    found = []
    for payload in operation.all(V.VIGIL_A_OPERATION_FINDING):
        inner = dict(genl.attrs(payload))
        found.append((genl.number(inner[V.VIGIL_A_FINDING_GUARD]),
                      genl.string(inner[V.VIGIL_A_FINDING_TEXT])))
    return found


def carry_out(cmd, cpu, override=0):
    """The operation, ended and done."""
    sock = corelib.vigil()
    operation = ended(sock, ask(sock, cmd, cpu,
                                              override=override))
    assert done(operation), \
        operation.string(V.VIGIL_A_OPERATION_MESSAGE)
    return operation

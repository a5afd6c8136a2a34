# SPDX-License-Identifier: GPL-2.0
"""What the selftests of vigil_pci share: modules, functions, verbs, errors."""

import atexit
import glob
import os
import struct
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../core"))

import corelib  # noqa: E402  pylint: disable=wrong-import-position
import genl  # noqa: E402  pylint: disable=wrong-import-position
from corelib import V, hmp, read, run, wait_for, write  # noqa: E402,F401  pylint: disable=wrong-import-position

ISOLATE = V.VIGIL_CMD_ISOLATE
RELEASE = V.VIGIL_CMD_RELEASE
RECOVER = V.VIGIL_CMD_RECOVER
TEST = V.VIGIL_CMD_TEST
DEVICES = "/sys/bus/pci/devices"
SIM = "/sys/module/vigil_sim_pci/parameters"
PATIENCE_S = 60


def insert(name, *parameters):
    run("insmod", os.path.join(corelib.MODULES, name), *parameters)
    atexit.register(corelib.unload, os.path.basename(name)[:-3])


def load_sim(address):
    insert("../tools/testing/sim/vigil_sim_pci.ko", f"device={address}")


def sim(parameter, value):
    write(f"{SIM}/{parameter}", str(value))


def load(*parameters):
    """vigil and vigil_pci afresh, with the drivers of the tests' functions."""
    if os.geteuid():
        corelib.skip_all("needs root")
    if not os.path.exists(os.path.join(corelib.MODULES, "pci/vigil_pci.ko")):
        corelib.skip_all("no vigil_pci.ko")
    for driver in ("e1000e", "virtio_blk", "nvme"):
        run("modprobe", driver, check=False)
    if not corelib.loaded("vigil"):
        insert("core/vigil.ko")
    corelib.limits()
    insert("pci/vigil_pci.ko", *parameters)


def reload(*parameters):
    corelib.unload("vigil_pci")
    run("insmod", os.path.join(corelib.MODULES, "pci/vigil_pci.ko"), *parameters)


def functions(driver):
    """Addresses of the functions that a driver has."""
    links = glob.glob(f"/sys/bus/pci/drivers/{driver}/*:*:*.*")
    return sorted(os.path.basename(link) for link in links)


def driver_of(address):
    try:
        return os.path.basename(os.readlink(f"{DEVICES}/{address}/driver"))
    except FileNotFoundError:
        return None


def port_of(address):
    return os.path.basename(os.path.dirname(os.path.realpath(f"{DEVICES}/{address}")))


def exists(address):
    return os.path.exists(f"{DEVICES}/{address}")


def netdev(address):
    names = os.listdir(f"{DEVICES}/{address}/net")
    assert len(names) == 1, names
    return names[0]


def fact(address, name):
    return read(f"{corelib.SYSFS}/pci-{address}/{name}")


def counter(address, name):
    return int(fact(address, f"counters/{name}"))


def policy(address, name, value):
    write(f"{corelib.SYSFS}/pci-{address}/policy/{name}", str(value))


def is_component(address):
    return os.path.isdir(f"{corelib.SYSFS}/pci-{address}")


def fact_is(address, name, value):
    """Whether a fact is that; not, when the component goes meanwhile."""
    try:
        return fact(address, name) == value
    except OSError:
        return False


def becomes(address, name, value):
    """Assert that a fact comes to be that."""
    assert wait_for(PATIENCE_S, lambda: fact_is(address, name, value)), \
        f"{name} is {fact(address, name)}, not {value}: {fact(address, 'reason')}"


def start(sock, verb, address, method=None, override=(), dry_run=False):
    body = corelib.verb_body(f"pci-{address}", dry_run=dry_run, reason="test")
    if method is not None:
        body += genl.u32(V.VIGIL_A_OPERATION_METHOD, method)
    if override:
        body += genl.u32(V.VIGIL_A_OPERATION_OVERRIDE,
                         sum(1 << guard for guard in override))
    return sock.do(verb, body).number(V.VIGIL_A_OPERATION_ID)


def end(sock, number):
    assert wait_for(2 * PATIENCE_S, lambda: corelib.get_operation(sock, number).number(
        V.VIGIL_A_OPERATION_STATE) != V.VIGIL_OP_STATE_PENDING)
    return corelib.get_operation(sock, number)


def do(verb, address, *args, state=V.VIGIL_OP_STATE_DONE, text="", **kwargs):
    """Have it done; returns the operation, which ended so and says so."""
    sock = corelib.vigil()
    operation = end(sock, start(sock, verb, address, *args, **kwargs))
    message = operation.string(V.VIGIL_A_OPERATION_MESSAGE)
    assert operation.number(V.VIGIL_A_OPERATION_STATE) == state, message
    assert text in message, message
    return operation


def fails(verb, address, *args, **kwargs):
    return do(verb, address, *args, state=V.VIGIL_OP_STATE_FAILED, **kwargs)


def refused(error, verb, address, *args, text=None, **kwargs):
    corelib.refused(error, lambda: start(corelib.vigil(), verb, address, *args, **kwargs),
                    text=text)


def findings(address, verb=ISOLATE, **kwargs):
    """[(guard, text)] of a dry run; guard is 0 for what is only told."""
    found = []
    for nest in do(verb, address, dry_run=True, **kwargs).all(V.VIGIL_A_OPERATION_FINDING):
        attrs = dict(genl.attrs(nest))
        found.append((genl.number(attrs[V.VIGIL_A_FINDING_GUARD]),
                      genl.string(attrs[V.VIGIL_A_FINDING_TEXT])))
    return found


def guards(address, **kwargs):
    return {guard for guard, _ in findings(address, **kwargs)} - {V.VIGIL_GUARD_NONE}


CORRECTABLE = {"correctable": 0x40}     # bad TLP
NONFATAL = {"uncorrectable": 0x1000}    # poisoned TLP
FATAL = {"uncorrectable": 0x40000}      # malformed TLP


def inject_aer(address, correctable=0, uncorrectable=0):
    """An error, through the kernel's aer_inject."""
    if not os.path.exists("/dev/aer_inject"):
        run("modprobe", "aer_inject")
    domain, bus, rest = address.split(":")
    slot, function = rest.split(".")
    error = struct.pack("=3Bx7I", int(bus, 16), int(slot, 16), int(function, 16),
                        uncorrectable, correctable, 0, 0, 0, 0, int(domain, 16))
    fd = os.open("/dev/aer_inject", os.O_WRONLY)
    try:
        os.write(fd, error)
    finally:
        os.close(fd)


def rescan():
    write("/sys/bus/pci/rescan", "1")

#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append vigil-test=lockdown
# kernels: 6.1 6.12, the debug kernel has no lockdown
"""A kernel that is locked down: root reads, and commands nothing.

It can't be undone, so this has a machine of its own; nothing but the argument of the
kernel that nobody reads makes it one.
"""

import atexit
import os

import corelib
import subjects
from corelib import V, refused
from spec import Spec

LOCKDOWN = "/sys/kernel/security/lockdown"
CPU = f"{corelib.SYSFS}/cpu-sim0"
NO_FRAME = 0	# none is out of use: it could not be given back
SPEC = Spec(corelib.TOP)
ERRORS = None		# open since before, because debugfs is closed then


def before():
    """Until then root may."""
    sock = corelib.vigil()
    for name in ("isolate", "release", "policy-set"):
        sock.do(SPEC.operations[name].number, subjects.requests(NO_FRAME)[name])
    corelib.write(f"{CPU}/policy/limit_errors", "200")
    assert corelib.wait_for(30, lambda: corelib.read(f"{CPU}/isolation") == "none")


def commands():
    """Nothing is commanded over netlink, and lockdown is the reason that is given."""
    corelib.write(LOCKDOWN, "integrity")
    sock, facts = corelib.vigil(), corelib.read(f"{CPU}/seq")
    everything = sum(1 << bit for bit in range(V.VIGIL_GUARD_LOCKDOWN))
    for name, body in subjects.requests(NO_FRAME).items():
        if name == "frame-get":
            continue
        refused("EPERM", sock.do, SPEC.operations[name].number, body, text="lockdown")
        if name in ("isolate", "recover"):
            body += corelib.genl.u32(V.VIGIL_A_OPERATION_OVERRIDE, everything)
            refused("EPERM", sock.do, SPEC.operations[name].number, body, text="lockdown")
    assert corelib.read(f"{CPU}/seq") == facts


def files():
    """Nothing is commanded through sysfs."""
    for name in ("isolate", "release", "recover", "test", "policy/limit_errors"):
        refused("EPERM", corelib.write, f"{CPU}/{name}", "77")
    assert corelib.read(f"{CPU}/policy/limit_errors") == "200"
    assert corelib.read(f"{CPU}/isolation") == "none"


def reading():
    """Everything is shown."""
    sock = corelib.vigil()
    assert sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name("cpu-sim0"))
    assert not sock.dump(V.VIGIL_CMD_FRAME_GET)[0]
    for command in (V.VIGIL_CMD_COMPONENT_GET, V.VIGIL_CMD_OPERATION_GET,
                    V.VIGIL_CMD_SOURCE_GET, V.VIGIL_CMD_AUDIT_GET, V.VIGIL_CMD_MODEL_GET):
        assert sock.dump(command)[0]


def errors():
    """What hardware reports is still counted and told."""
    sock = corelib.listener()
    place = subjects.PLACE
    os.write(ERRORS, subjects.edaclib.error(8, 64, place).encode())
    subjects.edaclib.expect_count(place, "corrected_errors", 2)
    assert corelib.notifications(sock)


def prepare():
    global ERRORS  # pylint: disable=global-statement
    if not os.path.exists(LOCKDOWN):
        corelib.run("mount", "-t", "securityfs", "none", "/sys/kernel/security", check=False)
    if not os.path.exists(LOCKDOWN):
        corelib.skip_all("this kernel has no lockdown")
    subjects.load(2)
    ERRORS = os.open(f"{subjects.edaclib.FILES}/error", os.O_WRONLY)
    atexit.register(os.close, ERRORS)


if __name__ == "__main__":
    corelib.main([before, commands, files, reading, errors], prepare)

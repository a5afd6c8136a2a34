#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 6.12, asks for permission, which takes no lock
"""Who may do what: everybody reads; only CAP_SYS_ADMIN of the host changes anything.

Each of the persons below tries every operation of the specification and every file in
sysfs, with requests that root sees accepted.
"""

import errno
import json
import os
import subprocess
import sys

import corelib
import genl
import subjects
from corelib import V
from spec import Spec

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
# Root with everything but this, and with no way to get it.
NO_ADMIN = ("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin")
NET_ADMIN = (*NOBODY, "--inh-caps=+net_admin", "--ambient-caps=+net_admin")
ROOT_OF_NAMESPACE = ("unshare", "-Ur")
NETWORK_OF_ITS_OWN = ("unshare", "-n")
CONTAINER = (*NOBODY, "unshare", "-Urn")
SPEC = Spec(corelib.TOP)
# Others' decisions and errors have addresses, which are for administrators only.
ADDRESSES = {"operation-get": V.VIGIL_A_OPERATION_ADDRESS,
             "audit-get": V.VIGIL_A_AUDIT_ADDRESS}
READ_FAILED = "read"
FRAME = 0


def try_request(sock, operation, body, dump):
    """What came of it: ok, or the name of an error, with the explanation."""
    try:
        if dump:
            replies, _ = sock.dump(operation.number, body)
            shown = ADDRESSES.get(operation.name)
            if shown and any(reply.get(shown) is not None for reply in replies):
                return "ok address"
        else:
            sock.do(operation.number, body)
        return "ok"
    except OSError as refusal:
        return f"{errno.errorcode[refusal.errno]} {getattr(refusal, 'text', '')}"


def operations(address):
    """{operation: what came of it}"""
    try:
        sock = corelib.listener()
    except OSError as refusal:
        return errno.errorcode[refusal.errno]
    bodies, found = subjects.requests(address), {}
    about = {"feature-get": V.VIGIL_A_FEATURE_COMPONENT, "cell-get": V.VIGIL_A_CELL_COMPONENT}
    for name, operation in SPEC.operations.items():
        if operation.admin:
            found[name] = try_request(sock, operation, bodies[name], False)
        elif operation.dump:
            body = genl.attr(about[name], subjects.DIMM) if name in about else b""
            found[name] = try_request(sock, operation, body, True)
    return found


def try_file(path, value):
    """Write what is there, or what a command takes."""
    try:
        corelib.write(path, value)
        return "ok"
    except OSError as refusal:
        return errno.errorcode[refusal.errno]


def files():
    """{file: what came of writing to it}, or of reading it where that failed"""
    found = {}
    for top in (f"{corelib.SYSFS}/cpu-sim0", f"{corelib.SYSFS}/{subjects.MEMORY}",
                f"{corelib.SYSFS}/machine-0"):
        for directory, _, names in os.walk(top):
            for name in names:
                path = os.path.join(directory, name)
                mode = os.stat(path).st_mode
                value = "x"
                if mode & 0o004:
                    try:
                        value = corelib.read(path)
                    except OSError:
                        found[path] = READ_FAILED
                        continue
                if mode & 0o200 and "/power/" not in path and name != "uevent":
                    found[path] = try_file(path, value)
    return found


def probe(address, what):
    found = {"operations": operations(int(address))}
    if what == "all":
        found["files"] = files()
    print(json.dumps(found))


def as_somebody(command, what="all"):
    """What such a person can do."""
    done = subprocess.run([*command, sys.executable, "-B", os.path.abspath(__file__), "probe",
                           str(FRAME), what], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def expect_reading(found):
    """Everything that is not for administrators is shown, without addresses."""
    for name, operation in SPEC.operations.items():
        if operation.dump and not operation.admin and not name.startswith("agent"):
            assert found["operations"][name] == "ok", (name, found["operations"][name])
    assert READ_FAILED not in found["files"].values(), found["files"]


def expect_refusal(found, operation_error, file_error):
    """Nothing that changes anything is accepted."""
    changing = [name for name, operation in SPEC.operations.items() if operation.admin]
    assert len(changing) >= 13, changing
    for name in changing:
        assert found["operations"][name].startswith(operation_error), \
            (name, found["operations"][name])
    assert len(found["files"]) > 10, found["files"]
    for path, came in found["files"].items():
        assert came == file_error, (path, came)


def state():
    """What must not change: facts, policies, operations."""
    sock = corelib.vigil()
    values = {name: corelib.read(f"{corelib.SYSFS}/cpu-sim0/{name}")
              for name in ("seq", "isolation", "policy/limit_errors")}
    ended, _ = sock.dump(V.VIGIL_CMD_OPERATION_GET)
    return values, len(ended), len(sock.dump(V.VIGIL_CMD_MODEL_GET)[0])


def root():
    """Root may: the requests are good, and addresses are shown."""
    found = as_somebody(())
    for name, came in found["operations"].items():
        if not name.startswith("agent-"):
            assert came.startswith("ok"), (name, came)
    for name in ADDRESSES:
        assert found["operations"][name] == "ok address", name
    assert set(found["files"].values()) <= {"ok", "EINVAL", "ERANGE"}, found["files"]


def nobody():
    """Nobody reads and listens, sees no address, and changes nothing."""
    before, found = state(), as_somebody(NOBODY)
    expect_reading(found)
    expect_refusal(found, "EPERM", "EACCES")
    assert state() == before


def net_admin():
    """CAP_NET_ADMIN alone is told what is missing."""
    before, found = state(), as_somebody(NET_ADMIN)
    expect_reading(found)
    expect_refusal(found, "EPERM needs CAP_SYS_ADMIN", "EACCES")
    assert state() == before


def no_admin():
    """Root without CAP_SYS_ADMIN reads and changes nothing."""
    before, found = state(), as_somebody(NO_ADMIN)
    expect_reading(found)
    expect_refusal(found, "EPERM needs CAP_SYS_ADMIN", "EPERM")
    assert state() == before


def root_of_namespace():
    """Root of a user namespace reads and changes nothing."""
    before, found = state(), as_somebody(ROOT_OF_NAMESPACE)
    expect_reading(found)
    expect_refusal(found, "EPERM", "EPERM")
    assert state() == before


def container():
    """Root of a container does not see the family and changes no file."""
    before, found = state(), as_somebody(CONTAINER)
    assert found["operations"] == "ENOENT", found["operations"]
    assert set(found["files"].values()) <= {"EACCES", "EPERM"}, found["files"]
    assert state() == before


def network():
    """The family is not there in other network namespaces, not even for root."""
    assert as_somebody(NETWORK_OF_ITS_OWN, "operations")["operations"] == "ENOENT"


def prepare():
    global FRAME  # pylint: disable=global-statement
    subjects.load(2)
    FRAME = subjects.isolated_frame()


if __name__ == "__main__":
    if sys.argv[1:2] == ["probe"]:
        probe(*sys.argv[2:4])
    else:
        corelib.main([root, nobody, net_admin, no_admin, root_of_namespace, container,
                      network], prepare)

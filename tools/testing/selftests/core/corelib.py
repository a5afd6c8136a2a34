# SPDX-License-Identifier: GPL-2.0
"""What the core's selftests in Python share: modules, the family, TAP."""

import atexit
import errno
import os
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(os.path.join(HERE, "../../../.."))
sys.path.insert(0, os.path.join(HERE, "../lib"))

import genl  # noqa: E402  pylint: disable=wrong-import-position

V = genl.Uapi(os.path.join(TOP, "include/uapi/linux/vigil.h"))
# How many times longer than usual a test is to run: "make soak".
SOAK = int(os.environ.get("VIGIL_SOAK", "1"))
MODULES = os.environ.get("VIGIL_MODULES") or os.path.join(
    TOP, "build", os.uname().release, "drivers")
SYSFS = "/sys/class/vigil"
SIM = "/sys/module/vigil_sim/parameters"
DEBUGFS = "/sys/kernel/debug"


def run(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True)


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(4)


def loaded(module):
    return os.path.isdir(f"/sys/module/{module}")


def unload(*modules):
    for module in modules:
        if loaded(module):
            run("rmmod", module)


def limits(share_permille=1000, per_hour=1000000):
    """How much of a class may be isolated: as much as a test likes."""
    policy = f"{SYSFS}/machine-0/policy"
    write(f"{policy}/isolated_share_max_permille", str(share_permille))
    write(f"{policy}/isolations_per_hour_max", str(per_hour))


def load(**parameters):
    """vigil and vigil_sim afresh, unloaded at the end. No limits on isolation."""
    if os.geteuid():
        skip_all("needs root")
    unload("vigil_sim")
    vigil = os.path.join(MODULES, "core/vigil.ko")
    sim = os.path.join(MODULES, "../tools/testing/sim/vigil_sim.ko")
    if not os.path.exists(sim):
        skip_all("no vigil_sim.ko")
    if not loaded("vigil"):
        run("insmod", vigil)
        atexit.register(unload, "vigil")
    limits()
    atexit.register(unload, "vigil_sim")
    run("insmod", sim, *(f"{k}={v}" for k, v in parameters.items()))
    if not os.path.isdir(f"{DEBUGFS}/vigil_sim"):
        run("mount", "-t", "debugfs", "none", DEBUGFS)


def rounds(times):
    """Less often on the debug kernel, which is slow and finds most at first."""
    slow = os.path.exists(f"{DEBUGFS}/kmemleak")
    return times * SOAK // (4 if slow else 1)


def write(path, text):
    """One write(2), as a shell's echo does."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().rstrip("\n")


def sim_do(text):
    write(f"{DEBUGFS}/vigil_sim/do", text)


def sim_set(parameter, value):
    write(f"{SIM}/{parameter}", str(value))


def wait_for(seconds, condition):
    """Until the condition holds; says whether it did in time. Asks less often after a while."""
    deadline = time.monotonic() + seconds
    pause_s = 0.02
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
        pause_s = min(1.5 * pause_s, 0.2)
    return True


def vigil(**kwargs):
    return genl.Socket(V.VIGIL_FAMILY_NAME, **kwargs)


def listener(**kwargs):
    sock = vigil(**kwargs)
    sock.join(V.VIGIL_MCGRP_EVENTS)
    return sock


SEQ = {
    V.VIGIL_CMD_COMPONENT_NTF: V.VIGIL_A_COMPONENT_SEQ,
    V.VIGIL_CMD_COMPONENT_ADD_NTF: V.VIGIL_A_COMPONENT_SEQ,
    V.VIGIL_CMD_COMPONENT_DEL_NTF: V.VIGIL_A_COMPONENT_SEQ,
    V.VIGIL_CMD_OPERATION_NTF: V.VIGIL_A_OPERATION_SEQ,
    V.VIGIL_CMD_EVENT_NTF: V.VIGIL_A_EVENT_SEQ,
    V.VIGIL_CMD_MODEL_NTF: V.VIGIL_A_MODEL_SEQ,
    V.VIGIL_CMD_AGENT_NTF: V.VIGIL_A_AGENT_SEQ,
}


def of_machine(message):
    """Whether a notification is about machine-0, which sums up the others."""
    return message.cmd in (V.VIGIL_CMD_COMPONENT_NTF, V.VIGIL_CMD_COMPONENT_GET) and \
        message.string(V.VIGIL_A_COMPONENT_NAME) == "machine-0"


def ours(messages):
    return [m for m in messages if not of_machine(m)]


def seq_of(message):
    """The machine's sequence number that a notification carries."""
    return message.number(SEQ[message.cmd])


def notifications(sock, seconds=0.3):
    """All that arrive until it is quiet for so long."""
    sock.sock.settimeout(seconds)
    found = []
    try:
        while True:
            found += sock.receive()
    except TimeoutError:
        return found
    except BlockingIOError:
        return found
    finally:
        sock.sock.settimeout(30)


def verb_body(component, reason=None, dry_run=False, address=None):
    body = genl.attr(V.VIGIL_A_OPERATION_COMPONENT, component)
    if reason is not None:
        body += genl.attr(V.VIGIL_A_OPERATION_REASON, reason)
    if address is not None:
        body += genl.u64(V.VIGIL_A_OPERATION_ADDRESS, address)
    if dry_run:
        body += genl.attr(V.VIGIL_A_OPERATION_DRY_RUN, b"")
    return body


def policy_body(component, name, value):
    return (genl.attr(V.VIGIL_A_COMPONENT_NAME, component) +
            genl.nest(V.VIGIL_A_COMPONENT_POLICY,
                      genl.attr(V.VIGIL_A_VALUE_NAME, name) +
                      genl.u64(V.VIGIL_A_VALUE_VALUE, value)))


def by_name(name):
    return genl.attr(V.VIGIL_A_COMPONENT_NAME, name)


def get_operation(sock, number):
    return sock.do(V.VIGIL_CMD_OPERATION_GET,
                   genl.u64(V.VIGIL_A_OPERATION_ID, number))


def refused(error, function, *args, text=None, **kwargs):
    """Assert that the call fails so, with these words in the explanation."""
    try:
        function(*args, **kwargs)
    except OSError as refusal:
        assert refusal.errno == getattr(errno, error), \
            f"{refusal} instead of {error}"
        if text is not None:
            said = getattr(refusal, "text", "")
            assert text in said, f"explained by '{said}', not '{text}'"
        return
    raise AssertionError(f"accepted instead of {error}")


def hmp(command):
    """Ask QEMU; it prints nothing when all is well."""
    answer = subprocess.run(["vm-hw", "hmp", *command.split()], check=True,
                            capture_output=True, text=True).stdout.strip()
    return answer


def main(cases, prepare=None):
    """Run the functions; the first line of a docstring is the test's name."""
    if prepare:
        prepare()
    print(f"1..{len(cases)}")
    failed = 0
    for index, case in enumerate(cases, 1):
        name = case.__doc__.splitlines()[0].rstrip(".")
        try:
            case()
            print(f"ok {index} {name}", flush=True)
        except Exception:  
            failed += 1
            print(f"not ok {index} {name}")
            print("# " + traceback.format_exc().replace("\n", "\n# "),
                  flush=True)
    sys.exit(1 if failed else 0)

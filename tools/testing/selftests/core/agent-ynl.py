#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
"""The agent in Python: the kernel's own ynl library and the spec are enough."""

import contextlib
import os
import subprocess
import tempfile

import agentlib
import corelib
from corelib import V

GPU = "agent-gpu0"
PROGRAM = os.path.join(corelib.TOP, "tools/agents/example-agent.py")
DO = """#!/bin/sh
echo "$1 $2: $3"
[ "$1" != recover ]
"""


class Test:
    sock = None
    directory = tempfile.mkdtemp()
    ynl = None
    program = None


def say(text):
    """In one go, as a tool would replace its file."""
    path = os.path.join(Test.directory, "gpu")
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)
    return path


def becomes(which, value):
    def is_so():
        with contextlib.suppress(OSError):
            return agentlib.fact(Test.sock, GPU, which) == value
        return False

    assert corelib.wait_for(60, is_so), agentlib.fact(Test.sock, GPU, which)


def verb(cmd):
    """State and message of what came of it."""
    operation = Test.sock.do(cmd, corelib.verb_body(GPU, "a test"))
    number = operation.number(V.VIGIL_A_OPERATION_ID)

    def get():
        return corelib.get_operation(Test.sock, number)

    assert corelib.wait_for(60, lambda: get().number(V.VIGIL_A_OPERATION_STATE)
                            != V.VIGIL_OP_STATE_PENDING)
    return (get().number(V.VIGIL_A_OPERATION_STATE),
            get().string(V.VIGIL_A_OPERATION_MESSAGE))


def reporting():
    """It reports what its file says, and that it can't be read."""
    path = say("health=healthy\nreason=30 C\ncount ecc=5\n")
    do = os.path.join(Test.directory, "do")
    with open(do, "w", encoding="ascii") as file:
        file.write(DO)
    os.chmod(do, 0o755)
    Test.program = subprocess.Popen(  # pylint: disable=consider-using-with
        [PROGRAM, "--ynl", Test.ynl, "--name", "gpu0", "--file", path, "--do", do,
         "--label", "slot 3", "--interval", "0.5"])
    becomes("reason", "30 C")
    assert agentlib.fact(Test.sock, GPU, "label") == "slot 3"
    say("health=degraded\nadvice=watch\nreason=90 C\nrisk=120\nmodel=v2\ncount ecc=8\n")
    becomes("reason", "90 C")
    assert agentlib.fact(Test.sock, GPU, "health") == V.VIGIL_HEALTH_DEGRADED
    assert agentlib.fact(Test.sock, GPU, "risk_permille") == 120
    assert agentlib.counters(Test.sock, GPU) == {"ecc": 3}
    say("nonsense\n")
    becomes("reason", "don't understand: nonsense")
    assert agentlib.fact(Test.sock, GPU, "health") == V.VIGIL_HEALTH_UNKNOWN


def serving():
    """It serves what it is asked for."""
    assert verb(V.VIGIL_CMD_ISOLATE) == (V.VIGIL_OP_STATE_DONE,
                                         f"isolate {GPU}: a test")
    assert agentlib.fact(Test.sock, GPU, "isolation") == V.VIGIL_ISOLATION_ISOLATED
    assert verb(V.VIGIL_CMD_RECOVER) == (V.VIGIL_OP_STATE_FAILED,
                                         f"recover {GPU}: a test")
    assert verb(V.VIGIL_CMD_RELEASE)[0] == V.VIGIL_OP_STATE_DONE
    Test.program.kill()
    Test.program.wait()
    becomes("reason", "agent gpu0 has ended")


def prepare():
    found = subprocess.run([os.path.join(corelib.TOP, "tools/checks/linux-tools")],
                           capture_output=True, text=True, check=False)
    Test.ynl = os.path.join(found.stdout.strip(), "tools/net/ynl")
    if found.returncode or not os.path.isdir(Test.ynl):
        corelib.skip_all("no ynl: tools/checks/linux-tools unpacks it")
    if subprocess.run(["/usr/bin/python3", "-c", "import yaml"], check=False,
                      capture_output=True).returncode:
        corelib.skip_all("needs python3-yaml")
    corelib.load()
    Test.sock = corelib.vigil()


if __name__ == "__main__":
    try:
        corelib.main([reporting, serving], prepare)
    finally:
        if Test.program:
            Test.program.kill()
            Test.program.wait()

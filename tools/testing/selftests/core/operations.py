#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
"""Operations: every end they can have, in order, and bounded."""

import errno
import os
import signal
import subprocess

import corelib
import genl
from corelib import V, refused

CPU = f"{corelib.SYSFS}/cpu-sim0"


def isolate(sock, *args, **kwargs):
    return sock.do(V.VIGIL_CMD_ISOLATE, corelib.verb_body(*args, **kwargs))


def ended(sock, number):
    """The operation, once it has ended."""
    assert corelib.wait_for(
        20, lambda: corelib.get_operation(sock, number).number(
            V.VIGIL_A_OPERATION_STATE) != V.VIGIL_OP_STATE_PENDING)
    return corelib.get_operation(sock, number)


def settled(sock):
    """Whether nothing is pending."""
    return not any(o.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_PENDING
                   for o in sock.dump(V.VIGIL_CMD_OPERATION_GET)[0])


def get_state(sock, number):
    return corelib.get_operation(sock, number).number(
        V.VIGIL_A_OPERATION_STATE)


def reset():
    for name, value in (("refuse", 0), ("execute_ms", 0),
                        ("outcome", V.VIGIL_OP_STATE_DONE)):
        corelib.sim_set(name, value)


def done():
    """isolate answers at once, and its outcome is told."""
    reset()
    corelib.sim_set("execute_ms", 300)
    sock, events = corelib.vigil(), corelib.listener()
    reply = isolate(sock, "cpu-sim0", "tests say so")
    assert reply.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_PENDING
    number = reply.number(V.VIGIL_A_OPERATION_ID)

    messages = corelib.ours(corelib.notifications(events, 2))
    assert [m.cmd for m in messages] == [V.VIGIL_CMD_COMPONENT_NTF,
                                         V.VIGIL_CMD_COMPONENT_NTF,
                                         V.VIGIL_CMD_OPERATION_NTF]
    assert [m.number(V.VIGIL_A_COMPONENT_ISOLATION) for m in messages[:2]] == \
        [V.VIGIL_ISOLATION_PENDING, V.VIGIL_ISOLATION_ISOLATED]
    told = messages[2]
    assert told.number(V.VIGIL_A_OPERATION_ID) == number
    assert told.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_DONE
    assert told.string(V.VIGIL_A_OPERATION_REASON) == "tests say so"
    assert corelib.read(f"{CPU}/isolation") == "isolated"
    assert corelib.read(f"{CPU}/owner") == "vigil"


def dry_run():
    """A dry run says what would happen and changes nothing."""
    reset()
    sock, events = corelib.vigil(), corelib.listener()
    before = corelib.read(f"{CPU}/seq")
    reply = sock.do(V.VIGIL_CMD_RELEASE,
                    corelib.verb_body("cpu-sim0", dry_run=True))
    assert reply.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_DONE
    assert "would" in reply.string(V.VIGIL_A_OPERATION_MESSAGE)
    assert reply.get(V.VIGIL_A_OPERATION_DRY_RUN) is not None
    assert corelib.read(f"{CPU}/seq") == before
    assert not corelib.ours(corelib.notifications(events))


def refusal():
    """What the provider refuses is explained in its words."""
    reset()
    corelib.sim_set("refuse", errno.EBUSY)
    sock = corelib.vigil()
    for dry in (False, True):
        refused("EBUSY", sock.do, V.VIGIL_CMD_ISOLATE,
                corelib.verb_body("cpu-sim0", dry_run=dry),
                text="the simulation refuses")
    refused("EBUSY", corelib.write, f"{CPU}/isolate", "x")


def failed():
    """A failure and a deadline are told as what they are."""
    reset()
    sock = corelib.vigil()
    corelib.sim_set("outcome", V.VIGIL_OP_STATE_FAILED)
    reply = isolate(sock, "cpu-sim0")
    operation = ended(sock, reply.number(V.VIGIL_A_OPERATION_ID))
    assert operation.number(V.VIGIL_A_OPERATION_STATE) == \
        V.VIGIL_OP_STATE_FAILED
    assert operation.number(V.VIGIL_A_OPERATION_ERRNO) == errno.EIO
    refused("EIO", corelib.write, f"{CPU}/isolate", "x")

    for state in (V.VIGIL_OP_STATE_TIMEOUT, V.VIGIL_OP_STATE_PENDING, 99):
        corelib.sim_set("outcome", state)
        reply = isolate(sock, "cpu-sim0")
        operation = ended(sock, reply.number(V.VIGIL_A_OPERATION_ID))
        assert operation.number(V.VIGIL_A_OPERATION_STATE) == \
            V.VIGIL_OP_STATE_TIMEOUT
    refused("ETIMEDOUT", corelib.write, f"{CPU}/isolate", "x")


def serialised():
    """Operations on one component run one by one, and few may wait."""
    reset()
    corelib.sim_set("execute_ms", 5000)
    sock = corelib.vigil()
    numbers = [isolate(sock, "cpu-sim0").number(V.VIGIL_A_OPERATION_ID)
               for _ in range(8)]
    refused("EBUSY", sock.do, V.VIGIL_CMD_ISOLATE,
            corelib.verb_body("cpu-sim0"), text="pending")
    corelib.sim_set("execute_ms", 50)
    other = isolate(sock, "cpu-sim1").number(V.VIGIL_A_OPERATION_ID)
    ended(sock, other)
    assert get_state(sock, numbers[-1]) == V.VIGIL_OP_STATE_PENDING
    seqs = [ended(sock, n).number(V.VIGIL_A_OPERATION_SEQ) for n in numbers]
    assert seqs == sorted(seqs)
    assert corelib.read(f"{CPU}/counters/overlaps") == "0"


def unregistered():
    """A component that goes ends what waits for it with ENODEV."""
    reset()
    corelib.sim_set("execute_ms", 500)
    sock = corelib.vigil()
    numbers = [isolate(sock, "cpu-sim2").number(V.VIGIL_A_OPERATION_ID)
               for _ in range(4)]
    corelib.sim_do("2 unregister")
    operations = [corelib.get_operation(sock, n) for n in numbers]
    states = [o.number(V.VIGIL_A_OPERATION_STATE) for o in operations]
    assert V.VIGIL_OP_STATE_PENDING not in states, states
    assert operations[-1].number(V.VIGIL_A_OPERATION_ERRNO) == errno.ENODEV
    corelib.sim_do("2 register")


def busy_provider():
    """The provider can't be unloaded while an operation is pending."""
    reset()
    corelib.sim_set("execute_ms", 8000)
    sock = corelib.vigil()
    reply = isolate(sock, "cpu-sim0")
    assert corelib.run("rmmod", "vigil_sim", check=False).returncode
    ended(sock, reply.number(V.VIGIL_A_OPERATION_ID))


def deadline():
    """A write returns EINPROGRESS at its deadline; the operation goes on."""
    reset()
    parameter = "/sys/module/vigil/parameters/sysfs_wait_ms"
    corelib.write(parameter, "100")
    corelib.sim_set("execute_ms", 800)
    try:
        refused("EINPROGRESS", corelib.write, f"{CPU}/release", "late")
    finally:
        corelib.write(parameter, "30000")
    assert corelib.wait_for(30, lambda: settled(corelib.vigil()))
    assert corelib.read(f"{CPU}/reason") == "late"


def interrupted():
    """A signal ends the wait and does not repeat the operation."""
    reset()
    corelib.write(f"{CPU}/release", "for a start")
    corelib.sim_set("execute_ms", 5000)
    sock = corelib.vigil()
    before = len(sock.dump(V.VIGIL_CMD_OPERATION_GET)[0])
    with subprocess.Popen(["sh", "-c", f"echo again >{CPU}/isolate"],
                          stderr=subprocess.DEVNULL) as child:
        corelib.wait_for(10, lambda: len(
            sock.dump(V.VIGIL_CMD_OPERATION_GET)[0]) > before)
        os.kill(child.pid, signal.SIGTERM)
        child.wait()
    assert corelib.read(f"{CPU}/isolation") == "pending", "it was waited for"
    assert len(sock.dump(V.VIGIL_CMD_OPERATION_GET)[0]) == before + 1
    assert corelib.wait_for(30, lambda: settled(sock))
    assert corelib.read(f"{CPU}/reason") == "again"


def history():
    """The latest 256 operations are kept, and no more."""
    reset()
    sock = corelib.vigil()
    for _ in range(300):
        last = sock.do(V.VIGIL_CMD_RELEASE,
                       corelib.verb_body("cpu-sim0", dry_run=True))
    replies, _ = sock.dump(V.VIGIL_CMD_OPERATION_GET)
    ids = [r.number(V.VIGIL_A_OPERATION_ID) for r in replies]
    assert len(ids) == 256, len(ids)
    assert ids == sorted(ids)
    assert ids[-1] == last.number(V.VIGIL_A_OPERATION_ID)
    refused("ENOENT", corelib.get_operation, sock, ids[0] - 1, text="long ended")
    refused("EINVAL", sock.do, V.VIGIL_CMD_OPERATION_GET, b"", text="id")
    refused("EINVAL", sock.dump, V.VIGIL_CMD_OPERATION_GET,
            genl.u64(V.VIGIL_A_OPERATION_ID, 1))


if __name__ == "__main__":
    corelib.main([done, dry_run, refusal, failed, serialised, unregistered,
                  busy_provider, deadline, interrupted, history],
                 lambda: corelib.load(components=3))

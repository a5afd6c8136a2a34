#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# vm-args: --cpus 2 --one-thread
"""Guards, owners, deadlines, what the audit ring says of them, and the machine."""

import errno

import corelib
import genl
from corelib import V, refused

CPU = f"{corelib.SYSFS}/cpu-sim0"
MACHINE = f"{corelib.SYSFS}/machine-0"
RELEASE = V.VIGIL_CMD_RELEASE
ISOLATE = V.VIGIL_CMD_ISOLATE


def reset():
    for name in ("refuse", "guard", "tells", "keep_one", "survey_ms", "execute_ms"):
        corelib.sim_set(name, 0)
    corelib.sim_set("outcome", V.VIGIL_OP_STATE_DONE)
    corelib.limits()
    sock = corelib.vigil()
    for reply in sock.dump(V.VIGIL_CMD_COMPONENT_GET)[0]:
        if reply.number(V.VIGIL_A_COMPONENT_ISOLATION) != V.VIGIL_ISOLATION_NONE:
            run(sock, RELEASE, reply.string(V.VIGIL_A_COMPONENT_NAME),
                override=[V.VIGIL_GUARD_OWNER])
    return sock


def body(component, owner=None, override=(), timeout_ms=None, **kwargs):
    text = corelib.verb_body(component, **kwargs)
    if owner is not None:
        text += genl.attr(V.VIGIL_A_OPERATION_OWNER, owner)
    if override:
        text += genl.u32(V.VIGIL_A_OPERATION_OVERRIDE,
                         sum(1 << guard for guard in override))
    if timeout_ms is not None:
        text += genl.u32(V.VIGIL_A_OPERATION_TIMEOUT_MS, timeout_ms)
    return text


def start(sock, verb, *args, **kwargs):
    return sock.do(verb, body(*args, **kwargs)).number(V.VIGIL_A_OPERATION_ID)


def end(sock, number):
    assert corelib.wait_for(60, lambda: corelib.get_operation(sock, number).number(
        V.VIGIL_A_OPERATION_STATE) != V.VIGIL_OP_STATE_PENDING)
    return corelib.get_operation(sock, number)


def end_state(sock, number):
    return end(sock, number).number(V.VIGIL_A_OPERATION_STATE)


def run(sock, verb, *args, **kwargs):
    """Have it done; returns the operation."""
    operation = end(sock, start(sock, verb, *args, **kwargs))
    assert operation.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_DONE, \
        operation.string(V.VIGIL_A_OPERATION_MESSAGE)
    return operation


def findings(operation):
    """[(guard, blocks, text)] of an operation."""
    found = []
    for nest in operation.all(V.VIGIL_A_OPERATION_FINDING):
        attrs = dict(genl.attrs(nest))
        found.append((genl.number(attrs[V.VIGIL_A_FINDING_GUARD]),
                      V.VIGIL_A_FINDING_BLOCKS in attrs,
                      genl.string(attrs[V.VIGIL_A_FINDING_TEXT])))
    return found


def records(sock, component="cpu-sim0", since=0):
    replies, _ = sock.dump(V.VIGIL_CMD_AUDIT_GET,
                           genl.u64(V.VIGIL_A_AUDIT_ID, since) +
                           genl.attr(V.VIGIL_A_AUDIT_COMPONENT, component))
    return replies


def statistic(name):
    return int(corelib.read(f"{MACHINE}/counters/{name}"))


def guard_refuses():
    """A guard refuses by its name; overridden by name it is told and recorded."""
    sock = reset()
    corelib.sim_set("guard", V.VIGIL_GUARD_PROVIDER)
    before = statistic("guard_refusals")
    refused("EACCES", start, sock, ISOLATE, "cpu-sim0",
            text="guard provider: the simulation objects")
    assert statistic("guard_refusals") == before + 1
    last = records(sock)[-1]
    assert last.number(V.VIGIL_A_AUDIT_STEP) == V.VIGIL_AUDIT_STEP_REFUSED
    assert last.number(V.VIGIL_A_AUDIT_GUARD) == V.VIGIL_GUARD_PROVIDER

    operation = run(sock, ISOLATE, "cpu-sim0", override=[V.VIGIL_GUARD_PROVIDER])
    assert findings(operation) == [(V.VIGIL_GUARD_PROVIDER, False,
                                    "the simulation objects")]
    last = records(sock)[-1]
    assert last.number(V.VIGIL_A_AUDIT_OVERRIDE) == 1 << V.VIGIL_GUARD_PROVIDER
    assert last.number(V.VIGIL_A_AUDIT_ISOLATION_BEFORE) == V.VIGIL_ISOLATION_NONE
    assert last.number(V.VIGIL_A_AUDIT_ISOLATION_AFTER) == V.VIGIL_ISOLATION_ISOLATED
    run(sock, RELEASE, "cpu-sim0")


def other_override():
    """The name of another guard overrides nothing."""
    sock = reset()
    corelib.sim_set("guard", V.VIGIL_GUARD_PROVIDER)
    try:
        start(sock, ISOLATE, "cpu-sim0", override=[V.VIGIL_GUARD_LAST_CPU])
    except OSError as refusal:
        assert refusal.errno == errno.EACCES
        return
    raise AssertionError("accepted")


def dry_run_lists():
    """A dry run lists all that would be hit, and refuses nothing."""
    sock = reset()
    corelib.sim_set("tells", 40)
    corelib.sim_set("guard", V.VIGIL_GUARD_PROVIDER)
    reply = sock.do(ISOLATE, body("cpu-sim0", dry_run=True))
    found = findings(reply)
    assert len(found) == 33, len(found)
    assert found[0] == (V.VIGIL_GUARD_NONE, False, "simulated part 0 is on it")
    assert [f for f in found if f[1]] == [(V.VIGIL_GUARD_PROVIDER, True,
                                           "the simulation objects")]
    assert found[-1][2] == "and 9 more", found[-1]
    assert "guard provider" in reply.string(V.VIGIL_A_OPERATION_MESSAGE)
    assert corelib.read(f"{CPU}/isolation") == "none"


def never_for_release():
    """No guard but owner blocks a release."""
    sock = reset()
    run(sock, ISOLATE, "cpu-sim0")
    corelib.sim_set("guard", V.VIGIL_GUARD_PROVIDER)
    assert findings(run(sock, RELEASE, "cpu-sim0")) == [
        (V.VIGIL_GUARD_PROVIDER, False, "the simulation objects")]


def owners():
    """Who isolated it releases it; others name the guard."""
    sock = reset()
    run(sock, ISOLATE, "cpu-sim0", owner="slurm")
    assert corelib.read(f"{CPU}/isolated_by") == "slurm"
    refused("EACCES", start, sock, RELEASE, "cpu-sim0",
            text="isolated by slurm, this request is admin")
    refused("EACCES", corelib.write, f"{CPU}/release", "mine")
    run(sock, ISOLATE, "cpu-sim0")
    assert corelib.read(f"{CPU}/isolated_by") == "slurm", "it was first"
    run(sock, RELEASE, "cpu-sim0", owner="slurm")
    assert corelib.read(f"{CPU}/isolated_by") == ""

    corelib.sim_do(f"0 isolation {V.VIGIL_ISOLATION_ISOLATED} "
                   f"{V.VIGIL_OWNER_EXTERNAL} somebody else")
    refused("EACCES", start, sock, RELEASE, "cpu-sim0", text="somebody else")
    run(sock, RELEASE, "cpu-sim0", override=[V.VIGIL_GUARD_OWNER])
    for owner in ("policy", "two words", "", "x" * 32):
        try:
            sock.do(ISOLATE, body("cpu-sim0", owner=owner))
        except OSError as refusal:
            assert refusal.errno in (errno.EINVAL, errno.ERANGE), refusal
            continue
        raise AssertionError(f"accepted owner '{owner}'")


def share():
    """No more than its share of a class is isolated, one always."""
    sock = reset()
    corelib.limits(share_permille=500)
    run(sock, ISOLATE, "cpu-sim0")
    run(sock, ISOLATE, "cpu-sim1")
    refused("EACCES", start, sock, ISOLATE, "cpu-sim2",
            text="guard class-share: 2 of 4 cpu are out of use, 2 may be")
    run(sock, ISOLATE, "cpu-sim2", override=[V.VIGIL_GUARD_CLASS_SHARE])
    reset()
    corelib.limits(share_permille=1)
    run(sock, ISOLATE, "cpu-sim0")
    reset()
    corelib.limits(share_permille=0)
    refused("EACCES", start, sock, ISOLATE, "cpu-sim0", text="class-share")


def rate():
    """No more of a class than the limit are isolated in an hour."""
    sock = reset()
    run(sock, ISOLATE, "cpu-sim0")
    run(sock, RELEASE, "cpu-sim0")
    corelib.limits(per_hour=1)
    refused("EACCES", start, sock, ISOLATE, "cpu-sim0", text="guard class-rate")
    run(sock, ISOLATE, "cpu-sim0", override=[V.VIGIL_GUARD_CLASS_RATE])
    # Not a new one: it is isolated already.
    run(sock, ISOLATE, "cpu-sim0")


def two_at_once():
    """Two requests never leave the last one to the other."""
    sock = reset()
    for name in ("cpu-sim2", "cpu-sim3"):
        run(sock, ISOLATE, name)
    corelib.sim_set("keep_one", 1)
    corelib.sim_set("survey_ms", 100)
    states = []
    first = start(sock, ISOLATE, "cpu-sim0")
    try:
        states.append(end_state(sock, start(sock, ISOLATE, "cpu-sim1")))
    except OSError as refusal:  # the first was pending already
        assert refusal.errno == errno.EACCES
    corelib.sim_set("survey_ms", 0)
    states.append(end_state(sock, first))
    left = [corelib.read(f"{corelib.SYSFS}/cpu-sim{i}/isolation") for i in (0, 1)]
    assert states.count(V.VIGIL_OP_STATE_DONE) <= 1, states
    assert "none" in left, left


def put_back():
    """What fails leaves no trace in the isolation."""
    sock = reset()
    corelib.sim_do("0 health 2 worn")
    corelib.sim_set("outcome", V.VIGIL_OP_STATE_FAILED)
    number = start(sock, ISOLATE, "cpu-sim0", reason="try")
    assert end(sock, number).number(V.VIGIL_A_OPERATION_ERRNO) == errno.EIO
    assert corelib.read(f"{CPU}/isolation") == "none"
    assert corelib.read(f"{CPU}/reason") == "worn"
    corelib.sim_do("0 health 0")


def deadline():
    """An operation ends at its deadline, once; what is under way goes on."""
    sock = reset()
    events = corelib.listener()
    corelib.sim_set("execute_ms", 6000)
    first = start(sock, ISOLATE, "cpu-sim0", timeout_ms=3000)
    assert corelib.wait_for(
        60, lambda: corelib.read(f"{CPU}/isolation") == "pending")
    second = start(sock, RELEASE, "cpu-sim0", timeout_ms=100)
    for number, text in ((first, "shows what comes of it"), (second, "nothing was done")):
        operation = end(sock, number)
        assert operation.number(V.VIGIL_A_OPERATION_STATE) == V.VIGIL_OP_STATE_TIMEOUT
        assert text in operation.string(V.VIGIL_A_OPERATION_MESSAGE)
    assert corelib.wait_for(
        60, lambda: corelib.read(f"{CPU}/isolation") == "isolated")
    ends = [m.number(V.VIGIL_A_OPERATION_ID)
            for m in corelib.notifications(events, 2)
            if m.cmd == V.VIGIL_CMD_OPERATION_NTF]
    assert sorted(ends) == [first, second], ends  # each once
    corelib.sim_set("execute_ms", 0)
    run(sock, RELEASE, "cpu-sim0")
    refused("ERANGE", start, sock, ISOLATE, "cpu-sim0", None, (), 3600001)


def audited():
    """The audit ring says who, for whom, and can be read from any record on."""
    sock = reset()
    run(sock, ISOLATE, "cpu-sim0", reason="for the record", owner="slurm")
    last = records(sock)[-1]
    assert last.string(V.VIGIL_A_AUDIT_REASON) == "for the record"
    assert last.string(V.VIGIL_A_AUDIT_OWNER) == "slurm"
    assert last.string(V.VIGIL_A_AUDIT_COMM) == corelib.read("/proc/self/comm")
    assert last.number(V.VIGIL_A_AUDIT_UID) == 0
    assert last.number(V.VIGIL_A_AUDIT_OPERATION)
    number = last.number(V.VIGIL_A_AUDIT_ID)
    corelib.write(f"{CPU}/policy/limit_errors", "55")
    after = records(sock, since=number + 1)
    assert [r.number(V.VIGIL_A_AUDIT_ACTION) for r in after] == [
        V.VIGIL_AUDIT_ACTION_SET_POLICY]
    run(sock, RELEASE, "cpu-sim0", owner="slurm")


def machine():
    """machine-0 is as well as the worst; what is isolated makes it degraded."""
    sock = reset()
    for i in range(4):
        corelib.sim_do(f"{i} health 1")

    def is_so(health, text):
        return corelib.wait_for(
            30, lambda: corelib.read(f"{MACHINE}/health") == health and
            text in corelib.read(f"{MACHINE}/reason"))

    assert is_so("healthy", "nothing is known to be wrong")
    corelib.sim_do("2 health 2 worn")
    corelib.sim_do("3 health 4 broken")
    assert is_so("failed", "1 of 4 cpu failed: cpu-sim3"), corelib.read(f"{MACHINE}/reason")
    run(sock, ISOLATE, "cpu-sim3")
    assert is_so("degraded", "2 of 4 cpu degraded: cpu-sim2")
    run(sock, RELEASE, "cpu-sim3")
    for i in range(4):
        corelib.sim_do(f"{i} health 1")
    assert is_so("healthy", "nothing")


if __name__ == "__main__":
    corelib.main([guard_refuses, other_override, dry_run_lists, never_for_release,
                  owners, share, rate, two_at_once, put_back, deadline, audited,
                  machine],
                 lambda: corelib.load(components=4))
